import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstWhere } from '../../src/core/bisect.ts';

test('finds what a search from the start finds, in any part of a sorted array', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.nat(21), fc.nat(20), (numbers, least, start) => {
      const sorted = numbers.toSorted((one, other) => one - other);
      const from = Math.min(start, sorted.length);
      const found = sorted.findIndex((number, place) => place >= from && number >= least);
      const expected = found === -1 ? sorted.length : found;
      expect(firstWhere(from, sorted.length, (place) => (sorted[place] as number) >= least)).toBe(expected);
    }),
  );
});
