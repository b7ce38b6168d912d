import type { Sha256 } from '../core/digest.ts';
import { rawCid } from '../core/tree/cid.ts';
import type { Files } from '../world/files/files.ts';
import { type CommitEntry, commitPath, readCommit } from './history.ts';
import { paths } from './layout.ts';
import { writtenMergeHeads } from './merging/merge-heads.ts';
import { packCid, packParts, packPath } from './pack.ts';
import { restoredParts } from './restored-version.ts';
import { partPath } from './shards/parts.ts';
import { lyingShards } from './shards/shards.ts';

/**
 * Commits and packs that neither a version names nor the working library holds: left by writers that ended before their
 * change was decided, and by changes that were never committed.
 */
export async function findUnreferenced(
  files: Files,
  folder: string,
  entries: readonly CommitEntry[],
  sha256: Sha256,
): Promise<readonly string[]> {
  const named = new Set<string>();
  const reachable = await withAncestors(files, folder, entries, sha256);
  if (reachable === 'damaged') return [];
  for (const { id, commit } of reachable) {
    const parts = await namedParts(files, folder, { id, commit }, sha256);
    // What a damaged pack names is not known, so nothing may count as unnamed.
    if (parts === 'damaged') return [];
    for (const cid of parts) named.add(partPath('', cid).slice(1));
    named.add(packPath('', commit.packCid).slice(1));
    named.add(commitPath('', id).slice(1));
  }
  const there: string[] = [];
  for (const kind of [paths.commits, paths.packs])
    for (const name of await files.list(`${folder}/${kind}`)) there.push(`${kind}/${name}`);
  const unnamed = there.filter((path) => !named.has(path));
  if (!unnamed.some((path) => path.startsWith(`${paths.packs}/`))) return unnamed;
  const working = await workingParts(files, folder, sha256);
  return unnamed.filter((path) => !working.has(path));
}

/** The parts that a commit of the working library would name: a change that was saved without one has written them. */
async function workingParts(files: Files, folder: string, sha256: Sha256): Promise<ReadonlySet<string>> {
  const { names, text, order } = lyingShards(files, folder, await files.list(`${folder}/${paths.records}`));
  const found = new Set<string>();
  const add = (content: string) => found.add(partPath('', rawCid(sha256(content))).slice(1));
  if (names.length > 0) add(await order());
  for (const shard of names) add(await text(shard));
  return found;
}

/**
 * The versions with everything that they descend from and that is here: what was merged from elsewhere is no version of
 * the log, and a version names it all the same, or the next one will.
 */
async function withAncestors(
  files: Files,
  folder: string,
  entries: readonly CommitEntry[],
  sha256: Sha256,
): Promise<readonly CommitEntry[] | 'damaged'> {
  const reachable = new Map(entries.map((entry) => [entry.id, entry]));
  const pending = await writtenMergeHeads(files, folder);
  const waiting = [...pending, ...entries.flatMap(({ commit }) => commit.parents)];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reachable.has(id) || !(await files.exists(commitPath(folder, id)))) continue;
    try {
      const entry = await readCommit(files, folder, id, sha256);
      reachable.set(id, entry);
      waiting.push(...entry.commit.parents);
    } catch {
      return 'damaged';
    }
  }
  return [...reachable.values()];
}

/** Damage may hide that a pack names parts, so one that seems to name none is compared with its CID. */
async function namedParts(
  files: Files,
  folder: string,
  { id, commit }: Pick<CommitEntry, 'id' | 'commit'>,
  sha256: Sha256,
): Promise<readonly string[] | 'damaged'> {
  try {
    const parts = (await packParts(files, folder, commit, sha256)) ?? (await restoredParts(files, folder, id));
    if (parts !== undefined) return [parts.order, ...Object.values(parts.shards)];
  } catch {
    return 'damaged';
  }
  const path = packPath(folder, commit.packCid);
  if (!(await files.exists(path))) return [];
  return packCid(await files.read(path), sha256) === commit.packCid ? [] : 'damaged';
}
