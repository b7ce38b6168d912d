import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNameTable } from '../../src/core/name-table.ts';
import { createColumn, createLinks, createNumbers, createPairTable, createWordTable } from '../../src/core/numbers.ts';

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

  it('keeps a number for some, and lists of them', () => {
    const [column, links] = [createColumn(1), createLinks()];
    const entry = fc.tuple(fc.nat({ max: 5000 }), fc.nat(0xffffffff));
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const [numbers, lists] = [createColumn(2), createLinks()];
        const expected = Map.groupBy(entries, ([index]) => index);
        for (const [index, number] of entries) {
          numbers.set(index, number);
          lists.add(index, number);
        }
        for (const [index, some] of expected) {
          expect(numbers.at(index)).toBe(some.at(-1)?.[1]);
          expect([...lists.of(index)]).toEqual(some.map(([, number]) => number).toReversed());
        }
      }),
    );
    expect([column.at(0), column.at(9_999_999), [...links.of(7)]]).toEqual([0, 0, []]);
  });

  it('numbers names as a Map does, and gives them back', () => {
    const name = fc.stringMatching(/^[!-~]{1,12}$/);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 3000 }), (names) => {
        const [table, expected] = [createNameTable(), new Map<string, number>()];
        for (const one of names) {
          expect(table.find(`-${one}-`, 1, one.length + 1)).toBe(expected.get(one) ?? -1);
          if (!expected.has(one)) expected.set(one, expected.size);
          expect(table.add(`-${one}-`, 1, one.length + 1)).toBe(expected.get(one));
        }
        expect(table.count()).toBe(expected.size);
        for (const [one, number] of expected) expect(table.at(number)).toBe(one);
        const all = Uint32Array.from(expected.values()).toReversed();
        const lines = [...expected.keys()].toReversed().map((one) => `${one}\n`);
        expect(new TextDecoder().decode(table.lines(all))).toBe(lines.join(''));
      }),
      { numRuns: 30 },
    );
    const table = createNameTable();
    expect(['', 'a b', 'ä', 'a\u0000', 'ok'].map((text) => table.add(text))).toEqual([-1, -1, -1, -1, 0]);
  });
});
