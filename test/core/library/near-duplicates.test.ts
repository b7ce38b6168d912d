import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NearDuplicate, createNearDuplicates, nearDuplicates } from '../../../src/core/library/near-duplicates.ts';
import { contentWords } from '../../../src/core/library/quality.ts';

/** Every text against every earlier one. */
function byComparingAll(texts: readonly string[], threshold: number): NearDuplicate[] {
  const sets = texts.map(contentWords);
  return sets.flatMap((set, second): NearDuplicate[] => {
    let best: NearDuplicate | undefined;
    for (let first = 0; first < second; first++) {
      const other = sets[first] as Set<string>;
      const common = [...set].filter((word) => other.has(word)).length;
      const overlap = common / (set.size + other.size - common);
      if (set.size > 0 && overlap >= threshold && overlap > (best?.overlap ?? 0)) best = { first, second, overlap };
    }
    return best === undefined ? [] : [best];
  });
}

describe('nearDuplicates', () => {
  it('finds what comparing all with all finds', () => {
    const word = fc.constantFrom(...'alpha beta gamma delta epsilon zeta eta theta iota kappa'.split(' '));
    const text = fc.array(word, { maxLength: 9 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 40 }),
        fc.constantFrom(0.1, 0.3, 0.5, 0.6, 2 / 3, 0.7, 0.75, 0.8, 0.9, 1),
        (texts, threshold) => {
          expect(nearDuplicates(texts, threshold)).toEqual(byComparingAll(texts, threshold));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('comes to an end where all are of one pattern', () => {
    const texts = Array.from(
      { length: 6000 },
      (_, number) => `case ${number} asks for bound ${number} before computing`,
    );
    expect(nearDuplicates(texts, 0.8)).toEqual([]);
    expect(
      nearDuplicates(
        texts.map((text) => `${text} alpha beta gamma delta epsilon`),
        0.8,
      ),
    ).toHaveLength(5999);
  });

  it('tells of how many texts it had no time to compare all', () => {
    const texts = Array.from(
      { length: 1000 },
      (_, n) => `v${n % 250} w${n % 5} x${n % 4}${n % 7} y${n % 3}${n % 11} z${n % 2}${n % 13} b c d e f`,
    );
    const pairs = (most?: number) => {
      const finder = createNearDuplicates(0.6, most);
      for (const text of texts) finder.add(text);
      const found = finder.find();
      let next = found.next();
      let count = 0;
      for (; next.done !== true; next = found.next()) count++;
      return { count, unchecked: next.value };
    };
    expect(pairs()).toEqual({ count: byComparingAll(texts, 0.6).length, unchecked: 0 });
    const hurried = pairs(0);
    expect(hurried.unchecked).toBeGreaterThan(0);
    // The first few have not so many before them.
    expect(hurried.unchecked).toBeLessThan(texts.length - 64);
  });
});
