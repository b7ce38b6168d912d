import { emptyLibrary, type Library } from '../../src/core/library/library.ts';
import type { Problem } from '../../src/core/learning/problem.ts';
import { randomFor } from '../../src/core/random.ts';
import type { Arm, Evaluation, EvaluationWorld } from '../../src/evaluation/evaluate.ts';
import type { EvaluationEvent } from '../../src/evaluation/event.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import type { Model, ModelRequest, Sampled } from '../../src/world/model/model.ts';
import type { Verifier } from '../../src/world/verifier/verifier.ts';

export const template = { version: 1, system: 'Solve.\n{{experiences}}', user: '{{problem}}' };

export const problems: readonly Problem[] = Array.from({ length: 24 }, (_, index) => ({
  id: `p-${index}`,
  problem: `Problem ${index}`,
  answer: '42',
}));

/** Right when the response holds the answer as a number of its own; no number, no answer. */
export const numberVerifier: Verifier = {
  name: 'number',
  verify: async (problem, response) => {
    if (response === 'break') throw new Error('the verifier broke');
    const answer = /\d+/.exec(response)?.[0];
    if (answer === undefined) return { kind: 'unparseable', reason: 'no number' };
    const correct = answer === problem.answer;
    return { kind: 'graded', correct, reward: correct ? 1 : 0, answer, reason: '' };
  },
};

export function completion(text: string, finish: 'stop' | 'length' | 'filter' = 'stop', value?: unknown): Sampled {
  return {
    kind: 'completion',
    text,
    reasoning: '',
    finish,
    usage: { promptTokens: 10, cachedTokens: 0, completionTokens: 5 },
    usageReported: true,
    timing: { firstTokenMs: 1, totalMs: 2 },
    ...(value === undefined ? {} : { value }),
  };
}

/** A model that answers by script and keeps its requests. */
export function scripted(
  answer: (request: ModelRequest, seed: number) => Sampled,
  name = 'scripted',
): Model & { readonly requests: ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    identity: { provider: 'sim', model: name, endpoint: 'none' },
    requests,
    generate: async (request) => {
      requests.push(request);
      return request.samples.map(({ seed }) => answer(request, seed));
    },
  };
}

/** A model whose chance of a right answer is `base`, and `base + gain` when its prompt holds the useful experience. */
export function learner(base: number, gain: number): ReturnType<typeof scripted> {
  return scripted((request, seed) => {
    const chance = base + (request.messages[0]?.content.includes('useful') ? gain : 0);
    return completion(randomFor(seed, request.messages[0]?.content ?? '')() < chance ? '42' : '41');
  });
}

export const usefulLibrary: Library = { experiences: [experience('exp_useful', 'When asked, be useful.')] };

export function experience(id: string, text: string): Experience {
  return {
    id,
    domain: 'math',
    text,
    confidence: 0.5,
    examples: [],
    metadata: {
      created_at: '2026-01-01T00:00:00Z',
      created_by: 'test',
      votes: { upvotes: 0, downvotes: 0 },
      usage_count: 0,
    },
    embedding: null,
    lineage: [],
    evidence: [],
  };
}

export function fakeEvaluation(model: Model, changes: Partial<Evaluation> = {}): Evaluation {
  const arms: Arm[] = [
    { name: 'without', library: emptyLibrary, model, template },
    { name: 'with', library: usefulLibrary, model, template },
  ];
  return {
    dataset: { name: 'test', sha256: '0'.repeat(64) },
    problems,
    arms,
    samples: 8,
    seed: 0,
    sampling: { temperature: 0.3, maxTokens: 64 },
    libraryTokens: 4000,
    untilDecided: false,
    effect: 0.05,
    ...changes,
  };
}

export function fakeEvaluationWorld(): EvaluationWorld & { readonly events: EvaluationEvent[] } {
  const events: EvaluationEvent[] = [];
  return {
    events,
    verifier: numberVerifier,
    room: async () => {},
    signal: new AbortController().signal,
    observe: (event) => events.push(event),
    account: () => ({ calls: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, usd: null, byStage: {} }),
  };
}
