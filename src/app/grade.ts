import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ZooError, messageOf } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { openVerifier } from './wire/verifiers.ts';

const rowSchema = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  gold: z.union([z.string(), z.number()]).transform(String),
  response: z.string(),
  problem: z.string().optional(),
});

export interface Grade {
  readonly id: string;
  readonly correct: boolean;
  /** As it was found in the response; null when none could be. */
  readonly answer: string | null;
  readonly reason: string;
}

export interface GradeTotals {
  readonly verifier: string;
  readonly total: number;
  readonly correct: number;
  readonly wrong: number;
  readonly unparseable: number;
  /** Rows whose grading broke; they count as neither right nor wrong. */
  readonly failed: number;
  readonly accuracy: number | null;
}

/**
 * Grades rows of `{id, gold, response}`, one JSON object a line, and tells each grade as it falls.
 *
 * @throws ZooError `invalid-json` or `invalid-data` that names the line, `unknown-verifier`, `unreadable-file`
 */
export async function gradeFile(
  path: string,
  verifierName: string,
  tell: (grade: Grade) => void,
): Promise<GradeTotals> {
  const verifier = await openVerifier(verifierName);
  const counts = { total: 0, correct: 0, wrong: 0, unparseable: 0, failed: 0 };
  try {
    let line = 0;
    for await (const text of linesOf(path)) {
      line++;
      if (text.trim() === '') continue;
      const { id, gold, response, problem } = parseJson(text, rowSchema, `${path} line ${line}`);
      counts.total++;
      try {
        const verdict = await verifier.verify({ id, problem: problem ?? '', answer: gold }, response);
        if (verdict.kind === 'unparseable') {
          counts.unparseable++;
          tell({ id, correct: false, answer: null, reason: verdict.reason });
        } else {
          counts[verdict.correct ? 'correct' : 'wrong']++;
          tell({ id, correct: verdict.correct, answer: verdict.answer, reason: verdict.reason });
        }
      } catch (thrown) {
        counts.failed++;
        tell({ id, correct: false, answer: null, reason: `the verifier broke: ${messageOf(thrown)}` });
      }
    }
  } finally {
    await verifier.close?.();
  }
  const graded = counts.total - counts.failed;
  return { verifier: verifier.name, ...counts, accuracy: graded === 0 ? null : counts.correct / graded };
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } catch (cause) {
    throw new ZooError('unreadable-file', `${path} cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: 'Name a JSONL file with rows of {id, gold, response}.',
    });
  } finally {
    stream.destroy();
  }
}
