import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/digest.ts';
import { ZooError } from '../../../../src/core/error.ts';
import { randomFor } from '../../../../src/core/random.ts';
import { download } from '../../../../src/world/dataset/hub/download.ts';
import type { DownloadRequest } from '../../../../src/world/dataset/hub/download.ts';
import { sha256 } from '../../../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../../../src/world/files/disk.ts';
import type { Files } from '../../../../src/world/files/files.ts';
import { type MemoryFiles, memoryFiles } from '../../../fakes/files.ts';
import { startStub } from './stub.ts';
import type { Stub } from './stub.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));
let stub: Stub;
let slept: number[];
/** In memory: a disk that others write to takes seconds for the many times that a download makes sure of its bytes. */
let store: MemoryFiles;
const folder = '/data';
beforeEach(async () => {
  stub = await startStub(content);
  store = memoryFiles();
  slept = [];
});
afterEach(() => stub.close());

const fetchFile = ({ onProgress, ...more }: Partial<DownloadRequest> = {}, files: Files = store) => {
  stub.received = 0;
  return download(
    {
      url: `${stub.url}/datasets/owner/name/resolve/main/x.bin`,
      path: join(folder, 'sub/x.bin'),
      onProgress: (received, total) => {
        stub.received = received;
        onProgress?.(received, total);
      },
      ...more,
    },
    {
      files,
      clock: { now: () => 0, sleep: async (milliseconds) => void slept.push(milliseconds) },
      sha256,
      fetch: globalThis.fetch,
    },
  );
};
const saved = () => store.read(join(folder, 'sub/x.bin'));
const left = () => store.list(join(folder, 'sub'));

describe('download', () => {
  it('brings the file, follows the redirect and leaves nothing else behind', async () => {
    const told: number[] = [];
    const fetched = await fetchFile({
      onProgress: (received, total) => void told.push(received / (total ?? 1)),
      token: 'hf_x',
    });
    expect(fetched).toMatchObject({ sha256: toHex(sha256(content)), commit: 'c0ffee' });
    expect(content.equals(await saved())).toBe(true);
    expect(await left()).toEqual(['x.bin']);
    expect(told.at(-1)).toBe(1);
  });

  it('goes on where it was cut off, as often as it takes', async () => {
    stub.behaviours = [
      { kind: 'cut', after: 100_000 },
      { kind: 'cut', after: 50_000 },
      { kind: 'status', status: 503 },
      { kind: 'cut', after: 1 },
    ];
    await fetchFile();
    expect(content.equals(await saved())).toBe(true);
    const starts = stub.requests.map(({ range }) => Number(/\d+/.exec(range ?? '0')?.[0]));
    expect(starts).toEqual([...starts].sort((one, other) => one - other));
    expect(starts.at(-1)).toBeGreaterThan(0);
  });

  it('survives cuts at any place', async () => {
    for (let seed = 0; seed < 25; seed++) {
      const random = randomFor(seed, 'cuts');
      stub.behaviours = Array.from({ length: 3 }, () => ({ kind: 'cut', after: Math.floor(random() * 120_000) }));
      await fetchFile({ path: join(folder, `${seed}.bin`) });
      expect(content.equals(await store.read(join(folder, `${seed}.bin`)))).toBe(true);
    }
  });

  it('goes on in another process with what the last one brought', async () => {
    stub.behaviours = [
      { kind: 'cut', after: 100_000 },
      ...Array.from({ length: 5 }, () => ({ kind: 'status', status: 500 }) as const),
    ];
    await expect(fetchFile()).rejects.toMatchObject({
      code: 'download-failed',
      hint: expect.stringContaining('HF_ENDPOINT'),
    });
    stub.behaviours = [];
    await fetchFile();
    expect(stub.requests.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(content.equals(await saved())).toBe(true);
  });

  it('keeps on a real disk what an attempt brought, and goes on there', async () => {
    const real = await mkdtemp(join(tmpdir(), 'zoo-download-'));
    try {
      const path = join(real, 'sub/x.bin');
      stub.behaviours = [{ kind: 'cut', after: 100_000 }];
      await fetchFile({ path }, diskFiles);
      expect(stub.requests.at(-1)?.range).toBe('bytes=100000-');
      expect(content.equals(await readFile(path))).toBe(true);
      expect(await readdir(join(real, 'sub'))).toEqual(['x.bin']);
    } finally {
      await rm(real, { recursive: true });
    }
  });

  it('never splices two versions of a file', async () => {
    stub.behaviours = [
      { kind: 'cut', after: 100_000 },
      ...Array.from({ length: 5 }, () => ({ kind: 'status', status: 500 }) as const),
    ];
    await expect(fetchFile()).rejects.toMatchObject({ code: 'download-failed' });
    stub.content = Buffer.from(content.map((byte) => byte ^ 1));
    stub.behaviours = [];
    await fetchFile();
    expect(stub.content.equals(await saved())).toBe(true);
  });

  it.each(['ignore-range', 'wrong-range'] as const)('starts anew where a server answers with %s', async (kind) => {
    stub.behaviours = [{ kind: 'cut', after: 100_000 }, { kind }];
    await fetchFile();
    expect(content.equals(await saved())).toBe(true);
  });

  it('refuses bytes with another checksum than the hub announces, or the caller expects, and throws them away', async () => {
    stub.announce = 'wrong';
    await expect(fetchFile()).rejects.toMatchObject({ code: 'checksum-mismatch' });
    expect(await left()).toEqual([]);
    stub.announce = 'no';
    await expect(fetchFile({ sha256: '1'.repeat(64) })).rejects.toMatchObject({
      code: 'checksum-mismatch',
      data: { expected: '1'.repeat(64) },
    });
    await fetchFile({ sha256: toHex(sha256(content)) });
  });

  it.each([
    [401, 'HF_TOKEN'],
    [403, 'HF_TOKEN'],
    [404, 'hf:owner/name/file@revision'],
  ])('does not try %i again, and says how to mend it', async (status, hint) => {
    stub.behaviours = [{ kind: 'status', status }];
    await expect(fetchFile()).rejects.toMatchObject({
      code: 'download-refused',
      hint: expect.stringContaining(hint),
      data: { status },
    });
    expect(stub.requests).toHaveLength(1);
  });

  it('waits longer each time that nothing comes, and then gives up', async () => {
    stub.behaviours = Array.from({ length: 20 }, () => ({ kind: 'status', status: 503 }) as const);
    await expect(fetchFile()).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('503'),
    });
    expect(slept).toEqual([...slept].sort((one, other) => one - other));
    expect(stub.requests.length).toBeLessThan(10);
  });

  it('tells that the disk is full, and does not try again', async () => {
    const full = new ZooError('disk-full', 'there is no room');
    const files: Files = {
      ...store,
      append: async (path) => ({ ...(await store.append(path)), write: () => Promise.reject(full) }),
    };
    const url = `${stub.url}/datasets/owner/name/resolve/main/x.bin`;
    const clock = { now: () => 0, sleep: async () => {} };
    const fetched = download({ url, path: join(folder, 'x.bin') }, { files, clock, sha256, fetch: globalThis.fetch });
    await expect(fetched).rejects.toBe(full);
    expect(stub.requests).toHaveLength(1);
  });

  it('stops when it is told to, and keeps what has arrived', async () => {
    const controller = new AbortController();
    await expect(
      fetchFile({ signal: controller.signal, onProgress: () => controller.abort(new Error('stop')) }),
    ).rejects.toThrow('stop');
    expect(await left()).toContain('x.bin.partial');
    await fetchFile();
    expect(content.equals(await saved())).toBe(true);
  });
});
