import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mean,
  meanInterval,
  normalCumulative,
  normalQuantile,
  populationDeviation,
  proportionInterval,
  quantileOfSorted,
  sampleDeviation,
  studentCumulative,
  studentQuantile,
} from '../../../src/core/learning/statistics.ts';

describe('moments', () => {
  it('tells population and sample deviation apart', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(values)).toBe(5);
    expect(populationDeviation(values)).toBe(2);
    expect(sampleDeviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('finds no spread in fewer than two values', () => {
    expect(sampleDeviation([3])).toBe(0);
    expect(populationDeviation([])).toBe(0);
    expect(meanInterval([3])).toBeNull();
  });

  it('has quantiles between the extremes, in order', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (drawn, share) => {
        const sorted = drawn.toSorted((a, b) => a - b);
        const quantile = quantileOfSorted(sorted, share);
        expect(quantile).toBeGreaterThanOrEqual(sorted[0] as number);
        expect(quantile).toBeLessThanOrEqual(sorted.at(-1) as number);
        expect(quantileOfSorted(sorted, 0.5)).toBeGreaterThanOrEqual(quantileOfSorted(sorted, 0.25));
      }),
    );
  });
});

describe('distributions', () => {
  // Values of printed tables (Abramowitz and Stegun, tables 26.1 and 26.10) and of R's qt and pt.
  it('agrees with tables', () => {
    expect(normalCumulative(1.96)).toBeCloseTo(0.9750021, 7);
    expect(normalCumulative(-3)).toBeCloseTo(0.0013499, 7);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(studentQuantile(0.975, 29)).toBeCloseTo(2.04523, 5);
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.7062, 4);
    expect(studentCumulative(2, 5)).toBeCloseTo(0.9490303, 6);
  });
});

describe('intervals', () => {
  it('spans Student’s interval around the mean', () => {
    const interval = meanInterval([1, 2, 3, 4, 5]);
    expect(interval?.[0]).toBeCloseTo(3 - 1.963243, 5);
    expect(interval?.[1]).toBeCloseTo(3 + 1.963243, 5);
  });

  it('keeps a proportion inside [0, 1], where the normal interval does not', () => {
    expect(proportionInterval(0, 0)).toBeNull();
    expect(proportionInterval(0, 10)?.[0]).toBe(0);
    expect(proportionInterval(0, 10)?.[1]).toBeCloseTo(0.2775, 4);
    expect(proportionInterval(10, 10)?.[1]).toBeCloseTo(1, 12);
  });
});
