import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ZooError } from '../core/error.ts';
import type { CommitEntry } from '../ledger/history.ts';
import { keepRecords } from '../ledger/keep-records.ts';
import { restoreVersion } from '../ledger/restore-version.ts';
import type { FetchedVersion, Keeper } from '../publishing/fetch.ts';
import type { Config } from './config.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { cacheFolder, files, sha256 } from './wire/platform.ts';

/** Where the cache has what was published under a CID. */
export function snapshotFolder(config: Config, cid: string): string {
  return join(cacheFolder(config), 'snapshots', cid);
}

/**
 * The version in a folder of the cache. Its records and its commit are checked as they are read; that this is the commit
 * of the CID, by making the CID again. Undefined where nothing lies, or not what should.
 */
export async function readCached(folder: string, cid: string): Promise<CommitEntry | undefined> {
  if ((await files.readText(join(folder, '.zoo', 'cid')))?.trim() !== cid) return undefined;
  const ledger = ledgerAt(folder);
  try {
    const entry = await ledger.findVersion('HEAD');
    const { snapshotOf } = await import('./version-to-publish.ts');
    return (await snapshotOf(ledger, entry)).cid === cid ? entry : undefined;
  } catch (thrown) {
    if (thrown instanceof ZooError) return undefined;
    throw thrown;
  }
}

/** Fetches a version into a folder of the cache, as a library of its own; nothing is left there when that fails. */
export async function cacheVersion<T extends FetchedVersion>(
  folder: string,
  cid: string,
  fetch: (keeper: Keeper) => Promise<T>,
): Promise<T> {
  await files.remove(folder);
  try {
    const records = keepRecords(files, folder, sha256);
    const vectors = keepVectors(folder);
    const fetched = await fetch({
      record: (record) => records.put(record),
      vector: (digest, bytes) => vectors.put(digest, bytes),
    });
    await vectors.finish();
    await restoreVersion(files, folder, { ...fetched, records: await records.finish() }, sha256);
    await records.discardParts();
    await files.writeAtomic(join(folder, '.zoo', 'cid'), `${cid}\n`);
    return fetched;
  } catch (thrown) {
    await files.remove(folder);
    throw thrown;
  }
}

/** Bytes of vectors that are written side by side. */
const vectorsAtOnce = 4 * 1024 * 1024;

/** Takes vectors into a library's folder, some at a time. */
export function keepVectors(folder: string): {
  put(digest: string, bytes: Uint8Array): Promise<void> | undefined;
  finish(): Promise<void>;
} {
  let waiting: [path: string, bytes: Uint8Array][] = [];
  let size = 0;
  const finish = async (): Promise<void> => {
    const some = waiting;
    [waiting, size] = [[], 0];
    await files.writeAll(some);
  };
  return {
    finish,
    put: (digest, bytes) => {
      waiting.push([join(folder, 'vectors', digest), bytes]);
      size += bytes.length;
      return size < vectorsAtOnce ? undefined : finish();
    },
  };
}

/** One process after the other: the second one finds what the first one brought. */
export async function alone<T>(folder: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  for (;;) {
    const lock = await files.lock(`${folder}.lock`).catch((thrown: unknown) => {
      if (thrown instanceof ZooError && thrown.code === 'locked') return undefined;
      throw thrown;
    });
    if (lock === undefined) await setTimeout(250, undefined, { signal });
    else
      try {
        return await act();
      } finally {
        await lock.release();
      }
  }
}
