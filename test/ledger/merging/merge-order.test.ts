import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeOrder } from '../../../src/ledger/merging/merge-order.ts';
import { counted } from '../counted-reads.ts';

/** The same as it is meant, name by name. */
function plainMerge(base: readonly string[], ours: readonly string[], theirs: readonly string[]): string[] {
  const stays = (name: string) =>
    base.includes(name) ? ours.includes(name) && theirs.includes(name) : ours.includes(name) || theirs.includes(name);
  const common = (order: readonly string[]) => order.filter((name) => base.includes(name) && stays(name)).join();
  const oursMoved = common(base) !== common(ours);
  const [leading, following] = oursMoved || common(base) === common(theirs) ? [ours, theirs] : [theirs, ours];
  const order = leading.filter(stays);
  const lastShared = following.findLastIndex((name) => order.includes(name));
  for (const [index, name] of following.entries()) {
    if (order.includes(name) || !stays(name)) continue;
    const before = following.slice(0, index).findLast((other) => order.includes(other));
    if (index > lastShared) order.push(name);
    else order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, name);
  }
  return order;
}

describe('mergeOrder', () => {
  it('merges any three orders; what stands twice counts where it stands first', () => {
    const order = fc.array(fc.constantFrom(...'abcdefghijklm'.split('')), { maxLength: 15 });
    const once = (names: readonly string[]) => [...new Set(names)];
    fc.assert(
      fc.property(order, order, order, (base, ours, theirs) => {
        expect(mergeOrder(base, ours, theirs)).toEqual(plainMerge(once(base), once(ours), once(theirs)));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads each order once, however much the other side put between', () => {
    const ids = Array.from({ length: 3000 }, (_, place) => `exp_${place}`);
    const orders = [ids, ids, ids.flatMap((id) => [`${id}_before`, id])].map(counted);
    const [base, ours, theirs] = orders.map(({ list }) => list) as [
      readonly string[],
      readonly string[],
      readonly string[],
    ];
    expect(mergeOrder(base, ours, theirs)).toHaveLength(6000);
    for (const { reads } of orders) expect(reads()).toBeLessThan(3 * 6000);
  });
});
