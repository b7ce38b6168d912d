import { type ConservationResult, type HamiltonianPoint, testConservation } from '../core/learning/conservation.ts';
import type { Hamiltonian } from '../core/learning/hamiltonian.ts';
import { type Interval, mean, meanInterval } from '../core/learning/statistics.ts';
import type { Random } from '../core/random.ts';
import type { JournalEntry } from '../world/journal/journal.ts';
import { readHamiltonian } from './report/collect.ts';

/** What `zoo hamiltonian <run>` prints. */
export interface HamiltonianAccount {
  readonly steps: readonly HamiltonianStep[];
  readonly conservation: ConservationResult;
}

export interface HamiltonianStep {
  readonly step: number;
  readonly groups: number;
  /** Means over the step's groups. */
  readonly psi: number;
  readonly theta: number;
  readonly kappa: number;
  /** Student's 95 % intervals over the groups; null for a single group. */
  readonly ci95: Readonly<Record<keyof Hamiltonian, Interval | null>>;
}

/**
 * The Hamiltonian account of a run, from its journal, and the test of the claim that kappa is conserved (paper 4.1). A
 * group that was measured twice, as after a resume, counts once, by its last measurement.
 */
export async function accountHamiltonian(
  entries: AsyncIterable<JournalEntry>,
  random: Random,
): Promise<HamiltonianAccount> {
  const groups = new Map<string, HamiltonianPoint>();
  for await (const entry of entries) {
    const point = readHamiltonian(entry);
    if (point !== undefined) groups.set(`${point.step} ${point.problemId}`, point);
  }
  const points = [...groups.values()];
  const bySteps = [...Map.groupBy(points, ({ step }) => step)].sort(([a], [b]) => a - b);
  return {
    steps: bySteps.map(([step, own]) => summarizeStep(step, own)),
    conservation: testConservation(points, random),
  };
}

function summarizeStep(step: number, points: readonly HamiltonianPoint[]): HamiltonianStep {
  const of = (quantity: keyof Hamiltonian) => points.map((point) => point[quantity]);
  return {
    step,
    groups: points.length,
    psi: mean(of('psi')),
    theta: mean(of('theta')),
    kappa: mean(of('kappa')),
    ci95: { psi: meanInterval(of('psi')), theta: meanInterval(of('theta')), kappa: meanInterval(of('kappa')) },
  };
}
