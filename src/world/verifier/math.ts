import { availableParallelism } from 'node:os';
import { ZooError } from '../../core/error.ts';
import { answerKeyOf } from './answer-key.ts';
import { mathProfiles } from './math/grade.ts';
import type { MathProfile, MathVerdict } from './math/grade.ts';
import type { MathJob } from './math/worker.ts';
import type { Verdict, Verifier } from './verifier.ts';
import { workerPool } from './worker/pool.ts';

export interface MathVerifierOptions {
  /** Which public grader it follows; default `math-verify`. */
  readonly profile?: MathProfile | undefined;
  /** Milliseconds that judging one answer may take; default 1000. Half as much again, and its thread is killed. */
  readonly limitMs?: number | undefined;
  /** Threads at most; default one less than the machine has cores, at most 4. */
  readonly threads?: number | undefined;
  /** Take an inequality for the interval that it solves, where the key is the interval. Default: as the profile does. */
  readonly setsForRelations?: boolean | undefined;
}

/**
 * Grades mathematical answers, LaTeX or plain text, by what they say: fractions, roots, percentages, units, intervals,
 * sets, tuples, matrices, equations, inequalities. Expressions are parsed and computed with bounds, never run as code;
 * what cannot be judged within the limit is wrong. Runs in threads of its own; close it when done.
 *
 * @throws ZooError `verifier-profile` for a profile that does not exist
 */
export function mathVerifier(options: MathVerifierOptions = {}): Verifier & { close(): Promise<void> } {
  const profile = options.profile ?? 'math-verify';
  if (!mathProfiles.includes(profile)) {
    throw new ZooError('verifier-profile', `the verifier "math" has no profile "${profile as string}"`, {
      hint: `take one of ${mathProfiles.map((name) => `math:${name}`).join(', ')} (--verifier, ZOO_VERIFIER)`,
    });
  }
  const limitMs = options.limitMs ?? 1000;
  const threads = options.threads ?? Math.max(1, Math.min(4, availableParallelism() - 1));
  const pool = workerPool<MathJob, MathVerdict>({
    script: './math/worker',
    base: import.meta.url,
    threads,
    killAfterMs: limitMs * 1.5,
  });
  const name = profile === 'math-verify' ? 'math' : `math:${profile}`;
  return {
    name,
    verify: async (problem, response, signal): Promise<Verdict> => {
      const key = answerKeyOf(problem, name);
      const job = { key, response, options: { profile, limitMs, setsForRelations: options.setsForRelations } };
      const outcome = await pool.run(job, signal);
      if (outcome.kind === 'killed') {
        return {
          kind: 'graded',
          correct: false,
          reward: 0,
          answer: '',
          reason: `the answer was not judged: ${outcome.reason}`,
        };
      }
      const verdict = outcome.result;
      return verdict.kind === 'unparseable' ? verdict : { ...verdict, reward: verdict.correct ? 1 : 0 };
    },
    close: () => pool.close(),
  };
}
