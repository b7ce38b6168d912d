import { describe, expect, it } from 'vitest';
import { signFlipTest } from '../../../src/core/learning/paired.ts';
import { BettingTest, SpendingTest } from '../../../src/core/learning/sequential.ts';
import { randomFor } from '../../../src/core/random.ts';

const experiments = 1000;

describe('BettingTest', () => {
  it('looks after every difference and is still wrong in at most 5 % of experiments', () => {
    let wrong = 0;
    for (let experiment = 0; experiment < experiments; experiment++) {
      const random = randomFor(1, experiment);
      const test = new BettingTest({ alpha: 0.05 });
      for (let look = 0; look < 150; look++) {
        const difference = (random() < 0.5 ? 1 : 0) - (random() < 0.5 ? 1 : 0);
        if (test.observe(difference).verdict !== 'not distinguishable') {
          wrong++;
          break;
        }
      }
    }
    expect(wrong).toBeLessThanOrEqual(50);
  });

  it('decides a clear case early, in the right direction', () => {
    const test = new BettingTest({ alpha: 0.05 });
    let looks = 0;
    while (looks < 200 && test.state.verdict === 'not distinguishable') {
      const random = randomFor(4, looks++);
      test.observe(-((random() < 0.8 ? 1 : 0) - (random() < 0.3 ? 1 : 0)));
    }
    expect(test.state.verdict).toBe('worse');
    expect(looks).toBeLessThan(60);
    // The interval is found to within a hundredth.
    expect(test.interval[1]).toBeLessThan(0.01);
  });

  it('holds the true mean in its interval at every look together', () => {
    let lost = 0;
    for (let experiment = 0; experiment < 200; experiment++) {
      const random = randomFor(6, experiment);
      const test = new BettingTest({ alpha: 0.1 });
      let held = true;
      for (let look = 0; look < 40; look++) {
        test.observe(0.2 + 0.5 * (random() - 0.5));
        if (look % 5 === 4) held &&= test.interval[0] <= 0.2 && test.interval[1] >= 0.2;
      }
      if (!held) lost++;
    }
    expect(lost / 200).toBeLessThanOrEqual(0.1);
  });

  it('knows nothing at first', () => {
    const test = new BettingTest({ scale: 2 });
    expect(test.state).toEqual({ n: 0, mean: 0, better: 1, worse: 1, verdict: 'not distinguishable' });
    expect(test.interval).toEqual([-2, 2]);
    expect(test.observe(2).mean).toBe(2);
  });
});

describe('SpendingTest', () => {
  const looks = [1, 2, 4, 8];

  function run(experiment: number, effect: number) {
    const random = randomFor(8, experiment, effect);
    const test = new SpendingTest(0.05, (differences, source) => signFlipTest(differences, source, 1000));
    const sums = Array.from({ length: 20 }, () => 0);
    let drawn = 0;
    for (const samples of looks) {
      for (; drawn < samples; drawn++) {
        for (const problem of sums.keys()) {
          sums[problem] = (sums[problem] ?? 0) + (random() < 0.5 + effect ? 1 : 0) - (random() < 0.5 ? 1 : 0);
        }
      }
      const { verdict } = test.look(
        { information: samples / 8, differences: sums.map((sum) => sum / samples) },
        random,
      );
      if (verdict !== 'not distinguishable') return { verdict, samples };
    }
    return { verdict: 'not distinguishable', samples: 8 };
  }

  it('is wrong in at most 5 % of experiments over all looks together', () => {
    let wrong = 0;
    for (let experiment = 0; experiment < experiments; experiment++) {
      if (run(experiment, 0).verdict !== 'not distinguishable') wrong++;
    }
    expect(wrong).toBeLessThanOrEqual(50);
    expect(wrong).toBeGreaterThan(5);
  });

  it('saves samples where the difference is large', () => {
    const runs = Array.from({ length: 100 }, (_, experiment) => run(experiment, 0.4));
    expect(runs.every(({ verdict }) => verdict === 'better')).toBe(true);
    expect(runs.reduce((sum, { samples }) => sum + samples, 0) / 100).toBeLessThan(6);
  });

  it('spends no more than alpha, even when it is asked twice at the same information', () => {
    const test = new SpendingTest(0.05, () => 0.04);
    const ask = (information: number) => test.look({ information, differences: [1, 1] }, randomFor(0));
    expect(ask(0.5).level + ask(0.5).level + ask(1).level + ask(1).level).toBeCloseTo(0.05, 12);
  });
});
