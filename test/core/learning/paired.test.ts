import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootstrapInterval,
  comparePaired,
  type PairedScores,
  pairedDifferences,
  signFlipTest,
} from '../../../src/core/learning/paired.ts';
import { plannedPower } from '../../../src/core/learning/power.ts';
import { type Random, randomFor } from '../../../src/core/random.ts';

describe('signFlipTest', () => {
  it('counts every assignment of signs of a few values', () => {
    // Of the 8 assignments of 3, 2, 1 only +++ and --- reach a sum of 6.
    expect(signFlipTest([3, 2, 1], randomFor(0))).toBe(2 / 8);
    // 3 + 2 - 1 = 4: +++, ++-, and their mirrors.
    expect(signFlipTest([3, 2, -1], randomFor(0))).toBe(4 / 8);
  });

  it('finds nothing in nothing', () => {
    expect(signFlipTest([], randomFor(0))).toBe(1);
    expect(signFlipTest([0, 0, 0], randomFor(0))).toBe(1);
  });

  it('agrees between all assignments and drawn ones', () => {
    const values = Array.from({ length: 14 }, (_, index) => Math.sin(index * 7) + 0.25);
    const exact = signFlipTest(values, randomFor(0));
    // A value of nearly nothing makes it fifteen, so that assignments are drawn.
    const drawn = signFlipTest([...values, 1e-12], randomFor(0), 100_000);
    expect(Math.abs(drawn - exact)).toBeLessThan(0.005);
  });

  it('never gives a p of zero and does not depend on the sign', () => {
    const values = Array.from({ length: 40 }, (_, index) => 1 + index / 100);
    expect(signFlipTest(values, randomFor(0), 1000)).toBe(1 / 1001);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 10 }), (drawn) => {
        expect(signFlipTest(drawn, randomFor(1))).toBe(
          signFlipTest(
            drawn.map((value) => -value),
            randomFor(2),
          ),
        );
      }),
    );
  });
});

describe('bootstrapInterval', () => {
  it('holds the true mean in about 95 of 100 experiments, for ten clusters too', () => {
    for (const clusters of [10, 30]) {
      let held = 0;
      for (let experiment = 0; experiment < 1000; experiment++) {
        const random = randomFor(11, experiment, clusters);
        const values = Array.from({ length: clusters }, () => random() + random() + random() - 1.5);
        const [low, high] = bootstrapInterval(values, random, { resamples: 800 });
        if (low <= 0 && high >= 0) held++;
      }
      expect(held / 1000).toBeGreaterThan(0.925);
      expect(held / 1000).toBeLessThan(0.975);
    }
  });

  it('is unbounded for a single cluster', () => {
    expect(bootstrapInterval([0.4], randomFor(0))).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});

describe('comparePaired', () => {
  const pairs = experiment(randomFor(5), { problems: 30, samples: 32, effect: 0.15, deviation: 0.05 });

  it('sees a difference of fifteen points', () => {
    const result = comparePaired(pairs, randomFor(0));
    expect(result.verdict).toBe('better');
    expect(result.ci95[0]).toBeGreaterThan(0);
    expect(result.ci95[0]).toBeLessThan(result.delta);
    expect(result.delta).toBeLessThan(result.ci95[1]);
    expect(result.p).toBeLessThan(0.01);
  });

  it('turns its verdict with the arms', () => {
    const turned = pairs.map(({ problemId, baseline, candidate }) => ({
      problemId,
      baseline: candidate,
      candidate: baseline,
    }));
    const [there, back] = [comparePaired(pairs, randomFor(0)), comparePaired(turned, randomFor(0))];
    expect(back.verdict).toBe('worse');
    expect(back.delta).toBeCloseTo(-there.delta, 12);
  });

  it('gives the same result for the same random source', () => {
    expect(comparePaired(pairs, randomFor(3))).toEqual(comparePaired(pairs, randomFor(3)));
  });

  it('does not call a thousand samples of one problem evidence', () => {
    const one = [{ problemId: 'p', baseline: Array(1000).fill(0), candidate: Array(1000).fill(1) }];
    expect(comparePaired(one, randomFor(0)).verdict).toBe('not distinguishable');
  });

  it('leaves out, and counts, problems without a score', () => {
    const result = comparePaired([...pairs, { problemId: 'silent', baseline: [], candidate: [1] }], randomFor(0));
    expect(result.n).toBe(30);
    expect(result.leftOut).toBe(1);
    expect(comparePaired([], randomFor(0)).verdict).toBe('not distinguishable');
  });

  it('weighs problems alike, however many samples they have', () => {
    expect(
      pairedDifferences([
        { problemId: 'a', baseline: [0], candidate: [1] },
        { problemId: 'b', baseline: [0, 1, 0, 1], candidate: [0, 0, 0, 0] },
      ]),
    ).toEqual([1, -0.5]);
  });
});

describe('calibration over 1,000 simulated experiments', () => {
  const designs = [
    { problems: 30, samples: 32 },
    { problems: 30, samples: 4 },
    { problems: 10, samples: 8 },
  ];

  it.each(designs)('says "better" or "worse" of $problems x $samples without a difference in at most 5 %', (design) => {
    let said = 0;
    for (let index = 0; index < 1000; index++) {
      const random = randomFor(2026, index, design.problems, design.samples);
      const pairs = experiment(random, { ...design, effect: 0, deviation: 0.08 });
      if (comparePaired(pairs, random, quick).verdict !== 'not distinguishable') said++;
    }
    expect(said).toBeLessThanOrEqual(50);
    // A test that never speaks would pass the line above.
    expect(said).toBeGreaterThan(5);
  });

  it('has the power that it claims when there is a difference', () => {
    for (const effect of [0.05, 0.08]) {
      const design = { problems: 30, samples: 32, effect };
      let better = 0;
      for (let index = 0; index < 500; index++) {
        const random = randomFor(7, index);
        if (comparePaired(experiment(random, { ...design, deviation: 0.05 }), random, quick).verdict === 'better')
          better++;
      }
      const claimed = plannedPower({ ...design, effectDeviation: 0.05, sampleVariance: chanceVariance });
      expect(Math.abs(better / 500 - claimed)).toBeLessThan(0.08);
    }
  });
});

const quick = { resamples: 500, permutations: 500 };

/** Mean of p(1 - p) for p uniform in [0.2, 0.7], as {@link experiment} draws it. */
const chanceVariance = 0.45 * 0.55 - 0.5 ** 2 / 12;

/** Scores of problems of many difficulties, each moved by the effect and by a deviation of its own. */
function experiment(
  random: Random,
  design: { problems: number; samples: number; effect: number; deviation: number },
): PairedScores[] {
  const draw = (chance: number) => Array.from({ length: design.samples }, () => (random() < chance ? 1 : 0));
  return Array.from({ length: design.problems }, (_, index) => {
    const chance = 0.2 + 0.5 * random();
    // The sum of twelve uniform numbers less six is nearly normal, with variance one.
    const noise = Array.from({ length: 12 }, () => random()).reduce((sum, value) => sum + value, -6);
    return {
      problemId: String(index),
      baseline: draw(chance),
      candidate: draw(chance + design.effect + design.deviation * noise),
    };
  });
}
