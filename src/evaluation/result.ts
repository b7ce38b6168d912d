import type { JudgeTotals, UsageAccount } from '../core/learning/account.ts';
import type { OutcomeCounts } from '../core/learning/outcome.ts';
import type { ComparisonVerdict } from '../core/learning/paired.ts';
import type { Interval } from '../core/learning/statistics.ts';

/** What `zoo eval --json` prints. Its keys are a contract with scripts (docs/cli.md). */
export interface EvaluationResult {
  readonly dataset: { readonly name: string; readonly sha256: string; readonly problems: number };
  /** Samples drawn a problem and arm: as planned, or fewer when the comparison was decided early. */
  readonly samples: number;
  readonly arms: readonly ArmResult[];
  /** The second arm against the first; null for a single arm. */
  readonly paired: PairedAccount | null;
  /** Every further arm against the first. */
  readonly comparisons: readonly PairedAccount[];
  /** Over all arms. */
  readonly outcomes: OutcomeCounts;
  readonly usage: UsageAccount;
  /** Where a model judged: what became of its judgements. */
  readonly judge?: JudgeTotals;
  readonly plan: PlanAccount;
  /** What a reader must know before the figures, such as that a library was learned from these problems. */
  readonly notes: readonly string[];
  /** The looks of a run that stops when it is decided; null otherwise. */
  readonly sequential: { readonly planned: number; readonly looks: readonly Look[] } | null;
}

export interface ArmResult {
  readonly name: string;
  readonly model: string;
  /** Experiences in its library. */
  readonly experiences: number;
  /** mean@k: mean over problems of the mean score; null when nothing was answered. */
  readonly mean: number | null;
  /** Student's interval over problems. */
  readonly ci95: Interval | null;
  /** pass@k and maj@k by k, over the problems that have k answered samples. */
  readonly passAt: Readonly<Record<string, number>>;
  readonly majAt: Readonly<Record<string, number>>;
  readonly outcomes: OutcomeCounts;
  readonly perProblem: readonly ProblemScore[];
}

export interface ProblemScore {
  readonly id: string;
  /** Null when no call on it succeeded. */
  readonly mean: number | null;
  readonly correct: number;
  /** Samples that count: all but the failed ones. */
  readonly answered: number;
  readonly outcomes: OutcomeCounts;
}

export interface PairedAccount {
  readonly baseline: string;
  readonly candidate: string;
  /** Candidate minus baseline, of mean@k over the problems that both answered. */
  readonly delta: number;
  readonly ci95: Interval;
  readonly p: number;
  readonly verdict: ComparisonVerdict;
  /** The chance of a verdict at the noise that was measured, were the true difference `effect`. */
  readonly power: number;
  readonly effect: number;
  /** Problems compared, and those left out because an arm has no answer on them. */
  readonly n: number;
  readonly leftOut: number;
  /** Delta if every failed call had been right for one arm and wrong for the other. */
  readonly ifFailuresCounted: Interval;
  /** What a reader must know before trusting the verdict; empty as a rule. */
  readonly cautions: readonly string[];
}

export interface PlanAccount {
  readonly calls: number;
  readonly effect: number;
  /** Before anything was drawn: the chance to see `effect`, and the least difference seen with 80 % chance. */
  readonly power: number;
  readonly detectable: number | null;
  readonly standardError: number;
}

export interface Look {
  /** Samples a problem and arm so far. */
  readonly samples: number;
  readonly delta: number;
  readonly p: number;
  /** Largest p at which this look decides; the levels of all looks add up to the error rate. */
  readonly level: number;
  readonly verdict: ComparisonVerdict;
}
