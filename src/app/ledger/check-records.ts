import { type CheckedShards, createShardChecker } from '../../ledger/shards/check-shards.ts';
import { treesOf } from '../../ledger/shards/shard-trees.ts';
import type { NamedLibrary } from '../library-reference.ts';
import { files, sha256 } from '../wire/platform.ts';

/**
 * The trees and roots of a library from every one of its records; a large one is read shard by shard, whatever its index
 * says.
 */
export async function checkRecords({
  small,
  shards,
  folder,
}: Pick<NamedLibrary, 'small' | 'shards' | 'folder'>): Promise<Pick<CheckedShards, 'trees' | 'roots'>> {
  if (small !== undefined) return { trees: await treesOf(shards), roots: await shards.roots() };
  return await createShardChecker(files, folder, sha256).check(shards, (shard) => `shard ${shard}`);
}
