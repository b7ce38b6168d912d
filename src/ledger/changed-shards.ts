import type { Sha256 } from '../core/digest.ts';
import type { Experience } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import type { Files } from '../world/files/files.ts';
import type { CommitEntry } from './history.ts';
import { openShards } from './look-up.ts';
import type { Ledger } from './open-ledger.ts';
import { packParts } from './pack.ts';
import { workingShards } from './shard-index.ts';

/**
 * Of a version and what follows it the shards that differ, with all their records in order of their keys; undefined
 * where one of the two does not lie in shards.
 *
 * @param after another version; the working library unless given
 */
export async function readChangedShards(
  files: Files,
  ledger: Ledger,
  before: CommitEntry,
  after: CommitEntry | undefined,
  sha256: Sha256,
): Promise<{ readonly before: Library; readonly after: Library } | undefined> {
  const [was, is] = [
    await openShards(files, ledger, before.id, sha256),
    await openShards(files, ledger, after?.id ?? 'working', sha256),
  ];
  if (was === undefined || is === undefined) return undefined;
  const [old, next] = [await cidsOf(before), await cidsOf(after)];
  const [oldRecords, nextRecords]: [Experience[], Experience[]] = [[], []];
  for (const shard of [...new Set([...Object.keys(old), ...Object.keys(next)])].sort()) {
    if (old[shard] === next[shard]) continue;
    oldRecords.push(...(await was.read(shard)));
    nextRecords.push(...(await is.read(shard)));
  }
  return { before: { experiences: oldRecords }, after: { experiences: nextRecords } };

  async function cidsOf(entry: CommitEntry | undefined): Promise<Readonly<Record<string, string>>> {
    if (entry !== undefined) return (await packParts(files, ledger.folder, entry.commit, sha256))?.shards ?? {};
    const shards = await workingShards(files, ledger.folder, sha256);
    return Object.fromEntries(shards.filter(({ count }) => count > 0).map(({ shard, cid }) => [shard, cid]));
  }
}
