import { z } from 'zod';
import type { Sha256 } from '../core/digest.ts';
import { parseJson } from '../core/json.ts';
import type { Clock } from '../world/clock/clock.ts';
import type { Files } from '../world/files/files.ts';
import type { Ledger } from './open-ledger.ts';
import { forgetIndexes } from './shards/forget-indexes.ts';
import { findUnnamedVectors } from './unnamed-vectors.ts';
import { findUnreferenced } from './unreferenced.ts';

/** Milliseconds for which a file must have been unnamed: two weeks, as git has it. */
const defaultGrace = 14 * 24 * 3600 * 1000;

const seenFile = '.zoo/unreferenced.json';
const seenSchema = z.record(z.string(), z.number());

export interface Collected {
  readonly removed: readonly string[];
  /** Unnamed, but not for long enough, with the time when they go. */
  readonly waiting: readonly { readonly path: string; readonly from: number }[];
}

/**
 * Removes commits, packs and vectors that nothing has named since a first collection at least `grace` milliseconds ago.
 * What a writer is just about to name is protected by the lock, and what is newly found only starts to wait.
 */
export async function collectGarbage(
  files: Files,
  clock: Clock,
  ledger: Ledger,
  sha256: Sha256,
  options: { readonly grace?: number | undefined; readonly dryRun?: boolean | undefined } = {},
): Promise<Collected> {
  const grace = options.grace ?? defaultGrace;
  const lock = await ledger.lock();
  try {
    const path = `${ledger.folder}/${seenFile}`;
    const seen = await readSeen(files, path);
    const now = clock.now();
    const history = await ledger.history();
    const unnamed = [
      ...(await findUnreferenced(files, ledger.folder, history, sha256)),
      ...(await findUnnamedVectors(files, ledger.folder, history, sha256)),
    ];
    const since = Object.fromEntries(unnamed.map((name) => [name, Math.min(seen[name] ?? now, now)]));
    const removed = unnamed.filter((name) => now - (since[name] ?? now) >= grace);
    const waiting = unnamed
      .filter((name) => !removed.includes(name))
      .map((name) => ({ path: name, from: (since[name] ?? now) + grace }));
    if (options.dryRun !== true) {
      for (const name of removed) await files.remove(`${ledger.folder}/${name}`);
      await forgetIndexes(files, ledger.folder, history, sha256);
      const left = Object.fromEntries(waiting.map(({ path: name }) => [name, since[name] ?? now]));
      await files.writeAtomic(path, `${JSON.stringify(left, null, 2)}\n`);
    }
    return { removed, waiting };
  } finally {
    await lock.release();
  }
}

/** When what was unnamed was first seen so; where that cannot be read, all of it begins to wait anew. */
async function readSeen(files: Files, path: string): Promise<Readonly<Record<string, number>>> {
  try {
    return parseJson((await files.readText(path)) ?? '{}', seenSchema, path);
  } catch {
    return {};
  }
}
