import type { Problem } from '../../src/core/learning/problem.ts';
import { countWords, maximumWords } from '../../src/core/library/words.ts';
import { randomFor, shuffle } from '../../src/core/random.ts';
import { readPrompt } from '../../src/simulator/prompt/read-prompt.ts';
import type { ChatRequest } from '../../src/simulator/protocol/read-chat-request.ts';
import { simulatedModels } from '../../src/simulator/simulated-models.ts';
import { type SimulatorOptions, simulatorOptionsSchema } from '../../src/simulator/simulator-options.ts';
import { indexProblems } from '../../src/simulator/skills/known-problems.ts';
import { writeReply } from '../../src/simulator/write-reply.ts';

export interface LoopOptions {
  readonly seed: number;
  readonly train: readonly Problem[];
  readonly heldOut: readonly Problem[];
  readonly groupSize?: number;
  readonly rewards?: 'true' | 'shuffled' | 'majority';
  readonly direct?: boolean;
  readonly simulator?: SimulatorOptions;
}

interface Proposed {
  readonly operation: 'add' | 'modify' | 'delete';
  readonly id: string | null;
  readonly experience: string | null;
}

/**
 * The method in its barest form, on the simulator's reply function without a network: what its learning dynamics are
 * measured with. @returns accuracy on the held-out problems before and after
 */
export function runLoop(options: LoopOptions): { before: number; after: number; library: readonly string[] } {
  const { seed, train, heldOut, groupSize = 5, rewards = 'true', direct = false } = options;
  const settings = simulatorOptionsSchema.parse({
    ...options.simulator,
    seed,
    problems: [...train, ...heldOut],
    lengths: { median: 20 },
  });
  const find = indexProblems(settings.problems, seed);
  const [student] = simulatedModels;
  const ask = (user: string, library: ReadonlyMap<string, string>, sample: number, name?: string) => {
    const lines = [...library].map(([id, text]) => `[${id}] ${text}`).join('\n');
    const request: ChatRequest = {
      model: 'zoo-sim-student',
      messages: [
        { role: 'system', text: `<experiences>\n${lines}\n</experiences>` },
        { role: 'user', text: user },
      ],
      stream: false,
      includeUsage: false,
      n: 1,
      seed: sample,
      temperature: undefined,
      maxTokens: undefined,
      stop: [],
      format: name === undefined ? undefined : { name, schema: {} },
    };
    return writeReply(readPrompt(request), request, student as NonNullable<typeof student>, sample, settings, find);
  };
  const answerOf = (text: string) => /\\boxed\{(.*)\}/.exec(text)?.[1];
  const accuracy = (library: ReadonlyMap<string, string>) => {
    const samples = 8;
    let correct = 0;
    for (const problem of heldOut) {
      for (let sample = 0; sample < samples; sample++) {
        const text = ask(`Task: rollout\n<problem>\n${problem.problem}\n</problem>`, library, 5000 + sample);
        if (answerOf(text) === problem.answer) correct++;
      }
    }
    return correct / (heldOut.length * samples);
  };

  let library = new Map<string, string>();
  let added = 0;
  const before = accuracy(library);
  for (let step = 0; step < 3; step++) {
    const proposals: Proposed[] = [];
    if (direct) {
      const texts = train.map(({ problem }) => `<problem>\n${problem}\n</problem>`).join('\n');
      const user = `Task: direct\n${texts}\nwrite at most 10 experiences`;
      const reply = JSON.parse(ask(user, library, step, 'experiences')) as { experiences: string[] };
      proposals.push(...reply.experiences.map((experience) => ({ operation: 'add' as const, id: null, experience })));
    }
    for (const [index, { problem, answer = '' }] of (direct ? [] : train).entries()) {
      const tagged = `<problem>\n${problem}\n</problem>`;
      const seeds = Array.from({ length: groupSize }, (_, sample) => step * 1000 + index * 10 + sample);
      const texts = seeds.map((sample) => ask(`Task: rollout\n${tagged}`, library, sample));
      const answers = texts.map((text) => answerOf(text) ?? '');
      const counts = Map.groupBy(answers, (given) => given);
      const [most] = [...counts].sort((a, b) => b[1].length - a[1].length);
      const label = rewards === 'majority' ? (most?.[0] ?? '') : answer;
      let given = answers.map((value) => (value === label ? 1 : 0));
      if (rewards === 'shuffled') given = shuffle(given, randomFor(seed, 'shuffled', step, index));
      if (groupSize > 1 && new Set(given).size < 2) continue;
      const truth = rewards === 'majority' ? '' : `<ground_truth>${answer}</ground_truth>`;
      const summaries = texts.map((text, sample) => {
        const trajectory = `<trajectory sample="${sample}" reward="${given[sample]}">\n${text}\n</trajectory>`;
        const summary = ask(`Task: summarize\n${tagged}\n${truth}\n${trajectory}`, library, step);
        return `<summary sample="${sample}" reward="${given[sample]}">\n${summary}\n</summary>`;
      });
      const reply = ask(`Task: extract\n${tagged}\n${truth}\n${summaries.join('\n')}`, library, step, 'operations');
      proposals.push(...(JSON.parse(reply) as { operations: Proposed[] }).operations);
    }
    const lines = proposals.map((proposal, index) => JSON.stringify({ number: index + 1, ...proposal })).join('\n');
    const reply = ask(`Task: consolidate\n<operations>\n${lines}\n</operations>`, library, step, 'consolidation');
    library = new Map(library);
    for (const { operation, id, experience } of (JSON.parse(reply) as { operations: Proposed[] }).operations) {
      // Stands for the library's checks: too long, or about one problem.
      if (experience !== null && (countWords(experience) > maximumWords || /\d/.test(experience))) continue;
      if (operation === 'delete') library.delete(id ?? '');
      else library.set(operation === 'modify' ? (id ?? '') : `exp_${added++}`, experience ?? '');
    }
  }
  return { before, after: accuracy(library), library: [...library.values()] };
}
