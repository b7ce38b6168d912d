import type { JudgeTotals } from '../../core/learning/account.ts';

/** What became of a judge's judgements, with their denominator. */
export function describeJudge({ asked, graded, failed, unusable, mean }: JudgeTotals): string {
  const score = mean === null ? '' : `, mean score ${mean.toFixed(3)}`;
  return `graded ${graded} of ${asked} answers${score}; ${failed} calls failed, ${unusable} replies were unusable`;
}
