import type { Sha256 } from '../../core/digest.ts';
import { equalBytes, hashLength } from '../../core/tree/hashing.ts';
import { recordLeaves } from '../../core/tree/library-roots.ts';
import { blockLeaves, countBlocks } from '../../core/tree/merkle-blocks.ts';
import { merkleRoot } from '../../core/tree/merkle-log.ts';
import { type ShardSummary, type ShardTree, isSameShard } from './shard-trees.ts';

/** The blocks of a records tree, one hash of 32 bytes behind the other, and the shards that they were made of. */
export interface RecordBlocks {
  readonly shards: readonly ShardSummary[];
  readonly blocks: Uint8Array;
}

/**
 * The hashes of the blocks of the records tree, in the memory of one shard.
 *
 * @param before blocks of a library that may have shards in common: only those are hashed that hold something else now
 */
export async function hashBlocks(
  shards: readonly ShardTree[],
  before: RecordBlocks | undefined,
  sha256: Sha256,
): Promise<Uint8Array> {
  const size = countRecords(shards);
  const blocks = new Uint8Array(countBlocks(size) * hashLength);
  const isKept = before === undefined ? () => false : createComparison(before.shards, shards);
  const readLeaves = createBlockReader(shards, sha256);
  for (let block = 0; block < blocks.length / hashLength; block++) {
    const place = block * hashLength;
    blocks.set(
      before !== undefined && isKept(block)
        ? before.blocks.subarray(place, place + hashLength)
        : merkleRoot(sha256, await readLeaves(block)),
      place,
    );
  }
  return blocks;
}

export function countRecords(shards: readonly ShardSummary[]): number {
  return shards.reduce((total, { count }) => total + count, 0);
}

/** Hashes of the leaves of a block. Blocks are best asked for in their order: the shard read last is held. */
export function createBlockReader(
  shards: readonly ShardTree[],
  sha256: Sha256,
): (block: number) => Promise<Uint8Array> {
  const size = countRecords(shards);
  const starts = startsOf(shards);
  let held: { readonly shard: string; readonly values: Uint8Array } | undefined;
  return async (block) => {
    const [first, end] = [block * blockLeaves, Math.min((block + 1) * blockLeaves, size)];
    const values = new Uint8Array((end - first) * hashLength);
    for (const tree of shards) {
      const start = starts.get(tree.shard) as number;
      const [from, to] = [Math.max(first, start), Math.min(end, start + tree.count)];
      if (from >= to) continue;
      if (held?.shard !== tree.shard) held = { shard: tree.shard, values: (await tree.entries()).values };
      const some = held.values.subarray((from - start) * hashLength, (to - start) * hashLength);
      values.set(some, (from - first) * hashLength);
    }
    return recordLeaves(sha256, { values });
  };
}

/** By shard, the place of its first record among all. */
export function startsOf(shards: readonly ShardSummary[]): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  let start = 0;
  for (const { shard, count } of shards) {
    starts.set(shard, start);
    start += count;
  }
  return starts;
}

/** Tells of a block whether it holds what it held before: the same places, in shards that lie where they lay. */
function createComparison(before: readonly ShardSummary[], after: readonly ShardSummary[]): (block: number) => boolean {
  const old = new Map(before.map((shard) => [shard.shard, shard]));
  const [oldStarts, starts] = [startsOf(before), startsOf(after)];
  const [oldSize, size] = [countRecords(before), countRecords(after)];
  const moved = after.filter(
    (shard) => !isSameShard(old.get(shard.shard), shard) || oldStarts.get(shard.shard) !== starts.get(shard.shard),
  );
  return (block) => {
    const [first, end] = [block * blockLeaves, (block + 1) * blockLeaves];
    if (Math.min(end, size) !== Math.min(end, oldSize)) return false;
    return !moved.some(({ shard, count }) => {
      const start = starts.get(shard) as number;
      return start < end && start + count > first;
    });
  };
}

/** Whether hashes are those of the blocks under a recordsRoot. */
export function areBlocksOf(blocks: Uint8Array, size: number, recordsRoot: Uint8Array, sha256: Sha256): boolean {
  return blocks.length === countBlocks(size) * hashLength && equalBytes(merkleRoot(sha256, blocks), recordsRoot);
}
