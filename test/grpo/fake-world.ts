import { readFileSync } from 'node:fs';
import type { TrainEvent } from '../../src/core/learning/event.ts';
import type { Problem } from '../../src/core/learning/problem.ts';
import { emptyLibrary } from '../../src/core/library/library.ts';
import { type PromptName, parsePrompt, promptNames } from '../../src/core/prompt.ts';
import type { Run, TrainSettings, World } from '../../src/grpo/run.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import type { Completion, Model, ModelRequest, Sampled, Stage } from '../../src/world/model/model.ts';
import type { Verifier } from '../../src/world/verifier/verifier.ts';
import { memoryJournal } from '../fakes/journal.ts';

/** What a scripted model says to one sample: text, a value for structured replies, or a failure. */
export type Script = (
  request: ModelRequest,
  sample: number,
  seed: number,
) => string | { readonly value: unknown } | Sampled;

const settings: TrainSettings = {
  seed: 0,
  epochs: 1,
  batchSize: 100,
  groupSize: 4,
  adaptiveGroups: false,
  learnFrom: 'mixed',
  groundTruth: true,
  direct: false,
  signalThreshold: 1e-6,
  maximumOperations: 3,
  capacity: 1000,
  contextTokens: 8192,
  libraryTokens: 4000,
  gate: 'off',
  candidates: 1,
  gateSamples: 4,
  student: { temperature: 0.7, maxTokens: 100 },
  teacher: { temperature: 0.7, maxTokens: 100 },
};

export const problems: readonly Problem[] = [
  { id: 'p1', problem: 'How many of the 57 marbles of Aisha are left after she gives away 19?', answer: '38' },
  { id: 'p2', problem: 'Find the remainder of 3 to the power of 41 on division by 7.', answer: '5' },
  { id: 'p3', problem: 'How many handshakes are there between 23 guests?', answer: '253' },
];

const prompts = {
  templates: Object.fromEntries(
    promptNames.map((name) => [name, parsePrompt(name, readFileSync(`prompts/${name}.md`, 'utf8'))]),
  ) as Record<PromptName, ReturnType<typeof parsePrompt>>,
  hash: 'prompt-hash',
};

export function fakeRun(changes: Partial<Run> & { readonly with?: Partial<TrainSettings> } = {}): Run {
  const { with: changed, ...rest } = changes;
  return {
    id: 'test-run',
    fingerprint: 'f'.repeat(16),
    settings: { ...settings, ...changed },
    dataset: { name: 'test', sha256: '0'.repeat(64), domain: 'math' },
    problems,
    gateProblems: [],
    library: emptyLibrary,
    prompts,
    createdAt: '2025-10-17T12:00:00Z',
    createdBy: 'test',
    ...rest,
  };
}

/** Grades by the last number of a response. */
const lastNumber: Verifier = {
  name: 'last-number',
  verify: async (problem, response) => {
    const answer = response.match(/\d+/g)?.at(-1);
    if (answer === undefined) return { kind: 'unparseable', reason: 'no number' };
    const correct = answer === problem.answer;
    return { kind: 'graded', correct, reward: correct ? 1 : 0, answer, reason: 'compared' };
  },
};

export function fakeWorld(script: Partial<Record<Stage, Script>>, changes: Partial<World> = {}) {
  const requests: ModelRequest[] = [];
  const events: TrainEvent[] = [];
  const journal = memoryJournal();
  const model: Model = {
    identity: { provider: 'test', model: 'scripted', endpoint: 'test' },
    generate: async (request) => {
      requests.push(request);
      return request.samples.map(({ index, seed }) => {
        const said = script[request.purpose.stage]?.(request, index, seed);
        if (said === undefined) throw new Error(`nothing scripted for ${request.purpose.stage}`);
        if (typeof said === 'string') return complete(said);
        return 'value' in said && !('kind' in said)
          ? { ...complete(JSON.stringify(said.value)), value: said.value }
          : said;
      });
    },
  };
  const world: World = {
    student: model,
    teacher: model,
    verifier: lastNumber,
    journal,
    clock: systemClock,
    sha256,
    room: async () => {},
    observe: (event) => void events.push(event),
    account: () => ({ calls: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, usd: null, byStage: {} }),
    signal: new AbortController().signal,
    ...changes,
  };
  return { world, requests, events, journal };
}

export function complete(text: string, finish: Completion['finish'] = 'stop'): Completion {
  return {
    kind: 'completion',
    text,
    reasoning: '',
    finish,
    usage: { promptTokens: 10, cachedTokens: 0, completionTokens: 5 },
    usageReported: true,
    timing: { firstTokenMs: 1, totalMs: 2 },
  };
}

export async function drain<T, R>(
  generator: AsyncGenerator<T, R>,
): Promise<{ readonly yielded: T[]; readonly returned: R }> {
  const yielded: T[] = [];
  for (;;) {
    const next = await generator.next();
    if (next.done === true) return { yielded, returned: next.value };
    yielded.push(next.value);
  }
}
