import { messageOf } from '../../core/error.ts';
import type { JudgeTotals } from '../../core/learning/account.ts';
import type { Outcome } from '../../core/learning/outcome.ts';
import type { Problem } from '../../core/learning/problem.ts';
import type { Sampled } from '../model/model.ts';

/** What judges an answer. A missing or broken verifier is an error, never another verifier. */
export interface Verifier {
  /** The name of its kind and profile, such as `numeric` or `math:hendrycks`; in every run's fingerprint. */
  readonly name: string;
  /** @throws ZooError when the verifier itself breaks; the rollout is then `failed` at the boundary `verifier` */
  verify(problem: Problem, response: string, signal?: AbortSignal): Promise<Verdict>;
  /** What became of the calls that a verifier makes of a model; absent where it makes none. */
  account?(): JudgeAccount;
  close?(): Promise<void>;
}

/** What became of the judgements asked for. A judge that fails is no verdict on the answer. */
export interface JudgeAccount {
  readonly asked: number;
  readonly graded: number;
  /** The call failed. */
  readonly failed: number;
  /** The judge answered, but gave no score, or one outside of the scale. */
  readonly unusable: number;
  /** Sum of the scores, as shares of the best. */
  readonly rewardSum: number;
}

export type Verdict =
  | {
      readonly kind: 'graded';
      readonly correct: boolean;
      /** Any real number; 1 and 0 for verifiers that only know right and wrong. */
      readonly reward: number;
      /** The answer as it was found in the response. */
      readonly answer: string;
      readonly reason: string;
    }
  | { readonly kind: 'unparseable'; readonly reason: string };

export function judgeTotals({ rewardSum, ...counts }: JudgeAccount): JudgeTotals {
  return { ...counts, mean: counts.graded === 0 ? null : rewardSum / counts.graded };
}

/**
 * What became of one sample. A completion that ran into the token limit counts as truncated unless its answer stands
 * already; a verifier that breaks is a failure, not a wrong answer.
 */
export async function gradeSample(
  problem: Problem,
  sampled: Sampled,
  { verifier, signal }: { readonly verifier: Verifier; readonly signal: AbortSignal },
): Promise<Outcome> {
  if (sampled.kind === 'failed') return sampled;
  if (sampled.finish === 'filter')
    return { kind: 'failed', boundary: 'model', code: 'content-filter', reason: 'the endpoint withheld the answer' };
  try {
    const verdict = await verifier.verify(problem, sampled.text, signal);
    if (verdict.kind === 'graded') {
      const { correct, reward, answer, reason } = verdict;
      return { kind: correct ? 'correct' : 'wrong', reward, answer, reason };
    }
    if (sampled.finish !== 'length') return verdict;
    return { kind: 'truncated', reason: 'it ran into the token limit before it answered' };
  } catch (thrown) {
    signal.throwIfAborted();
    return { kind: 'failed', boundary: 'verifier', code: 'verifier-broke', reason: messageOf(thrown) };
  }
}
