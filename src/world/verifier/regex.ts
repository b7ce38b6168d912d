import { ZooError, messageOf } from '../../core/error.ts';
import { answerKeyOf } from './answer-key.ts';
import type { RegexJob, RegexMatch } from './regex/match.ts';
import type { Verifier } from './verifier.ts';
import { workerPool } from './worker/pool.ts';

export interface RegexOptions {
  /**
   * Finds the answer in a response: the last match counts, and in it the group named `answer`, else the first group,
   * else all of it. Left out, each problem's answer is itself a pattern that must match somewhere.
   */
  readonly pattern?: string | undefined;
  /** Such as `i`. */
  readonly flags?: string | undefined;
  /** Milliseconds that matching one response may take; default 1000. */
  readonly limitMs?: number | undefined;
}

/**
 * Grades by a regular expression. It runs in a thread of its own, which is killed when a response makes it backtrack
 * without end; such a response is wrong.
 *
 * @throws ZooError `verifier-pattern` for a pattern that is no regular expression
 */
export function regexVerifier(options: RegexOptions = {}): Verifier & { close(): Promise<void> } {
  const flags = options.flags ?? '';
  if (options.pattern !== undefined) checkPattern(options.pattern, flags, 'the pattern of the verifier "regex"');
  const name = options.pattern === undefined ? 'regex' : `regex:/${options.pattern}/${flags}`;
  const pool = workerPool<RegexJob, RegexMatch>({
    script: './regex/worker',
    base: import.meta.url,
    threads: 1,
    killAfterMs: options.limitMs ?? 1000,
  });
  return {
    name,
    verify: async (problem, response, signal) => {
      const key = answerKeyOf(problem, name);
      if (options.pattern === undefined) checkPattern(key, flags, `the answer of problem "${problem.id}"`);
      const job =
        options.pattern === undefined
          ? { pattern: key, flags, response, key: undefined }
          : { pattern: options.pattern, flags, response, key };
      const outcome = await pool.run(job, signal);
      if (outcome.kind === 'killed') {
        return { kind: 'graded', correct: false, reward: 0, answer: '', reason: `not matched: ${outcome.reason}` };
      }
      const { answer, correct } = outcome.result;
      if (answer === undefined && options.pattern !== undefined) {
        return { kind: 'unparseable', reason: 'the pattern matches nothing in the response' };
      }
      const reason = correct ? 'it matches' : answer === undefined ? 'nothing matches' : `expected ${key}`;
      return { kind: 'graded', correct, reward: correct ? 1 : 0, answer: answer ?? '', reason };
    },
    close: () => pool.close(),
  };
}

function checkPattern(pattern: string, flags: string, what: string): void {
  try {
    void new RegExp(pattern, flags);
  } catch (cause) {
    throw new ZooError('verifier-pattern', `${what} is no regular expression: ${messageOf(cause)}`, {
      hint: 'write it as JavaScript does, without the slashes around it',
      cause,
    });
  }
}
