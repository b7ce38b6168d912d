import type { Sha256 } from '../../../core/digest.ts';
import { toHex } from '../../../core/digest.ts';
import { ZooError, messageOf } from '../../../core/error.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Files } from '../../files/files.ts';

export interface DownloadWorld {
  readonly files: Files;
  readonly clock: Clock;
  readonly sha256: Sha256;
  readonly fetch: typeof globalThis.fetch;
}

export interface DownloadRequest {
  readonly url: string;
  /** Where the bytes end up; `<path>.partial` and `<path>.partial.json` keep what has arrived until then. */
  readonly path: string;
  readonly token?: string | undefined;
  /** SHA-256 (hex) that the bytes must have. */
  readonly sha256?: string | undefined;
  /** Told after each chunk; `total` is undefined when the server does not tell. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Downloaded {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** The commit that the hub served, where it tells. */
  readonly commit: string | undefined;
}

/** Bytes that may wait to be written. */
const mostQueued = 16_000_000;

/** Attempts in a row that bring no new byte before it gives up. */
const fruitlessAttempts = 4;

/**
 * Downloads a file: what an interrupted attempt brought is kept and continued by a Range request, guarded by If-Range
 * so that two versions are never spliced; the checksum (the caller's, else the one that the hub announces) is compared
 * before the file gets its name.
 *
 * @throws ZooError `download-refused` (4xx), `download-failed` (no connection, 5xx, broken off), `checksum-mismatch`
 */
export async function download(request: DownloadRequest, world: DownloadWorld): Promise<Downloaded> {
  let fruitless = 0;
  for (let attempt = 0; ; attempt++) {
    const before = await receivedBytes(request.path, world.files);
    try {
      const head = await transfer(request, before, world);
      return await finish(request, head, world);
    } catch (cause) {
      request.signal?.throwIfAborted();
      if (cause instanceof ZooError) throw cause;
      fruitless = (await receivedBytes(request.path, world.files)) > before ? 0 : fruitless + 1;
      if (fruitless >= fruitlessAttempts) throw failed(request.url, cause);
      await world.clock.sleep(Math.min(8000, 250 * 2 ** fruitless), request.signal);
    }
  }
}

interface Head {
  readonly etag: string | undefined;
  readonly announced: string | undefined;
  readonly commit: string | undefined;
}

async function transfer(request: DownloadRequest, received: number, world: DownloadWorld): Promise<Head> {
  const partial = `${request.path}.partial`;
  const known = received > 0 ? await readEtag(partial, world.files) : undefined;
  const resumed = known !== undefined;
  const response = await world.fetch(request.url, {
    headers: {
      ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
      ...(resumed ? { range: `bytes=${received}-`, 'if-range': known } : {}),
      // Compressed transfer would make ranges and checksums those of other bytes.
      'accept-encoding': 'identity',
    },
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const head = readHead(response);
  if (response.status === 416) {
    await response.body?.cancel();
    const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (Number(total) === received) return head;
    await forget(partial, world.files);
    throw new Error('the part on this machine does not fit the file any more');
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw refused(request, response.status);
  }
  const continues = response.status === 206 && startOf(response) === received;
  if (response.status === 206 && !continues) {
    await response.body.cancel();
    await forget(partial, world.files);
    throw new Error('the server answered with another part than asked for');
  }
  if (!continues) await forget(partial, world.files);
  await world.files.writeAtomic(`${partial}.json`, JSON.stringify({ etag: head.etag ?? null }));
  await receive(response, request, partial, continues ? received : 0, world.files);
  return head;
}

async function receive(
  response: Response,
  request: DownloadRequest,
  partial: string,
  from: number,
  files: Files,
): Promise<void> {
  const length = response.headers.get('content-length');
  const total = length === null ? undefined : from + Number(length);
  const target = await files.append(partial);
  let received = from;
  let writing: Promise<void> = Promise.resolve();
  let queued = 0;
  let unwritten: { readonly cause: unknown } | undefined;
  const write = async (before: Promise<void>, chunk: Uint8Array) => {
    await before;
    try {
      if (unwritten === undefined) await target.write(chunk);
    } catch (cause) {
      unwritten = { cause };
    }
    queued -= chunk.length;
  };
  try {
    // Read on while the last chunk is written: what the stream still holds when the connection breaks is lost with it.
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      queued += chunk.length;
      writing = write(writing, chunk);
      received += chunk.length;
      request.onProgress?.(received, total);
      if (queued > mostQueued) await writing;
      if (unwritten !== undefined) break;
    }
  } finally {
    await writing;
    try {
      await target.sync();
    } finally {
      await target.close();
    }
  }
  if (unwritten !== undefined) throw unwritten.cause;
  if (total !== undefined && received < total) throw new Error(`it broke off at ${received} of ${total} bytes`);
}

async function finish(request: DownloadRequest, head: Head, world: DownloadWorld): Promise<Downloaded> {
  const partial = `${request.path}.partial`;
  const bytes = await world.files.read(partial);
  const sha256 = toHex(world.sha256(bytes));
  const expected = request.sha256 ?? head.announced;
  if (expected !== undefined && expected !== sha256) {
    await forget(partial, world.files);
    throw new ZooError('checksum-mismatch', `${request.url} has SHA-256 ${sha256}, expected ${expected}`, {
      hint: 'what arrived was thrown away: try again; if it happens again, the file has changed at its source',
      data: { expected, actual: sha256 },
    });
  }
  await world.files.writeAtomic(request.path, bytes);
  await forget(partial, world.files);
  return { bytes, sha256, commit: head.commit };
}

function readHead(response: Response): Head {
  const linked = response.headers.get('x-linked-etag')?.replace(/^W\//, '').replaceAll('"', '');
  const etag = response.headers.get('etag');
  return {
    // If-Range takes strong validators only (RFC 9110, section 13.1.5).
    etag: etag !== null && !etag.startsWith('W/') ? etag : undefined,
    announced: linked !== undefined && /^[0-9a-f]{64}$/.test(linked) ? linked : undefined,
    commit: response.headers.get('x-repo-commit') ?? undefined,
  };
}

function startOf(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

async function receivedBytes(path: string, files: Files): Promise<number> {
  const partial = `${path}.partial`;
  if (!(await files.exists(partial))) return 0;
  const reader = await files.open(partial);
  await reader.close();
  return reader.size;
}

async function readEtag(partial: string, files: Files): Promise<string | undefined> {
  const text = await files.readText(`${partial}.json`);
  try {
    const { etag } = JSON.parse(text ?? '{}') as { etag?: unknown };
    return typeof etag === 'string' ? etag : undefined;
  } catch {
    // A torn note about a part only means that the part is fetched again.
    return undefined;
  }
}

async function forget(partial: string, files: Files): Promise<void> {
  for (const path of [partial, `${partial}.json`]) if (await files.exists(path)) await files.remove(path);
}

function refused({ url, token }: DownloadRequest, status: number): Error {
  if (status >= 500 || status === 429 || status === 408) return new Error(`the server answered ${status}`);
  const locked = status === 401 || status === 403;
  return new ZooError('download-refused', `${url} was refused: the server answered ${status}`, {
    hint: locked
      ? `${token === undefined ? 'set HF_TOKEN to a token that may read it' : 'the token in HF_TOKEN may not read it'}, and accept the terms of the dataset on its page`
      : 'the dataset, file or revision may have been renamed: see the page of the dataset, and name it with hf:owner/name/file@revision',
    data: { status },
  });
}

function failed(url: string, cause: unknown): ZooError {
  const reason = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
  return new ZooError('download-failed', `${url} could not be fetched: ${reason || messageOf(cause)}`, {
    hint: 'set HF_ENDPOINT to a hub that this machine reaches, or fetch the file elsewhere and pass its path; what has arrived is kept and continued',
    cause,
  });
}
