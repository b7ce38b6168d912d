import type { z } from 'zod';
import { ZooError, messageOf } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';

type Fetch = typeof globalThis.fetch;

/** A gateway or bundler, as adapters speak to it. */
export interface Host {
  readonly fetch: Fetch;
  /** Such as `https://arweave.net`; stands in errors. */
  readonly address: string;
  /** Milliseconds that it may be silent; 30,000 unless given. */
  readonly patienceMs?: number | undefined;
}

export interface HostRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestInit['body'];
  readonly signal?: AbortSignal | undefined;
  /** Statuses besides 2xx that the caller reads itself. */
  readonly expected?: readonly number[];
}

/** @param path without a slash before it @throws ZooError `archive-unreachable`, `archive-refused` */
export async function askHost(host: Host, path: string, request: HostRequest = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body, signal, expected = [] } = request;
  const late = new AbortController();
  // An upload takes as long as it takes; the beginning of an answer does not.
  const timer =
    body instanceof ReadableStream ? undefined : setTimeout(() => late.abort(tooLate), host.patienceMs ?? patienceMs);
  let response: Response;
  try {
    response = await host.fetch(`${host.address.replace(/\/+$/, '')}/${path}`, {
      method,
      headers,
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(host, cause);
  } finally {
    clearTimeout(timer);
  }
  if (response.ok || expected.includes(response.status)) return response;
  const said = (await readText(host, response, 16 * 1024).catch(() => '')).replaceAll(/\s+/g, ' ').trim().slice(0, 300);
  throw new ZooError(
    'archive-refused',
    `${host.address} answered ${response.status} to ${method} ${path.split('?')[0]}: ${said || 'it says nothing'}`,
    {
      hint: 'Run the same command again later: what was signed is kept, and nothing is paid twice.',
      data: { status: response.status },
    },
  );
}

/** JSON, of at most a few megabytes. @throws ZooError `archive-refused` */
export async function readJson<T>(host: Host, response: Response, schema: z.ZodType<T>, most = 8 << 20): Promise<T> {
  return parseAnswer(host, await readText(host, response, most), schema);
}

/** @throws ZooError `archive-refused` for what is no JSON, or other than expected */
export function parseAnswer<T>(host: Host, text: string, schema: z.ZodType<T>): T {
  try {
    return parseJson(text, schema, `the answer of ${host.address}`);
  } catch (cause) {
    throw new ZooError('archive-refused', messageOf(cause).slice(0, 500), {
      cause,
      hint: `Check that ${host.address} is the address of such a service (--arweave-gateway, --bundler-url).`,
    });
  }
}

/** @throws ZooError `archive-refused` when it is longer than `most` bytes, `archive-unreachable` when it breaks off */
export async function readText(host: Host, response: Response, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of bodyOf(host, response)) {
    size += part.length;
    if (size > most)
      throw new ZooError('archive-refused', `${host.address} sent more than ${most} bytes where it should not`, {
        hint: 'Ask another one (--arweave-gateway, ZOO_ARWEAVE_GATEWAY).',
      });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The bytes of an answer as they come. @throws ZooError `archive-unreachable` when they break off, or stop coming */
export async function* bodyOf(host: Host, response: Response, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), host.patienceMs ?? patienceMs);
      if (done) return;
      yield value;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(host, cause);
  } finally {
    // What is left is not wanted; that it cannot be had any more is no error.
    await reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const tooLate = new Error('it takes too long');

function unreachable({ address }: Host, thrown: unknown): ZooError {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const why = messageOf(cause) || String((cause as { code?: unknown }).code ?? thrown);
  return new ZooError('archive-unreachable', `${address} does not answer: ${why}`, {
    cause: thrown,
    hint: 'Check its address (--arweave-gateway, --bundler-url), then run the same command again: nothing is paid twice.',
  });
}

/** Milliseconds that a gateway may take to begin an answer, and to go on with it. */
const patienceMs = 30_000;
