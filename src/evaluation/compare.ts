import type { Outcome } from '../core/learning/outcome.ts';
import { comparePaired, type PairedScores, pairedDifferences, verdictLevel } from '../core/learning/paired.ts';
import { powerAtError } from '../core/learning/power.ts';
import type { Problem } from '../core/learning/problem.ts';
import { type Interval, mean } from '../core/learning/statistics.ts';
import type { Random } from '../core/random.ts';
import { formatCount, formatShare } from './format.ts';
import type { PairedAccount } from './result.ts';
import { scoresOf } from './score.ts';

export interface ArmOutcomes {
  readonly name: string;
  /** By problem, then by sample. */
  readonly outcomes: readonly (readonly Outcome[])[];
}

export interface CompareOptions {
  /** Difference that the power is told for. */
  readonly effect: number;
  /** Largest p of a verdict. */
  readonly alpha?: number;
  /** What a sequential test has said already; it then stands in for the verdict of a single look. */
  readonly verdict?: PairedAccount['verdict'];
}

/** Shares of the calls above which a reader is warned. */
const notable = { failed: 0.01, truncated: 0.02 };

/**
 * One arm against another on the same problems. A verdict is taken back when the calls that failed could overturn it: if
 * delta changes its sign with every failed call counted against the winner.
 */
export function compareArms(
  problems: readonly Problem[],
  baseline: ArmOutcomes,
  candidate: ArmOutcomes,
  random: Random,
  options: CompareOptions,
): PairedAccount {
  const pairs = pairScores(problems, baseline, candidate);
  const { effect, alpha = verdictLevel } = options;
  const paired = comparePaired(pairs, random, { alpha });
  const range = rangeOf(pairs);
  const ifFailuresCounted = boundDelta(problems, baseline, candidate, range);
  const said = options.verdict ?? paired.verdict;
  const overturned =
    (said === 'better' && ifFailuresCounted[0] <= 0) || (said === 'worse' && ifFailuresCounted[1] >= 0);
  const cautions = [baseline, candidate].flatMap(cautionsOf);
  if (overturned) cautions.push(`Without the failed calls the verdict would be "${said}"; they could overturn it.`);
  const span = range[1] - range[0];
  return {
    baseline: baseline.name,
    candidate: candidate.name,
    delta: paired.delta,
    ci95: [Math.max(-span, paired.ci95[0]), Math.min(span, paired.ci95[1])],
    p: paired.p,
    verdict: overturned ? 'not distinguishable' : said,
    power: powerAtError(effect, paired.standardError, paired.n, alpha),
    effect,
    n: paired.n,
    leftOut: paired.leftOut,
    ifFailuresCounted,
    cautions,
  };
}

export function pairScores(
  problems: readonly Problem[],
  baseline: ArmOutcomes,
  candidate: ArmOutcomes,
): PairedScores[] {
  return problems.map(({ id }, place) => ({
    problemId: id,
    baseline: scoresOf(baseline.outcomes[place] ?? []),
    candidate: scoresOf(candidate.outcomes[place] ?? []),
  }));
}

/** Least and greatest score, at least [0, 1]. */
function rangeOf(pairs: readonly PairedScores[]): Interval {
  let [low, high] = [0, 1];
  for (const { baseline, candidate } of pairs) {
    for (const score of [...baseline, ...candidate]) {
      low = Math.min(low, score);
      high = Math.max(high, score);
    }
  }
  return [low, high];
}

function boundDelta(
  problems: readonly Problem[],
  baseline: ArmOutcomes,
  candidate: ArmOutcomes,
  [low, high]: Interval,
): Interval {
  const filled = (arm: ArmOutcomes, place: number, score: number) => {
    const outcomes = arm.outcomes[place] ?? [];
    const failed = outcomes.filter(({ kind }) => kind === 'failed').length;
    return [...scoresOf(outcomes), ...Array.from({ length: failed }, () => score)];
  };
  const deltaWith = (baselineScore: number, candidateScore: number) => {
    const differences = pairedDifferences(
      problems.map(({ id }, place) => ({
        problemId: id,
        baseline: filled(baseline, place, baselineScore),
        candidate: filled(candidate, place, candidateScore),
      })),
    );
    return differences.length === 0 ? 0 : mean(differences);
  };
  return [deltaWith(high, low), deltaWith(low, high)];
}

function cautionsOf({ name, outcomes }: ArmOutcomes): string[] {
  const all = outcomes.flat();
  return (['failed', 'truncated'] as const).flatMap((kind) => {
    const count = all.filter((outcome) => outcome.kind === kind).length;
    if (count <= notable[kind] * all.length) return [];
    const share = `${formatCount(count)} of ${formatCount(all.length)} samples (${formatShare(count, all.length)})`;
    return kind === 'failed'
      ? `${share} of "${name}" failed and have no score.`
      : `${share} of "${name}" ran into the token limit and earned nothing; a larger --max-tokens mends it.`;
  });
}
