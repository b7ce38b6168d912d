/**
 * What became of one rollout. Only `correct` and `wrong` were graded and have a reward; a failure is not a wrong answer.
 *
 * - `truncated`: the model ran into the token limit before it answered
 * - `unparseable`: it finished, but no answer could be found in what it said
 * - `failed`: no completion arrived at all
 */
export type Outcome =
  | { readonly kind: 'correct' | 'wrong'; readonly reward: number; readonly answer: string; readonly reason: string }
  | { readonly kind: 'truncated' | 'unparseable'; readonly reason: string }
  | Failure;

/** A failed call, kept as data and attributed once, to the boundary that it crossed. */
export interface Failure {
  readonly kind: 'failed';
  readonly boundary: 'model' | 'verifier';
  /** Stable and kebab-case, such as `connection-reset`. */
  readonly code: string;
  readonly reason: string;
}

export const outcomeKinds = ['correct', 'wrong', 'truncated', 'unparseable', 'failed'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** How many rollouts ended in each way; `total` is the denominator of every other count. */
export type OutcomeCounts = Readonly<Record<OutcomeKind | 'total', number>>;

export function countOutcomes(outcomes: Iterable<Outcome>): OutcomeCounts {
  const counts = { total: 0, correct: 0, wrong: 0, truncated: 0, unparseable: 0, failed: 0 };
  for (const outcome of outcomes) {
    counts.total++;
    counts[outcome.kind]++;
  }
  return counts;
}

/** The reward of a graded outcome (any real number), or undefined where there is none. */
export function rewardOf(outcome: Outcome): number | undefined {
  return outcome.kind === 'correct' || outcome.kind === 'wrong' ? outcome.reward : undefined;
}
