import type { Sha256 } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { Commit } from '../../core/tree/commit.ts';
import { keyAt, valueAt } from '../../core/tree/merkle-map.ts';
import type { Files } from '../../world/files/files.ts';
import { readCommit } from '../history.ts';
import { shardOf } from '../layout.ts';
import type { Ledger } from '../open-ledger.ts';
import { packParts, readPack } from '../pack.ts';
import {
  type PartEntries,
  entriesOfRecords,
  partEntries,
  partSummary,
  readPart,
  sortedEntries,
  summarizeEntries,
} from './parts.ts';
import { workingTrees } from './shard-index.ts';
import { type ShardTree, mapRootOfShards, shardNames } from './shard-trees.ts';
import { undisturbed } from '../undisturbed.ts';
import { readHeader } from '../working.ts';

/**
 * The shards of a library in order of their keys, those without records left out. Of a large library that is its index,
 * a few kilobytes; what the index lacks is read shard by shard and kept.
 *
 * @param reference `working`, or a version by any name that the ledger knows
 * @throws ZooError `pack-missing` for a version that is neither here in packs nor what lies in the working library
 */
export async function openShardTrees(
  files: Files,
  ledger: Ledger,
  reference: string,
  sha256: Sha256,
): Promise<readonly ShardTree[]> {
  const { folder } = ledger;
  const working = () => treesOfWorking(files, folder, sha256);
  const inMemory = async () => treesOfRecords((await ledger.readVersion(reference)).experiences, sha256);
  if (reference === 'working') return (await working()) ?? (await inMemory());
  const { commit } = await ledger.findVersion(reference);
  try {
    return (await treesOfVersion(files, folder, commit, sha256)) ?? (await inMemory());
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || thrown.code !== 'pack-missing') throw thrown;
    // A clone has no packs, and the newest version is most often what lies there.
    const lying = await working();
    if (lying === undefined) return await inMemory();
    if (mapRootOfShards(lying, sha256) === commit.mapRoot) return lying;
    throw thrown;
  }
}

/** Undefined for a working library that does not lie in shards, or is about to change. */
async function treesOfWorking(files: Files, folder: string, sha256: Sha256): Promise<readonly ShardTree[] | undefined> {
  if ((await readHeader(files, folder))?.layout !== 'shards') return undefined;
  return await undisturbed(files, folder, sha256, async (pending) =>
    pending === undefined ? await workingTrees(files, folder, sha256) : undefined,
  );
}

/** Undefined for a version that does not lie in parts, nor follows one that does. */
async function treesOfVersion(
  files: Files,
  folder: string,
  commit: Commit,
  sha256: Sha256,
): Promise<ShardTree[] | undefined> {
  /** What the packs since the parts change, by id; undefined for what they delete. */
  const changed = new Map<string, Experience | undefined>();
  for (let next = commit; ;) {
    const parts = await packParts(files, folder, next, sha256);
    if (parts !== undefined)
      return await changeTrees(await treesOfParts(files, folder, parts.shards, sha256), changed, sha256);
    const pack = await readPack(files, folder, next, sha256);
    if (pack.base === null) return undefined;
    // The newest counts, and a record that a pack both deletes and puts is there.
    for (const put of pack.changes.puts) if (!changed.has(put.id)) changed.set(put.id, put);
    for (const id of pack.changes.deletes) if (!changed.has(id)) changed.set(id, undefined);
    next = (await readCommit(files, folder, pack.base, sha256)).commit;
  }
}

async function treesOfParts(
  files: Files,
  folder: string,
  shards: Readonly<Record<string, string>>,
  sha256: Sha256,
): Promise<ShardTree[]> {
  const trees: ShardTree[] = [];
  for (const shard of shardNames) {
    const cid = shards[shard];
    if (cid === undefined) continue;
    const read = () => readPart(files, folder, cid, sha256);
    const summary = await partSummary(files, folder, cid, read, sha256);
    trees.push({ shard, ...summary, entries: () => partEntries(files, folder, cid, read, sha256) });
  }
  return trees;
}

async function changeTrees(
  trees: readonly ShardTree[],
  changed: ReadonlyMap<string, Experience | undefined>,
  sha256: Sha256,
): Promise<ShardTree[]> {
  const byShard = new Map(trees.map((tree) => [tree.shard, tree]));
  for (const [shard, ids] of Map.groupBy(changed.keys(), (id) => shardOf(id, sha256))) {
    const before = await byShard.get(shard)?.entries();
    const kept = (before?.ids() ?? []).flatMap((id, place) =>
      changed.has(id) || before === undefined ? [] : { id, key: keyAt(before, place), value: valueAt(before, place) },
    );
    const puts = entriesOfRecords(
      ids.flatMap((id) => changed.get(id) ?? []),
      sha256,
    );
    const fresh = puts.ids().map((id, place) => ({ id, key: keyAt(puts, place), value: valueAt(puts, place) }));
    const tree = treeOfEntries(shard, sortedEntries([...kept, ...fresh]), sha256);
    if (tree.count === 0) byShard.delete(shard);
    else byShard.set(shard, tree);
  }
  return shardNames.flatMap((shard) => byShard.get(shard) ?? []);
}

function treesOfRecords(records: readonly Experience[], sha256: Sha256): ShardTree[] {
  const shards = Map.groupBy(records, ({ id }) => shardOf(id, sha256));
  return shardNames.flatMap((shard) => {
    const some = shards.get(shard);
    return some === undefined ? [] : treeOfEntries(shard, entriesOfRecords(some, sha256), sha256);
  });
}

function treeOfEntries(shard: string, entries: PartEntries, sha256: Sha256): ShardTree {
  return { shard, ...summarizeEntries(entries, sha256), entries: () => Promise.resolve(entries) };
}
