import type { Clock } from '../../src/world/clock/clock.ts';
import {
  type Completion,
  type Message,
  type Model,
  ModelError,
  type ModelIdentity,
  type ModelRequest,
  type SampleIdentity,
  type Sampled,
  type Stage,
} from '../../src/world/model/model.ts';

export const fakeIdentity: ModelIdentity = { provider: 'sim', model: 'fake', endpoint: 'fake:' };

export interface FakeModelOptions {
  readonly identity?: ModelIdentity;
  /** What is answered to a sample; an error fails the whole request. By default a completion of a few tokens. */
  readonly answer?: (request: ModelRequest, sample: SampleIdentity, call: number) => Sampled | ModelError;
  /** With a clock, answers take time. */
  readonly clock?: Clock;
  /** Milliseconds to the first token; 10 by default. */
  readonly firstTokenMs?: (request: ModelRequest, sample: SampleIdentity) => number;
  /** Milliseconds to the last token; 100 by default. */
  readonly totalMs?: (request: ModelRequest, sample: SampleIdentity) => number;
  /** Samples served at once, and what happens to more: they are refused, or wait their turn. */
  readonly slots?: number;
  readonly beyond?: 'refuse' | 'queue';
  /** What a refusal tells. */
  readonly refusal?: { readonly retryAfterMs?: number; readonly concurrencyLimit?: number };
}

export interface FakeModel extends Model {
  /** Every request that arrived, in order. */
  readonly requests: readonly ModelRequest[];
  /** Samples in flight, refused ones left out. */
  readonly active: number;
  /** The most that were in flight at once. */
  readonly peak: number;
  /** Requests that were refused for want of a slot. */
  readonly refused: number;
  /** Milliseconds that slots were in use, summed over samples. */
  readonly busyMs: number;
  slots: number;
}

/** A scripted model: the same request gets the same answer, in time that only the fake clock measures. */
export function createFakeModel(options: FakeModelOptions = {}): FakeModel {
  const { identity = fakeIdentity, clock, beyond = 'refuse', refusal = {} } = options;
  const answer = options.answer ?? ((_, { index }) => fakeCompletion({ text: `answer ${index}` }));
  const firstTokenMs = options.firstTokenMs ?? (() => 10);
  const totalMs = options.totalMs ?? (() => 100);
  const requests: ModelRequest[] = [];
  const queue: (() => void)[] = [];
  let inside = 0;
  let serving = 0;

  async function serve(
    request: ModelRequest,
    sample: SampleIdentity,
    onFirstToken: (ms: number) => void,
    signal?: AbortSignal,
  ) {
    const arrived = clock?.now() ?? 0;
    if (beyond === 'queue' && serving >= model.slots) await new Promise<void>((resolve) => queue.push(resolve));
    else serving++;
    try {
      const [first, total] = [firstTokenMs(request, sample), totalMs(request, sample)];
      await clock?.sleep(first, signal);
      onFirstToken((clock?.now() ?? 0) - arrived);
      await clock?.sleep(Math.max(0, total - first), signal);
      busy += total;
    } finally {
      const next = queue.shift();
      if (next === undefined) serving--;
      else next();
    }
  }

  let busy = 0;
  const state = { peak: 0, refused: 0 };
  const model = {
    identity,
    requests,
    slots: options.slots ?? Infinity,
    get active() {
      return inside;
    },
    get peak() {
      return state.peak;
    },
    get refused() {
      return state.refused;
    },
    get busyMs() {
      return busy;
    },
    generate: async (request: ModelRequest, generate: Parameters<Model['generate']>[1] = {}) => {
      generate.signal?.throwIfAborted();
      const call = requests.push(request) - 1;
      const { samples } = request;
      if (beyond === 'refuse' && inside + samples.length > model.slots) {
        state.refused++;
        await clock?.sleep(1, generate.signal);
        throw new ModelError('rate-limit', 'too many requests', { status: 429, ...refusal });
      }
      const answers = samples.map((sample) => answer(request, sample, call));
      const error = answers.find((given) => given instanceof ModelError);
      if (error instanceof ModelError) {
        await clock?.sleep(1, generate.signal);
        throw error;
      }
      inside += samples.length;
      state.peak = Math.max(state.peak, inside);
      let left = samples.length;
      try {
        await Promise.all(
          samples.map(async (sample) => {
            await serve(request, sample, (ms) => generate.onFirstToken?.(ms), generate.signal);
            inside--;
            left--;
            generate.onSampleEnd?.();
          }),
        );
        return answers as Sampled[];
      } finally {
        inside -= left;
      }
    },
  };
  return model;
}

export function fakeCompletion(parts: Partial<Completion> = {}): Completion {
  return {
    kind: 'completion',
    text: 'an answer',
    reasoning: '',
    finish: 'stop',
    usage: { promptTokens: 20, cachedTokens: 0, completionTokens: 5 },
    usageReported: true,
    timing: { firstTokenMs: 10, totalMs: 100 },
    ...parts,
  };
}

/** A request of one message for `count` samples with consecutive seeds. */
export function fakeRequest(
  parts: {
    readonly stage?: Stage;
    readonly item?: string;
    readonly count?: number;
    readonly seed?: number;
    readonly text?: string;
    readonly messages?: readonly Message[];
    readonly maxTokens?: number;
  } = {},
): ModelRequest {
  const { stage = 'rollout', item = 'p1', count = 1, seed = 1, text = 'What is 6 x 7?', maxTokens = 50 } = parts;
  return {
    messages: parts.messages ?? [{ role: 'user', content: text }],
    sampling: { temperature: 0.7, maxTokens },
    samples: Array.from({ length: count }, (_, index) => ({ index, seed: seed + index })),
    purpose: { stage, role: 'student', item, step: 0 },
  };
}
