import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fewestForMajority, giniOf } from '../../../src/core/economy/distribution.ts';

const amounts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 28n }), { minLength: 1, maxLength: 30 });

describe('giniOf', () => {
  it('is 0 where all have the same, and near 1 where one has all', () => {
    expect(giniOf([5n, 5n, 5n])).toBe(0);
    expect(giniOf([0n, 0n, 0n, 8n])).toBe(0.75);
    expect(giniOf([])).toBeNull();
    expect(giniOf([0n, 0n])).toBeNull();
  });

  it('is half the mean difference of all pairs over the mean', () => {
    // Pairs of 1, 2, 6: differences 1, 5, 4, twice; mean 3: 20 / 9 / (2 * 3).
    expect(giniOf([6n, 1n, 2n])).toBeCloseTo(20 / 9 / 6, 5);
  });

  it('does not depend on order or unit, and lies from 0 to 1', () => {
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 1n, max: 10n ** 9n }), (some, factor) => {
        const plain = giniOf(some);
        expect(giniOf(some.toReversed())).toBe(plain);
        expect(giniOf(some.map((amount) => amount * factor))).toBe(plain);
        return plain === null || (plain >= 0 && plain < 1);
      }),
    );
  });
});

describe('fewestForMajority', () => {
  it('takes more than half, not half', () => {
    expect(fewestForMajority([5n, 5n])).toBe(2);
    expect(fewestForMajority([6n, 5n])).toBe(1);
    expect(fewestForMajority([1n, 1n, 1n, 1n])).toBe(3);
    expect(fewestForMajority([])).toBeNull();
  });

  it('is a set that has more than half, and none smaller has', () => {
    fc.assert(
      fc.property(amounts, (some) => {
        const fewest = fewestForMajority(some);
        const total = some.reduce((sum, amount) => sum + amount, 0n);
        if (fewest === null) return total === 0n;
        const largest = some.toSorted((one, other) => (one < other ? 1 : -1));
        const held = (count: number) => largest.slice(0, count).reduce((sum, amount) => sum + amount, 0n);
        return held(fewest) * 2n > total && held(fewest - 1) * 2n <= total;
      }),
    );
  });
});
