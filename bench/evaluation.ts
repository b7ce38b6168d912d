/**
 * How close an evaluation comes to the least time that its work allows, in virtual time behind the wrappers of a model: 30
 * problems x 32 samples x 2 arms on 128 slots (goal: T* / T of at least 0.95).
 *
 *   node bench/evaluation.ts
 *
 * Lengths are those of the simulator: log-normal, problems differing more than the samples of one. T* is the larger of
 * busy time / slots and the longest sample; T is what it took. `samples in input order` is the same work handed to the
 * slots as it comes, for comparison.
 */
import { emptyLibrary } from '../src/core/library/library.ts';
import { randomFor } from '../src/core/random.ts';
import { evaluate } from '../src/evaluation/evaluate.ts';
import { createLimiter, limited } from '../src/world/model/limit.ts';
import type { Model, ModelRequest, SampleIdentity } from '../src/world/model/model.ts';
import { siblings } from '../src/world/model/siblings.ts';
import type { Verifier } from '../src/world/verifier/verifier.ts';
import { createFakeClock } from '../test/fakes/clock.ts';
import { createFakeModel, fakeCompletion } from '../test/fakes/model.ts';

const slots = 128;
const goal = 0.95;
const [problems, samples] = [30, 32];

for (const concurrency of [slots, 'auto'] as const) {
  const shares: number[] = [];
  for (const seed of [1, 2, 3, 4, 5]) shares.push(await oneEvaluation(concurrency, seed));
  report(`zoo eval, concurrency ${concurrency}`, shares);
}
const plain: number[] = [];
for (const seed of [1, 2, 3, 4, 5]) plain.push(await inInputOrder(seed));
report('samples in input order', plain);

function report(name: string, shares: readonly number[]): void {
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const each = shares.map((share) => share.toFixed(3)).join(' ');
  console.log(`T*/T, ${name}: ${mean.toFixed(3)} (${each}); goal ${goal}`);
}

async function oneEvaluation(concurrency: number | 'auto', seed: number): Promise<number> {
  const { clock, server, longest } = serverOf(seed);
  const limiter = createLimiter({ clock, concurrency, observe: () => {}, role: 'student' });
  const model: Model = siblings(
    limited(server, limiter, () => {}),
    { widest: () => limiter.limit },
  );
  const template = { version: 1, system: '{{experiences}}', user: '{{problem}}' };
  const verifier: Verifier = {
    name: 'none',
    verify: async () => ({ kind: 'graded', correct: true, reward: 1, answer: '1', reason: '' }),
  };
  const arms = ['without', 'with'].map((name) => ({
    name,
    library: emptyLibrary,
    model,
    template: { ...template, system: name },
  }));
  await clock.settle(
    evaluate(
      {
        dataset: { name: 'bench', sha256: '' },
        problems: Array.from({ length: problems }, (_, index) => ({ id: `p${index}`, problem: `problem ${index}` })),
        arms,
        samples,
        seed,
        sampling: {},
        libraryTokens: 1000,
        untilDecided: false,
        effect: 0.05,
      },
      {
        verifier,
        room: () => limiter.room(),
        signal: new AbortController().signal,
        observe: () => {},
        account: () => ({ calls: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0, usd: 0, byStage: {} }),
      },
    ),
  );
  return Math.max(server.busyMs / slots, longest()) / clock.now();
}

async function inInputOrder(seed: number): Promise<number> {
  const { clock, server, longest } = serverOf(seed);
  const purpose = (item: string) => ({ stage: 'evaluate', role: 'student', item }) as const;
  const work = Array.from({ length: problems * 2 }, (_, index) =>
    Array.from({ length: samples }, (_, sample) =>
      server.generate({
        messages: [],
        sampling: {},
        samples: [{ index: sample, seed: sample + 1000 * (index % 2) }],
        purpose: purpose(`p${Math.floor(index / 2)}`),
      }),
    ),
  );
  await clock.settle(Promise.all(work.flat()));
  return Math.max(server.busyMs / slots, longest()) / clock.now();
}

function serverOf(seed: number) {
  const clock = createFakeClock();
  let most = 0;
  const duration = ({ purpose, messages }: ModelRequest, sample: SampleIdentity) => {
    const tokens =
      300 *
      Math.exp(
        0.7 * normal(seed, purpose.item) + 0.25 * normal(seed, purpose.item, sample.seed, messages[0]?.content ?? ''),
      );
    const milliseconds = 20 * Math.min(2048, Math.round(tokens));
    most = Math.max(most, milliseconds);
    return milliseconds;
  };
  const answer = (request: ModelRequest, sample: SampleIdentity) =>
    fakeCompletion({ usage: { promptTokens: 100, cachedTokens: 0, completionTokens: duration(request, sample) / 20 } });
  const server = createFakeModel({ clock, slots, beyond: 'queue', firstTokenMs: () => 20, totalMs: duration, answer });
  return { clock, server, longest: () => most };
}

function normal(seed: number, ...identity: readonly (string | number)[]): number {
  const random = randomFor(seed, ...identity);
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
