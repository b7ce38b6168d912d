import type { Outcome } from './outcome.ts';

/** Tokens of one call or a sum of calls. `cachedTokens` is the part of `promptTokens` that the server had in its prefix cache. */
export interface Usage {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
}

/** One sample of the frozen model on one problem, graded. */
export interface Rollout {
  readonly problemId: string;
  /** 0 to G - 1. */
  readonly sample: number;
  /** What the model answered, reasoning left out. Empty when the call failed. */
  readonly text: string;
  /** What the model thought before it answered, where the endpoint tells. */
  readonly reasoning: string;
  readonly outcome: Outcome;
  readonly usage: Usage;
  /** SHA-256 (hex) of the canonical JSON of problem, sample, text and outcome; evidence names rollouts by it. */
  readonly digest: string;
}

/** All rollouts of one problem in one step, in order of their sample index. */
export interface Group {
  readonly problemId: string;
  readonly rollouts: readonly Rollout[];
}
