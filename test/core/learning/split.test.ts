import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { split } from '../../../src/core/learning/split.ts';

const make = (count: number, strata = 1) =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    problem: `Problem number ${index} of its kind`,
    stratum: `s${index % strata}`,
  }));

describe('split', () => {
  it('gives every problem to exactly one part, in proportion', () => {
    fc.assert(
      fc.property(fc.nat({ max: 120 }), fc.nat({ max: 9 }), fc.nat(), (count, strata, seed) => {
        const problems = make(count, strata + 1);
        const { train, gate } = split(problems, { train: 3, gate: 1 }, seed);
        expect([...train, ...gate].map(({ id }) => id).sort()).toEqual(problems.map(({ id }) => id).sort());
        expect(Math.abs(gate.length - count / 4)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('spreads every stratum', () => {
    const { gate } = split(make(100, 5), { train: 4, gate: 1 }, 7);
    for (const stratum of ['s0', 's1', 's2', 's3', 's4']) {
      expect(Math.abs(gate.filter((problem) => problem.stratum === stratum).length - 4)).toBeLessThanOrEqual(1);
    }
  });

  it('depends on the seed and not on the order of the file', () => {
    const problems = make(60);
    const ids = (seed: number, of = problems) =>
      split(of, { a: 1, b: 1 }, seed)
        .a.map(({ id }) => id)
        .sort();
    expect(ids(1)).toEqual(ids(1, problems.toReversed()));
    expect(ids(1)).not.toEqual(ids(2));
  });

  it('keeps problems that are the same but for their dress together', () => {
    const problems = make(20).flatMap((problem) => [
      problem,
      { ...problem, id: `${problem.id}-again`, problem: `$${problem.problem}$ ` },
    ]);
    for (let seed = 0; seed < 10; seed++) {
      const { a } = split(problems, { a: 1, b: 1 }, seed);
      const ids = new Set(a.map(({ id }) => id));
      for (const { id } of make(20)) expect(ids.has(id)).toBe(ids.has(`${id}-again`));
    }
  });

  it('needs a positive weight', () => {
    expect(() => split(make(3), { a: 0 }, 0)).toThrow(RangeError);
  });
});
