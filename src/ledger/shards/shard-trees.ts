import { type Sha256, toHex } from '../../core/digest.ts';
import { equalBytes, hashLength } from '../../core/tree/hashing.ts';
import { type MapCursor, cursorAbove, cursorOf } from '../../core/tree/map-cursor.ts';
import { createMapHasher, sortEntries } from '../../core/tree/merkle-map.ts';
import { type PartEntries, type PartSummary, shardBits } from './parts.ts';
import type { Shards } from './shards.ts';

/** One shard of a library as a part of its trees. What its summary tells is at hand; its entries are read when asked for. */
export interface ShardTree extends ShardSummary {
  entries(): Promise<PartEntries>;
}

export interface ShardSummary extends PartSummary {
  /** `00` to `ff`. */
  readonly shard: string;
}

export const shardNames: readonly string[] = Array.from({ length: 2 ** shardBits }, (_, shard) =>
  shard.toString(16).padStart(2, '0'),
);

/** The shards that hold something as parts of the library's trees, in order of their keys. */
export async function treesOf(shards: Shards): Promise<readonly ShardTree[]> {
  const trees: ShardTree[] = [];
  for (const shard of shards.names) {
    const summary = await shards.summary(shard);
    if (summary.count > 0) trees.push({ shard, ...summary, entries: () => shards.entries(shard) });
  }
  return trees;
}

/** Whether both hold the same records. */
export function isSameShard(one: ShardSummary | undefined, other: ShardSummary | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.count === other.count && equalBytes(one.subtree, other.subtree);
}

/** The shards whose entries are to be looked at, and those with a single record, which proofs may show in the open. */
export async function loadEntries(
  trees: readonly ShardTree[],
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, PartEntries>> {
  const loaded = new Map<string, PartEntries>();
  for (const tree of trees)
    if (wanted.has(tree.shard) || tree.count === 1) loaded.set(tree.shard, await tree.entries());
  return loaded;
}

/** The map of a library; within its shards only those can be seen whose entries were loaded. */
export function mapOfShards(
  shards: readonly ShardSummary[],
  loaded: ReadonlyMap<string, PartEntries>,
  sha256: Sha256,
): MapCursor {
  const hasher = createMapHasher(sha256);
  const byShard = new Map(shards.map((shard) => [shard.shard, shard]));
  return cursorAbove(
    hasher,
    shardNames.map((shard) => {
      const { count, subtree } = byShard.get(shard) ?? noRecords;
      const entries = count === 0 ? noEntries : loaded.get(shard);
      const below = entries === undefined ? undefined : cursorOf(hasher, entries, 0, entries.count, shardBits);
      return {
        count,
        hash: () => subtree,
        children: () => below?.children() ?? notLoaded(shard),
        lone: () => below?.lone() ?? notLoaded(shard),
      };
    }),
  );
}

const noEntries = sortEntries([]);
/** A shard that is not there. */
export const noRecords: PartSummary = { count: 0, subtree: new Uint8Array(hashLength) };

function notLoaded(shard: string): never {
  throw new RangeError(`the entries of shard ${shard} were not loaded`);
}

/** Hexadecimal. */
export function mapRootOfShards(shards: readonly ShardSummary[], sha256: Sha256): string {
  return toHex(mapOfShards(shards, new Map(), sha256).hash());
}
