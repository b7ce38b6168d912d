import { describe, expect, it } from 'vitest';
import { type HamiltonianPoint, testConservation } from '../../../src/core/learning/conservation.ts';
import { type Random, randomFor } from '../../../src/core/random.ts';

/** Groups of a run of six steps, Theta as a law of Psi and the step with some noise. */
function run(random: Random, law: (psi: number, step: number, random: Random) => number): HamiltonianPoint[] {
  return Array.from({ length: 6 }, (_, step) =>
    Array.from({ length: 15 }, (_, problem) => {
      const psi = 0.2 + 2 * random();
      const theta = law(psi, step, random);
      return { step, problemId: `p-${problem}`, psi, theta, kappa: psi * theta };
    }),
  ).flat();
}

const independent = (_psi: number, _step: number, random: Random) => 0.3 + 0.5 * random();

describe('testConservation', () => {
  it('finds an invariant where there is one', () => {
    const points = run(randomFor(1), (psi, _step, random) => (0.3 / psi) * (1 + 0.2 * (random() - 0.5)));
    const result = testConservation(points, randomFor(2), 500);
    expect(result.verdict).toBe('consistent with conservation');
    expect(result.mean).toBeCloseTo(0.3, 1);
    expect(result.dispersion).toBeLessThan(result.null.ci95[0]);
    expect(result.exponent.ci95[0]).toBeLessThan(-1);
    expect(result.exponent.ci95[1]).toBeGreaterThan(-1);
  });

  it('contradicts it where Theta does not care about Psi', () => {
    const result = testConservation(run(randomFor(3), independent), randomFor(4), 500);
    expect(result.verdict).toBe('contradicts conservation');
    expect(result.exponent.ci95[0]).toBeGreaterThan(-1);
  });

  it('contradicts it where kappa drifts', () => {
    const points = run(randomFor(5), (psi, step) => (0.2 + 0.1 * step) / psi);
    const result = testConservation(points, randomFor(6), 500);
    expect(result.trend.p).toBeLessThan(0.01);
    expect(result.trend.slope).toBeCloseTo(0.1, 2);
    expect(result.verdict).toBe('contradicts conservation');
  });

  it('keeps its error rates when Psi and Theta have nothing to do with each other', () => {
    let trends = 0;
    let tight = 0;
    for (let experiment = 0; experiment < 200; experiment++) {
      const result = testConservation(run(randomFor(7, experiment), independent), randomFor(8, experiment), 100);
      if (result.trend.p <= 0.05) trends++;
      if (result.null.p <= 0.05) tight++;
    }
    expect(trends).toBeLessThanOrEqual(20);
    expect(tight).toBeLessThanOrEqual(20);
  });

  it('says nothing of a few groups, and counts those that it leaves out', () => {
    const points = run(randomFor(9), independent).map((point, index) => (index < 85 ? { ...point, psi: 0 } : point));
    const result = testConservation(points, randomFor(10));
    expect(result).toMatchObject({ n: 5, leftOut: 85, verdict: 'undecided' });
    expect(testConservation([], randomFor(0)).verdict).toBe('undecided');
  });
});
