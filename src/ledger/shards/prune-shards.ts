import type { Sha256 } from '../../core/digest.ts';
import { qualityScore } from '../../core/library/quality-score.ts';
import { mostListed } from './compare-shards.ts';
import { changedOrder } from './order-text.ts';
import type { PruneOptions, Pruned } from '../comparing/prune.ts';
import { locateRecords, recordsByRank, recordsInOrder } from './read-in-order.ts';
import type { ShardsChange } from './save-shards.ts';
import type { Shards } from './shards.ts';

export interface ShardsPruned {
  /** How many go. */
  readonly count: number;
  /** What goes, the lowest score first; nothing where that is more than anybody reads. */
  readonly removed: Pruned['removed'];
  readonly change: ShardsChange;
}

/** What `pruneLibrary` takes out of a large library. Held are 33 bytes a record, and the ids of what goes. */
export async function pruneShards(
  shards: Shards,
  { keep, below, weights }: PruneOptions,
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
  const deletes = new Set<string>();
  let index = 0;
  for await (const experience of recordsInOrder(shards, locations, gone)) {
    deletes.add(experience.id);
    const score = scores[gone[index++] ?? 0] ?? 0;
    if (gone.length <= mostListed) removed.push({ experience, score });
  }
  const changes = { complete: false, puts: [], deletes: [...deletes], order: undefined };
  const order = changedOrder(await shards.order(), changes);
  return { count: gone.length, removed, change: { current: shards, puts: [], deletes, order } };
}
