import { detectableEffect, plannedError, plannedPower } from '../core/learning/power.ts';
import type { Evaluation } from './evaluate.ts';
import type { PlanAccount } from './result.ts';

/**
 * What an evaluation will cost in calls, and what it can find out, before a token is spent. Nothing is known yet of the
 * noise, so that of problems of all difficulties is assumed (see `assumedSampleVariance`).
 */
export function planEvaluation({
  problems,
  arms,
  samples,
  effect,
}: Pick<Evaluation, 'problems' | 'arms' | 'samples' | 'effect'>): PlanAccount {
  const plan = { problems: problems.length, samples };
  const detectable = detectableEffect(plan);
  return {
    calls: problems.length * arms.length * samples,
    effect,
    power: plannedPower({ ...plan, effect }),
    detectable: Number.isFinite(detectable) ? detectable : null,
    standardError: problems.length === 0 ? 0 : plannedError({ ...plan, effect }),
  };
}
