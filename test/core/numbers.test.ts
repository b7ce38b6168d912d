import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNumbers, createPairTable, createWordTable } from '../../src/core/numbers.ts';

describe('numbers, pairs and words in little memory', () => {
  it('keeps numbers as an array does', () => {
    const numbers = createNumbers();
    const expected = Array.from({ length: 5000 }, (_, index) => (index * 2_654_435_761) % 2 ** 32);
    for (const number of expected) numbers.add(number);
    numbers.set(3, 7);
    expect([...numbers.all()]).toEqual(expected.with(3, 7));
    expect([numbers.count(), numbers.at(4999), numbers.at(5000)]).toEqual([5000, expected[4999], 0]);
  });

  it('numbers pairs as a Map does', () => {
    const small = fc.nat({ max: 40 });
    const pair = fc.tuple(fc.oneof(small, fc.nat(0xffffffff)), fc.oneof(small, fc.nat(0xffffffff)));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 3000 }), (pairs) => {
        const [table, expected] = [createPairTable(), new Map<string, number>()];
        for (const [one, other] of pairs) {
          const name = `${one} ${other}`;
          expect(table.find(one, other)).toBe(expected.get(name) ?? -1);
          if (!expected.has(name)) expected.set(name, expected.size);
          expect(table.add(one, other)).toBe(expected.get(name));
        }
        expect(table.count()).toBe(expected.size);
      }),
      { numRuns: 30 },
    );
  });

  it('tells words apart', () => {
    const words = createWordTable();
    for (let number = 0; number < 50_000; number++) expect(words.add(`w${number}`)).toBe(number);
    expect([words.find('w77'), words.find('another'), words.count()]).toEqual([77, -1, 50_000]);
  });
});
