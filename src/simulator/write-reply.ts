import { randomFor } from '../core/random.ts';
import type { Reading } from './prompt/read-prompt.ts';
import type { ChatRequest } from './protocol/read-chat-request.ts';
import type { SimulatedModel } from './simulated-models.ts';
import type { SimulatorSettings } from './simulator-options.ts';
import type { FindProblem } from './skills/known-problems.ts';
import { solve } from './student/solve.ts';
import { consolidate } from './teacher/consolidate.ts';
import { extract } from './teacher/extract.ts';
import { fillSchema } from './teacher/fill-schema.ts';
import { shorten } from './teacher/shorten.ts';
import { summarize } from './teacher/summarize.ts';
import { writeDirectly } from './teacher/write-directly.ts';

/** What the simulated model says to one sample of a request: a function of its arguments alone. */
export function writeReply(
  reading: Reading,
  request: ChatRequest,
  model: SimulatedModel,
  sampleSeed: number,
  settings: SimulatorSettings,
  find: FindProblem,
): string {
  const known = reading.problems.map(find);
  const problem = known[0] ?? find('');
  const teacher = { ...settings.teacher, poisoned: settings.teacher.poisoned || model.poisoned };
  const attempts = reading.attempts.map(({ sample, reward, text }) => `${sample} ${reward} ${text}`).join('\n');
  const random = randomFor(settings.seed, reading.stage, problem.key, attempts, sampleSeed);
  switch (reading.stage) {
    case 'rollout': {
      const solution = solve(problem, reading.experiences, sampleSeed, model.skill, settings);
      return request.format === undefined ? solution : JSON.stringify({ answer: solution });
    }
    case 'summarize':
      return summarize(reading, problem);
    case 'extract':
      return JSON.stringify({ operations: extract(reading, problem, random, teacher) });
    case 'consolidate':
      return JSON.stringify({ operations: consolidate(reading) });
    case 'shorten':
      return JSON.stringify({ experience: shorten(reading, random) });
    case 'direct':
      return JSON.stringify({ experiences: writeDirectly(reading, known, random, teacher.poisoned) });
    case 'judge':
    case 'other':
      return JSON.stringify(fillSchema(request.format?.schema, affirms(reading, problem.answer)));
  }
}

/** A judge says yes to what ends in the true answer; any other question is answered yes. */
function affirms({ stage, text }: Reading, answer: string | undefined): boolean {
  if (stage !== 'judge' || answer === undefined) return true;
  return text.includes(`\\boxed{${answer}}`);
}
