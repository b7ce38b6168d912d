import { readFileSync } from 'node:fs';
import { type Problem, problemSchema } from '../../src/core/learning/problem.ts';

/** The shipped set, as tests of the simulator use it. */
export const quickstartProblems: readonly Problem[] = readFileSync(
  new URL('../../datasets/quickstart.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => problemSchema.parse(JSON.parse(line)));
