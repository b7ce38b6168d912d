import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findReplacements } from '../../../src/ledger/git/find-replacements.ts';
import { counted } from '../counted-reads.ts';

/** The same as it is meant: what follows, on the side, the nearest id before that is still there in some form. */
function plainReplacements(base: readonly string[], side: readonly string[]): Map<string, string> {
  const [before, after] = [new Set(base), new Set(side)];
  const found = new Map<string, string>();
  for (const [index, id] of base.entries()) {
    if (after.has(id)) continue;
    const previous = base.slice(0, index).findLast((other) => after.has(other) || found.has(other));
    const there = side[previous === undefined ? 0 : side.indexOf(found.get(previous) ?? previous) + 1];
    if (there !== undefined && !before.has(there)) found.set(id, there);
  }
  return found;
}

describe('findReplacements', () => {
  it('finds what stands where an id stood, in any two orders', () => {
    const name = fc.constantFrom(...'abcdefghij'.split(''));
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.array(name, { maxLength: 12 }), (base, side) => {
        expect(findReplacements(base, side)).toEqual(plainReplacements(base, side));
      }),
      {
        numRuns: 3000,
        examples: [
          [
            ['a', 'b', 'c'],
            ['a', 'x', 'c'],
          ],
        ],
      },
    );
  });

  it('reads each order once, however many ids went', () => {
    const ids = Array.from({ length: 3000 }, (_, place) => `exp_${place}`);
    const [base, side] = [counted(ids), counted(ids.filter((_, place) => place % 5 !== 0))];
    expect(findReplacements(base.list, side.list).size).toBe(0);
    expect(base.reads()).toBeLessThan(3 * ids.length);
    expect(side.reads()).toBeLessThan(3 * ids.length);
  });
});
