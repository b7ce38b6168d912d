import type { Sha256 } from '../../core/digest.ts';
import { qualityScore } from '../../core/library/quality-score.ts';
import type { PruneOptions, Pruned } from '../comparing/prune.ts';
import { mostListed } from './compare-shards.ts';
import { orderWithout } from './order-text.ts';
import { locateRecords, recordsByRank, recordsInOrder } from './read-in-order.ts';
import { removeRanks } from './remove-ranks.ts';
import type { ShardsChange } from './save-shards.ts';
import { createShardEdits } from './shard-edits.ts';
import type { Shards } from './shards.ts';
import type { Spill } from './spill.ts';

export interface ShardsPruned {
  /** How many go. */
  readonly count: number;
  /** What goes, the lowest score first; nothing where that is more than anybody reads. */
  readonly removed: Pruned['removed'];
  readonly change: ShardsChange;
}

/** What `pruneLibrary` takes out of a large library. Held are 33 bytes a record, and what is listed. */
export async function pruneShards(
  shards: Shards,
  { keep, below, weights }: PruneOptions,
  spill: Spill,
  sha256: Sha256,
): Promise<ShardsPruned> {
  let mostUsed = 0;
  const locations = await locateRecords(shards, sha256, ({ metadata }) => {
    mostUsed = Math.max(mostUsed, metadata.usage_count);
  });
  const scores = new Float64Array(locations.count);
  let rank = 0;
  for await (const record of recordsByRank(shards)) scores[rank++] = qualityScore(record, mostUsed, weights);
  const scoreAt = (place: number) => scores[locations.order[place] ?? 0] ?? 0;
  const ranked = Uint32Array.from({ length: locations.count }, (_, place) => place).sort(
    (one, other) => scoreAt(one) - scoreAt(other) || other - one,
  );
  const surplus = Math.max(0, ranked.length - keep);
  const count = ranked.findIndex(
    (place, index) => index >= surplus && (below === undefined || scoreAt(place) >= below),
  );
  const gone = ranked.subarray(0, count === -1 ? ranked.length : count).map((place) => locations.order[place] ?? 0);

  const removed: { experience: Pruned['removed'][number]['experience']; score: number }[] = [];
  if (gone.length <= mostListed)
    for await (const experience of recordsInOrder(shards, locations, gone))
      removed.push({ experience, score: scores[gone[removed.length] ?? 0] ?? 0 });
  const edits = createShardEdits(spill);
  const order = await orderWithout(await shards.order(), removeRanks(shards, gone, edits));
  return { count: gone.length, removed, change: { current: shards, edits, growth: -gone.length, order } };
}
