import { isDeepStrictEqual } from 'node:util';
import { ZooError, messageOf } from '../../core/error.ts';
import type { SchemaCheck, SchemaJob } from './schema/check.ts';
import { compileSchema } from './schema/check.ts';
import type { Verifier } from './verifier.ts';
import { workerPool } from './worker/pool.ts';

export interface SchemaOptions {
  /** A JSON Schema (draft 2020-12 or 7, without if/then/else and not). */
  readonly schema: unknown;
  /** Milliseconds that checking one response may take; default 1000. */
  readonly limitMs?: number | undefined;
}

/**
 * Grades answers that are JSON: right when it fits the schema and, where the problem has an answer that is JSON itself,
 * equals it. A response without JSON is unparseable.
 *
 * @throws ZooError `verifier-schema` for a schema that is broken or not supported
 */
export function schemaVerifier(options: SchemaOptions): Verifier & { close(): Promise<void> } {
  try {
    compileSchema(options.schema);
  } catch (cause) {
    throw new ZooError('verifier-schema', `the schema of the verifier "schema" cannot be used: ${messageOf(cause)}`, {
      cause,
    });
  }
  const pool = workerPool<SchemaJob, SchemaCheck>({
    script: './schema/worker',
    base: import.meta.url,
    threads: 1,
    killAfterMs: options.limitMs ?? 1000,
  });
  return {
    name: 'schema',
    verify: async (problem, response, signal) => {
      const outcome = await pool.run({ schema: options.schema, response }, signal);
      if (outcome.kind === 'killed') {
        return { kind: 'graded', correct: false, reward: 0, answer: '', reason: `not checked: ${outcome.reason}` };
      }
      const check = outcome.result;
      if (check.kind === 'none') return { kind: 'unparseable', reason: 'the response holds no JSON' };
      const key = keyOf(problem.answer);
      const differs = key !== undefined && !isDeepStrictEqual(check.value, key.value);
      const correct = check.kind === 'fits' && !differs;
      const reason =
        check.kind === 'unfit' ? check.reason : differs ? 'it fits the schema but is not the answer' : check.reason;
      return {
        kind: 'graded',
        correct,
        reward: correct ? 1 : 0,
        answer: JSON.stringify(check.value).slice(0, 500),
        reason,
      };
    },
    close: () => pool.close(),
  };
}

function keyOf(answer: string | undefined): { readonly value: unknown } | undefined {
  if (answer === undefined || !/^\s*[[{]/.test(answer)) return undefined;
  try {
    return { value: JSON.parse(answer) as unknown };
  } catch {
    // An answer in words is a note for people; the schema alone judges.
    return undefined;
  }
}
