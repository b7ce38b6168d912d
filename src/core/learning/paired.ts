import type { Random } from '../random.ts';
import {
  type Interval,
  mean,
  quantileOfSorted,
  normalCumulative,
  sampleDeviation,
  studentQuantile,
} from './statistics.ts';

/** The scores of one problem under two arms; the numbers of samples may differ. */
export interface PairedScores {
  readonly problemId: string;
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

export type ComparisonVerdict = 'better' | 'worse' | 'not distinguishable';

export interface PairedResult {
  /** Mean over problems of the difference of the problem's mean scores, candidate minus baseline. */
  readonly delta: number;
  readonly ci95: Interval;
  /** Two-sided, of the sign-flip permutation test by problem. */
  readonly p: number;
  readonly verdict: ComparisonVerdict;
  /** Problems compared, and those left out because an arm has no score on them. */
  readonly n: number;
  readonly leftOut: number;
  /** Standard error of delta, clustered by problem. */
  readonly standardError: number;
}

export interface PairedOptions {
  readonly resamples?: number;
  readonly permutations?: number;
  /** Largest p at which the verdict speaks; {@link verdictLevel} unless told otherwise. */
  readonly alpha?: number;
}

/**
 * Largest p at which a verdict speaks. It lies below the 5 % that is promised, so that the share of wrong verdicts stays
 * below 5 % not only in the long run but also in nearly every thousand of experiments.
 */
export const verdictLevel = 0.04;

/**
 * Compares two arms on the same problems. The problem is the unit: its samples are not independent evidence about other
 * problems, so both the interval and the test resample problems whole.
 *
 * The verdict speaks only when both agree: the interval excludes zero and the permutation test's p is at most alpha. The
 * test alone keeps the error rate, on a handful of problems too; the interval is asked so that the two never contradict.
 */
export function comparePaired(
  pairs: readonly PairedScores[],
  random: Random,
  options: PairedOptions = {},
): PairedResult {
  const { resamples = 10_000, permutations = 10_000, alpha = verdictLevel } = options;
  const differences = pairedDifferences(pairs);
  const n = differences.length;
  const leftOut = pairs.length - n;
  if (n === 0) {
    return {
      delta: 0,
      ci95: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      p: 1,
      verdict: 'not distinguishable',
      n,
      leftOut,
      standardError: Number.POSITIVE_INFINITY,
    };
  }
  const delta = mean(differences);
  const ci95 = bootstrapInterval(differences, random, { resamples, level: 0.95 });
  const p = signFlipTest(differences, random, permutations);
  return {
    delta,
    ci95,
    p,
    verdict: verdictOf(delta, ci95, p, alpha),
    n,
    leftOut,
    standardError: n < 2 ? Number.POSITIVE_INFINITY : sampleDeviation(differences) / Math.sqrt(n),
  };
}

/** The difference of mean scores of each problem that has scores under both arms. */
export function pairedDifferences(pairs: readonly PairedScores[]): number[] {
  return pairs
    .filter(({ baseline, candidate }) => baseline.length > 0 && candidate.length > 0)
    .map(({ baseline, candidate }) => mean(candidate) - mean(baseline));
}

function verdictOf(delta: number, interval: Interval, p: number, alpha = verdictLevel): ComparisonVerdict {
  if (p > alpha) return 'not distinguishable';
  if (delta > 0 && interval[0] > 0) return 'better';
  if (delta < 0 && interval[1] < 0) return 'worse';
  return 'not distinguishable';
}

/**
 * Bootstrap interval for the mean of values, each of which stands for one cluster (problem). The percentiles are
 * widened for small samples: from the normal to Student's distribution, and by sqrt(n / (n - 1)), as the resampled
 * spread is too narrow by that factor (Hesterberg 2015, "What Teachers Should Know about the Bootstrap", section 4.3).
 * Unbounded for fewer than two clusters.
 */
export function bootstrapInterval(
  values: readonly number[],
  random: Random,
  options: { readonly resamples?: number; readonly level?: number } = {},
): Interval {
  const { resamples = 10_000, level = 0.95 } = options;
  const n = values.length;
  if (n < 2) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const data = Float64Array.from(values);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += data[(random() * n) | 0] as number;
    means[resample] = sum / n;
  }
  means.sort();
  const tail = expandedTail((1 - level) / 2, n);
  return [quantileOfSorted(means, tail), quantileOfSorted(means, 1 - tail)];
}

function expandedTail(tail: number, n: number): number {
  return 1 - normalCumulative(Math.sqrt(n / (n - 1)) * studentQuantile(1 - tail, n - 1));
}

/**
 * Two-sided sign-flip permutation test of "the mean is zero": under the null each cluster's difference could as well
 * have had the other sign. Exact (every assignment) for up to 14 values that are not zero, Monte Carlo above,
 * where p counts the observed assignment itself and is never 0 (Phipson and Smyth 2010).
 */
export function signFlipTest(values: readonly number[], random: Random, permutations = 10_000): number {
  const moved = Float64Array.from(values.filter((value) => value !== 0));
  const observed = Math.abs(moved.reduce((sum, value) => sum + value, 0));
  // Sums that differ by rounding alone are ties, and ties count against the finding.
  const bar = observed - 1e-9 * moved.reduce((sum, value) => sum + Math.abs(value), 0);
  if (moved.length === 0) return 1;
  return moved.length <= 14 ? exactSignFlip(moved, bar) : sampledSignFlip(moved, bar, random, permutations);
}

function exactSignFlip(values: Float64Array, bar: number): number {
  const assignments = 2 ** (values.length - 1);
  let extreme = 0;
  for (let assignment = 0; assignment < assignments; assignment++) {
    let sum = values[values.length - 1] as number;
    for (let index = 0; index < values.length - 1; index++) {
      sum += ((assignment >> index) & 1) === 1 ? (values[index] as number) : -(values[index] as number);
    }
    if (Math.abs(sum) >= bar) extreme++;
  }
  return extreme / assignments;
}

function sampledSignFlip(values: Float64Array, bar: number, random: Random, permutations: number): number {
  let extreme = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    let sum = 0;
    let bits = 0;
    for (let index = 0; index < values.length; index++) {
      if (index % 30 === 0) bits = (random() * 0x40000000) | 0;
      sum += (bits & 1) === 1 ? (values[index] as number) : -(values[index] as number);
      bits >>= 1;
    }
    if (Math.abs(sum) >= bar) extreme++;
  }
  return extreme / (permutations + 1);
}
