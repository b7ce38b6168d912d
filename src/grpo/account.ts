import type { StepAccount } from '../core/learning/account.ts';
import { meanHamiltonian } from '../core/learning/hamiltonian.ts';
import { countOutcomes, rewardOf } from '../core/learning/outcome.ts';
import { mean, populationDeviation } from '../core/learning/statistics.ts';
import type { Library } from '../core/library/library.ts';
import type { Rejection } from '../core/library/operation.ts';
import type { Consolidation } from './consolidate.ts';
import type { LearnedGroup } from './learn.ts';
import type { Run, Step } from './run.ts';

export interface StepFacts {
  readonly step: Step;
  readonly groups: readonly LearnedGroup[];
  /** Operations that groups proposed in this step, with those carried into it. */
  readonly proposed: number;
  readonly consolidation: Consolidation;
  readonly rejections: readonly Rejection[];
  /** The library after the step. */
  readonly library: Library;
  readonly run: Run;
}

/** The numbers of one step, each with its denominator. */
export function accountForStep({
  step,
  groups,
  proposed,
  consolidation,
  rejections,
  library,
  run,
}: StepFacts): StepAccount {
  const outcomes = groups.flatMap((group) => group.outcomes);
  const rewards = outcomes.flatMap((outcome) => rewardOf(outcome) ?? []);
  const groupMeans = groups.flatMap(({ rewardMean }) => rewardMean ?? []);
  const reasons = new Map<string, number>();
  for (const { reason } of rejections) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return {
    epoch: step.epoch,
    step: step.step,
    groups: groups.length,
    contested: groups.filter(({ contested }) => contested).length,
    rollouts: countOutcomes(outcomes),
    saved: groups.length * run.settings.groupSize - outcomes.length,
    predicted: groups.filter(({ predicted }) => predicted).length,
    operations: {
      proposed,
      accepted: consolidation.operations.length,
      rejected: [...reasons].map(([reason, count]) => ({ reason, count })),
      carried: consolidation.carried.length,
    },
    reward: {
      mean: groupMeans.length === 0 ? null : mean(groupMeans),
      std: rewards.length === 0 ? null : populationDeviation(rewards),
      groups: groupMeans.length,
    },
    hamiltonian: meanHamiltonian(groups.map(({ hamiltonian }) => hamiltonian)),
    experiences: library.experiences.length,
  };
}
