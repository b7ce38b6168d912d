import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ZooError, messageOf } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import type { Verifier } from '../world/verifier/verifier.ts';
import type { JudgeTotals } from '../core/learning/account.ts';
import { judgeTotals } from '../world/verifier/verifier.ts';
import type { Config } from './config.ts';
import { readPrompts } from './prompts.ts';
import { type Models, openModels } from './wire/models.ts';
import { files, sha256 } from './wire/platform.ts';
import { type OpenedVerifier, openVerifier } from './wire/verifiers.ts';

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
  /** Where a model judged: what became of its judgements. */
  readonly judge?: JudgeTotals;
}

/**
 * Grades rows of `{id, gold, response}`, one JSON object a line, and tells each grade as it falls.
 *
 * @throws ZooError `invalid-json` or `invalid-data` that names the line, `unknown-verifier`, `unreadable-file`
 */
export async function gradeFile(config: Config, path: string, tell: (grade: Grade) => void): Promise<GradeTotals> {
  const verifier = await openVerifier(config.settings.verifier ?? 'math', { config, rubric: undefined });
  const models = await openJudging(config, verifier);
  const counts = { total: 0, correct: 0, wrong: 0, unparseable: 0, failed: 0 };
  const waiting: Promise<Graded>[] = [];
  const settleFirst = async () => {
    const { outcome, grade } = (await waiting.shift()) as Graded;
    counts.total++;
    counts[outcome]++;
    tell(grade);
  };
  try {
    let line = 0;
    for await (const text of linesOf(path)) {
      line++;
      if (text.trim() === '') continue;
      waiting.push(gradeRow(parseJson(text, rowSchema, `${path} line ${line}`), verifier));
      if (waiting.length >= gradedAtOnce) await settleFirst();
    }
    while (waiting.length > 0) await settleFirst();
  } finally {
    await Promise.allSettled(waiting);
    await verifier.close?.();
    await models?.close();
  }
  const graded = counts.total - counts.failed;
  const judge = verifier.account?.();
  const accuracy = graded === 0 ? null : counts.correct / graded;
  return {
    verifier: verifier.name,
    ...counts,
    accuracy,
    ...(judge !== undefined && { judge: judgeTotals(judge) }),
  };
}

/** The model of a judge, under the budget that was set; nothing where the verifier asks none. */
async function openJudging(config: Config, { endpoint, bind }: OpenedVerifier): Promise<Models | undefined> {
  if (endpoint === undefined) return undefined;
  const models = await openModels({
    config,
    student: endpoint,
    teacher: endpoint,
    prompts: await readPrompts(files, sha256, config.settings.prompts),
    journal: undefined,
    replay: false,
    scope: 'grade',
    problems: [],
    observe: () => {},
  });
  bind?.(models.teacher);
  return models;
}

/** Rows under way; grades are told in the order of the rows all the same. */
const gradedAtOnce = 256;

interface Graded {
  readonly outcome: 'correct' | 'wrong' | 'unparseable' | 'failed';
  readonly grade: Grade;
}

async function gradeRow(
  { id, gold, response, problem }: z.infer<typeof rowSchema>,
  verifier: Verifier,
): Promise<Graded> {
  try {
    const verdict = await verifier.verify({ id, problem: problem ?? '', answer: gold }, response);
    const { reason } = verdict;
    if (verdict.kind === 'unparseable') {
      return { outcome: 'unparseable', grade: { id, correct: false, answer: null, reason } };
    }
    const { correct, answer } = verdict;
    return { outcome: correct ? 'correct' : 'wrong', grade: { id, correct, answer, reason } };
  } catch (thrown) {
    const reason = `the verifier broke: ${messageOf(thrown)}`;
    return { outcome: 'failed', grade: { id, correct: false, answer: null, reason } };
  }
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
