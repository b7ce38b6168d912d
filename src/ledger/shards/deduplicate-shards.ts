import type { Sha256 } from '../../core/digest.ts';
import { createNearDuplicates } from '../../core/library/near-duplicates.ts';
import { createMarks, createNumbers, createWordTable } from '../../core/numbers.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import {
  type Clusters,
  type Deduplicated,
  type Standing,
  clusterPairs,
  createFolding,
} from '../comparing/deduplicate.ts';
import { shardOf } from '../layout.ts';
import { orderWithout } from './order-text.ts';
import { type Locations, locateRecords, recordsInOrder } from './read-in-order.ts';
import { removeRanks } from './remove-ranks.ts';
import type { ShardsChange } from './save-shards.ts';
import { createShardEdits } from './shard-edits.ts';
import type { Shards } from './shards.ts';
import type { Spill } from './spill.ts';

export interface ShardsDeduplicated extends Omit<Deduplicated, 'library'> {
  /** How many are folded; `merged` lists them unless they are more than anybody reads. */
  readonly count: number;
  readonly change: ShardsChange;
}

/**
 * What `deduplicateLibrary` makes of a large library. Of each record its words are held as numbers, 4 bytes a word, and
 * some 80 bytes more; what is alike is folded one record after the other.
 *
 * @param threshold (0, 1]
 */
export async function deduplicateShards(
  shards: Shards,
  threshold: number,
  spill: Spill,
  sha256: Sha256,
): Promise<ShardsDeduplicated> {
  const locations = await locateRecords(shards, sha256);
  const clusters = await findClusters(shards, locations, threshold);
  const folding = createFolding(clusters);
  const edits = createShardEdits(spill);
  /** By place: 1 for what stands for its cluster. */
  const stands = createMarks(locations.count);
  const rankAt = (place: number) => locations.order[place] ?? 0;
  const { members, count, unchecked } = clusters;
  let taken = 0;
  for await (const record of recordsInOrder(shards, locations, members.map(rankAt)))
    await keep(folding.take(members[taken++] ?? 0, record));
  await keep(folding.end());
  const gone = members.filter((place) => stands.at(place) === 0).map(rankAt);
  const order = await orderWithout(await shards.order(), removeRanks(shards, gone, edits));
  return { count, merged: folding.merged(), unchecked, change: { current: shards, edits, growth: -count, order } };

  async function keep(done: Standing | undefined): Promise<void> {
    if (done === undefined) return;
    stands.set(done.place, 1);
    const { id } = done.experience;
    await edits.put(shardOf(id, sha256), id, canonicalJson(done.experience));
  }
}

/** Places are those in the order of the library. */
async function findClusters(shards: Shards, locations: Locations, threshold: number): Promise<Clusters> {
  const texts = createNearDuplicates(threshold);
  const domains = createWordTable();
  const domainAt = createNumbers();
  for await (const { text, domain } of recordsInOrder(shards, locations)) {
    texts.add(text);
    domainAt.add(domains.add(domain));
  }
  return clusterPairs(texts.find(), (place) => domainAt.at(place));
}
