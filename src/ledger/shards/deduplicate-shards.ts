import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { createNearDuplicates } from '../../core/library/near-duplicates.ts';
import { type Deduplicated, foldPairs } from '../comparing/deduplicate.ts';
import { changedOrder } from './order-text.ts';
import { locateRecords, recordsInOrder } from './read-in-order.ts';
import type { ShardsChange } from './save-shards.ts';
import type { Shards } from './shards.ts';

export interface ShardsDeduplicated {
  readonly merged: Deduplicated['merged'];
  readonly change: ShardsChange;
}

/**
 * What `deduplicateLibrary` makes of a large library. Of each record its words are held as numbers, 4 bytes a word, and
 * 40 bytes more; of those that are alike all of it.
 *
 * @param threshold (0, 1]
 */
export async function deduplicateShards(
  shards: Shards,
  threshold: number,
  sha256: Sha256,
): Promise<ShardsDeduplicated> {
  const locations = await locateRecords(shards, sha256);
  const texts = createNearDuplicates(threshold);
  for await (const { text } of recordsInOrder(shards, locations)) texts.add(text);
  const pairs = [...texts.find()];
  const places = [...new Set(pairs.flatMap(({ first, second }) => [first, second]))];
  const records = new Map<number, Experience>();
  let index = 0;
  const ranks = Uint32Array.from(places, (place) => locations.order[place] ?? 0);
  for await (const record of recordsInOrder(shards, locations, ranks)) records.set(places[index++] ?? 0, record);

  const { kept, gone, merged } = foldPairs(pairs, (place) => records.get(place));
  const puts = [...kept].filter(([place]) => !gone.has(place)).map(([, record]) => record);
  const deletes = new Set([...gone].flatMap((place) => records.get(place)?.id ?? []));
  const changes = { complete: false, puts, deletes: [...deletes], order: undefined };
  return { merged, change: { current: shards, puts, deletes, order: changedOrder(await shards.order(), changes) } };
}
