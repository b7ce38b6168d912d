import type { Problem } from '../../core/learning/problem.ts';

/** What judges an answer. A missing or broken verifier is an error, never another verifier. */
export interface Verifier {
  /** The name of its kind and profile, such as `numeric` or `math:hendrycks`; in every run's fingerprint. */
  readonly name: string;
  /** @throws ZooError when the verifier itself breaks; the rollout is then `failed` at the boundary `verifier` */
  verify(problem: Problem, response: string, signal?: AbortSignal): Promise<Verdict>;
  close?(): Promise<void>;
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
