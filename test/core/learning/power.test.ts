import { describe, expect, it } from 'vitest';
import { detectableEffect, plannedError, plannedPower, powerAtError } from '../../../src/core/learning/power.ts';

describe('plannedPower', () => {
  const plan = { problems: 30, samples: 32, effect: 0.05 };

  it('grows with problems, samples and effect', () => {
    const power = plannedPower(plan);
    expect(plannedPower({ ...plan, problems: 60 })).toBeGreaterThan(power);
    expect(plannedPower({ ...plan, samples: 64 })).toBeGreaterThan(power);
    expect(plannedPower({ ...plan, effect: 0.08 })).toBeGreaterThan(power);
    expect(plannedPower({ ...plan, effect: -0.05 })).toBeCloseTo(power, 12);
  });

  it('promises nothing for fewer problems than the test can speak of', () => {
    expect(plannedPower({ ...plan, problems: 5, effect: 0.9 })).toBe(0);
    expect(detectableEffect({ problems: 5, samples: 100 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('is the error rate where there is no effect', () => {
    expect(powerAtError(0, 0.02, 30, 0.05)).toBeCloseTo(0.05, 6);
    expect(powerAtError(0.1, 0, 30)).toBe(1);
    expect(powerAtError(0, 0, 30)).toBe(0);
  });

  it('reproduces the published spread of AIME-sized evaluations', () => {
    // 30 problems x 32 samples: half of a 95 % interval is 2.0 to 3.8 points.
    const half = 2.045 * plannedError(plan);
    expect(half).toBeGreaterThan(0.02);
    expect(half).toBeLessThan(0.05);
  });
});

describe('detectableEffect', () => {
  it('is the effect at which the power is what was asked for', () => {
    const effect = detectableEffect({ problems: 30, samples: 16 }, 0.8);
    expect(plannedPower({ problems: 30, samples: 16, effect })).toBeCloseTo(0.8, 2);
  });
});
