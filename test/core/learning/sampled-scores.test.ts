import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { majorityAt, passAt, type Vote } from '../../../src/core/learning/sampled-scores.ts';

/** All subsets of k of the indices 0 to n - 1. */
function subsets(n: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  return Array.from({ length: Math.max(0, n - from) }, (_, offset) => from + offset).flatMap((first) =>
    subsets(n, k - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

/** The majority vote of some votes, ties broken by a fair draw: the chance that it is correct. */
function majority(votes: readonly Vote[]): number {
  const counts = new Map<string, number>();
  for (const { answer, correct } of votes) {
    const key = correct ? 'correct' : answer === null ? undefined : `wrong ${answer}`;
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const top = Math.max(0, ...counts.values());
  const tied = [...counts].filter(([, count]) => count === top);
  return tied.some(([key]) => key === 'correct') ? 1 / tied.length : 0;
}

const vote: fc.Arbitrary<Vote> = fc.oneof(
  fc.record({ answer: fc.constantFrom('42', '42.0'), correct: fc.constant(true) }),
  fc.record({ answer: fc.constantFrom('a', 'b', 'c'), correct: fc.constant(false) }),
  fc.constant({ answer: null, correct: false }),
);

describe('passAt', () => {
  it('is the share of subsets that hold a correct sample', () => {
    for (let n = 1; n <= 8; n++) {
      for (let c = 0; c <= n; c++) {
        for (let k = 1; k <= n; k++) {
          const drawn = subsets(n, k);
          const passed = drawn.filter((subset) => subset.some((index) => index < c)).length;
          expect(passAt(n, c, k)).toBeCloseTo(passed / drawn.length, 10);
        }
      }
    }
  });

  it('stays finite for many samples', () => {
    expect(passAt(10_000, 1, 100)).toBeCloseTo(0.01, 10);
    expect(passAt(10_000, 10_000, 1)).toBe(1);
  });

  it('refuses more samples than were drawn', () => {
    expect(() => passAt(4, 2, 5)).toThrow(RangeError);
  });
});

describe('majorityAt', () => {
  it('is the mean over all subsets of the vote’s outcome', () => {
    fc.assert(
      fc.property(fc.array(vote, { minLength: 1, maxLength: 8 }), fc.nat(), (votes, draw) => {
        const k = 1 + (draw % votes.length);
        const drawn = subsets(votes.length, k).map((subset) => majority(subset.map((index) => votes[index] as Vote)));
        expect(majorityAt(votes, k)).toBeCloseTo(drawn.reduce((sum, value) => sum + value, 0) / drawn.length, 10);
      }),
      { numRuns: 300 },
    );
  });

  it('equals the mean for one sample', () => {
    const votes = [
      { answer: '1', correct: true },
      { answer: '2', correct: false },
      { answer: '2', correct: false },
    ];
    expect(majorityAt(votes, 1)).toBeCloseTo(1 / 3, 12);
  });

  it('takes 256 samples with as many different answers', () => {
    const votes = Array.from({ length: 256 }, (_, index) => ({
      answer: String(index % 250),
      correct: index % 250 === 3,
    }));
    expect(majorityAt(votes, 256)).toBeCloseTo(1 / 6, 12);
    expect(majorityAt(votes, 64)).toBeLessThan(0.0625);
  });
});
