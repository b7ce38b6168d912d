import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/core/random.ts';
import { accountHamiltonian } from '../../src/evaluation/hamiltonian.ts';
import type { JournalEntry } from '../../src/world/journal/journal.ts';
import { sampleRun } from './sample-run.ts';

describe('accountHamiltonian', () => {
  it('averages the groups of each step and tests the claim', async () => {
    const { steps, conservation } = await accountHamiltonian(sampleRun({ problems: 20 }).entries(), randomFor(0));
    expect(steps.map(({ step, groups }) => [step, groups])).toEqual([0, 1, 2, 3, 4, 5].map((step) => [step, 20]));
    // The made-up run's kappa rises by construction.
    expect(conservation.verdict).toBe('contradicts conservation');
    expect(conservation.trend.slope).toBeGreaterThan(0);
    for (const { kappa, ci95 } of steps) {
      expect(ci95.kappa?.[0]).toBeLessThan(kappa);
      expect(ci95.kappa?.[1]).toBeGreaterThan(kappa);
    }
  });

  it('counts a group that was measured twice by its last measurement, and passes over other entries', async () => {
    const measured = (data: unknown): JournalEntry => ({
      type: 'decision',
      step: 0,
      about: 'p',
      decision: 'hamiltonian',
      reason: 'measured',
      data,
    });
    async function* entries() {
      yield measured({ psi: 1, theta: 1, kappa: 1 });
      yield measured({ psi: 'many' });
      yield measured(null);
      yield measured({ psi: 2, theta: 0.5, kappa: 1 });
    }
    const { steps, conservation } = await accountHamiltonian(entries(), randomFor(0));
    expect(steps).toEqual([
      { step: 0, groups: 1, psi: 2, theta: 0.5, kappa: 1, ci95: { psi: null, theta: null, kappa: null } },
    ]);
    expect(conservation.verdict).toBe('undecided');
  });
});
