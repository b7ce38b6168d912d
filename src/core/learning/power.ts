import { verdictLevel } from './paired.ts';
import { studentCumulative, studentQuantile } from './statistics.ts';

/** What a comparison is planned with. */
export interface PowerPlan {
  /** Problems that both arms answer. */
  readonly problems: number;
  /** Samples a problem and arm. */
  readonly samples: number;
  /** The true difference of the mean scores that one wants to see, such as 0.05 for five points. */
  readonly effect: number;
  /** Variance of one sample's score on one problem; {@link assumedSampleVariance} where nothing is known. */
  readonly sampleVariance?: number;
  /** Standard deviation of the true difference between problems; {@link assumedEffectDeviation} where nothing is known. */
  readonly effectDeviation?: number;
  readonly alpha?: number;
}

/** p(1 - p) averaged over problems whose chance p of a right answer is spread evenly over [0, 1]. */
const assumedSampleVariance = 1 / 6;

/** A library helps some problems more than others: five points around the mean effect. */
const assumedEffectDeviation = 0.05;

/** Below this many problems no assignment of signs is rare enough for the permutation test to speak. */
const fewestProblems = 6;

/** Standard error of the paired difference that a plan leads to, clustered by problem. */
export function plannedError(plan: PowerPlan): number {
  const { problems, samples, sampleVariance = assumedSampleVariance, effectDeviation = assumedEffectDeviation } = plan;
  return Math.sqrt((effectDeviation ** 2 + (2 * sampleVariance) / samples) / problems);
}

/**
 * The chance that `comparePaired` reaches its verdict when the true difference is `effect`, [0, 1]. Student's
 * approximation: P(T > t - effect / error), both tails.
 */
export function plannedPower(plan: PowerPlan): number {
  return powerAtError(plan.effect, plannedError(plan), plan.problems, plan.alpha);
}

/** {@link plannedPower} with a standard error that was measured. */
export function powerAtError(effect: number, error: number, problems: number, alpha = verdictLevel): number {
  if (problems < fewestProblems || !Number.isFinite(error)) return 0;
  if (error === 0) return effect === 0 ? 0 : 1;
  const freedom = problems - 1;
  const bar = studentQuantile(1 - alpha / 2, freedom);
  const shift = Math.abs(effect) / error;
  return studentCumulative(shift - bar, freedom) + studentCumulative(-shift - bar, freedom);
}

/** The smallest true difference that a plan would reveal with that power (bisection to 0.0001). */
export function detectableEffect(plan: Omit<PowerPlan, 'effect'>, power = 0.8): number {
  if (plan.problems < fewestProblems) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = 1;
  while (high - low > 1e-4) {
    const effect = (low + high) / 2;
    if (plannedPower({ ...plan, effect }) < power) low = effect;
    else high = effect;
  }
  return high;
}
