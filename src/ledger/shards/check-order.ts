import type { Sha256 } from '../../core/digest.ts';
import { idsOfOrder } from './order-text.ts';
import { sortOrder } from './read-in-order.ts';
import { shardNames } from './shard-trees.ts';
import type { ShardTree } from './shard-trees.ts';

export interface CheckedOrder {
  /** The first id that is no record, or stands twice. */
  readonly unknown: string | undefined;
  /** How many records it does not name. */
  readonly unnamed: number;
}

/** Compares an order with the records, a shard at a time: 8 bytes an id are held beside the text. */
export async function checkOrder(text: string, trees: readonly ShardTree[], sha256: Sha256): Promise<CheckedOrder> {
  const places = sortOrder(text, sha256);
  const byShard = new Map(trees.map((tree) => [tree.shard, tree]));
  let unknown: { readonly place: number; readonly id: string } | undefined;
  let unnamed = 0;
  for (const shard of shardNames) {
    const ids = new Set((await byShard.get(shard)?.entries())?.ids());
    for (const [id, place] of places.idsOfShard(shard)) {
      if (ids.delete(id)) continue;
      if (unknown === undefined || place < unknown.place) unknown = { place, id };
    }
    unnamed += ids.size;
  }
  return { unknown: unknown?.id, unnamed };
}

/** Whether two orders name the same in the same sequence. */
export function isSameOrder(one: string, other: string): boolean {
  if (one === other) return true;
  const names = idsOfOrder(other);
  for (const id of idsOfOrder(one)) if (names.next().value !== id) return false;
  return names.next().done === true;
}
