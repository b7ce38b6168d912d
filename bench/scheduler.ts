/**
 * What the wrappers of a model cost, and how well they keep an endpoint busy.
 *
 *   node bench/scheduler.ts
 *
 * 1. CPU of a call through all wrappers over a model that answers at once, in microseconds (the limit is a bare loop).
 * 2. The ramp of `auto`: time until an endpoint of 128 slots is full, in times to the first token.
 * 3. T* / T in virtual time: G = 5, 3 epochs, heavy tails, 128 slots; T* is the larger of the work bound (busy time /
 *    slots) and the critical path (for each step, its longest chain), T what it took. With 100 problems the two bounds
 *    are about equal, and nobody who does not know the lengths beforehand gets close to their maximum; with 400 the
 *    work bound rules.
 */
import { hash } from 'node:crypto';
import { randomFor } from '../src/core/random.ts';
import type { Clock } from '../src/world/clock/clock.ts';
import { budgeted, createBudget } from '../src/world/model/budget.ts';
import { journaled } from '../src/world/model/journaled.ts';
import { type Limiter, createLimiter, limited, stagePriority } from '../src/world/model/limit.ts';
import { type Model, ModelError, type ModelRequest, type Stage } from '../src/world/model/model.ts';
import { retrying } from '../src/world/model/retry.ts';
import type { Journal } from '../src/world/journal/journal.ts';
import { createFakeClock } from '../test/fakes/clock.ts';
import { createFakeModel, fakeCompletion, fakeRequest } from '../test/fakes/model.ts';

const sha256 = (data: Uint8Array | string) => hash('sha256', data, 'buffer');
type Order = 'longest way first' | 'latest stage first';

const silent = () => {};
const emptyJournal: Journal = {
  checkpoint: () => Promise.resolve(undefined),
  commit: () => Promise.resolve(),
  find: () => Promise.resolve(undefined),
  append: () => Promise.resolve(),
  entries: async function* () {},
};

await costOfACall();
await ramp();
await makespan(100, 0, 'latest stage first');
for (const problems of [100, 400])
  for (const faults of [0, 0.03]) await makespan(problems, faults, 'longest way first');

async function costOfACall(): Promise<void> {
  const clock: Clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
  const instant: Model = {
    identity: { provider: 'sim', model: 'instant', endpoint: 'sim:' },
    generate: (request, options) => {
      options?.onFirstToken?.(1);
      return Promise.resolve(request.samples.map(() => fakeCompletion()));
    },
  };
  const wrapped = wrap(instant, clock, 128, 1);
  const text = 'x'.repeat(4000);
  const loop = async (model: Model, calls: number) => {
    let next = 0;
    const worker = async () => {
      while (next < calls) {
        const seed = next++;
        await model.generate(fakeRequest({ seed, item: `p${seed}`, text: `${seed} ${text}` }));
      }
    };
    await Promise.all(Array.from({ length: 128 }, worker));
  };
  const measure = async (model: Model, calls: number) => {
    await loop(model, 2000);
    const before = process.cpuUsage();
    await loop(model, calls);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };
  const bare = await measure(instant, 100_000);
  const all = await measure(wrapped.model, 30_000);
  console.log(`call through all wrappers, 4 kB prompt: ${all.toFixed(1)} us, bare loop ${bare.toFixed(2)} us`);
  console.log(`  a request of the OpenAI client takes about 1000 us of CPU: ratio ${((1000 + all) / 1000).toFixed(3)}`);
}

async function ramp(): Promise<void> {
  const clock = createFakeClock();
  const firstTokenMs = 1000;
  const server = createFakeModel({
    clock,
    slots: 128,
    beyond: 'queue',
    firstTokenMs: () => firstTokenMs,
    totalMs: () => 20_000,
  });
  const { model, limiter } = wrap(server, clock, 'auto', 1);
  let full = Infinity;
  const work = Promise.all(
    Array.from({ length: 600 }, async (_, seed) => {
      await model.generate(fakeRequest({ seed, text: `problem ${seed}` }));
    }),
  );
  const watch = async () => {
    while (server.active < 128 && clock.now() < 60_000) await clock.sleep(100);
    full = clock.now();
  };
  await clock.settle(Promise.all([work, watch()]));
  console.log(
    `ramp from 8 to 128 slots: ${(full / firstTokenMs).toFixed(1)} times to the first token; limit in the end ${limiter.limit}`,
  );
}

/** Three epochs of groups: rollouts, summaries, extraction, and one consolidation that all wait for. */
async function makespan(problems: number, faults: number, order: Order): Promise<void> {
  for (const concurrency of [128, 'auto'] as const) {
    const shares: number[] = [];
    for (const seed of [1, 2, 3]) shares.push(await oneRun(concurrency, problems, order, faults, seed));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const each = shares.map((share) => share.toFixed(3)).join(' ');
    console.log(
      `T*/T, ${problems} problems, concurrency ${concurrency}, ${order}, faults ${faults * 100} %: ${mean.toFixed(3)} (${each})`,
    );
  }
}

async function oneRun(
  concurrency: number | 'auto',
  problems: number,
  order: Order,
  faults: number,
  seed: number,
): Promise<number> {
  const clock = createFakeClock();
  const slots = 128;
  // Rollouts: log-normal around 8 s with a heavy tail that maxTokens cuts; the teacher's stages are shorter.
  const scale: Partial<Record<Stage, number>> = { rollout: 8000, summarize: 3000, extract: 4000, consolidate: 3000 };
  const duration = (request: ModelRequest) => {
    const random = randomFor(seed, request.purpose.item, request.samples[0]?.seed ?? 0);
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return (scale[request.purpose.stage] ?? 1000) * Math.min(4, Math.exp(0.8 * normal - 0.32));
  };
  const chance = randomFor(seed, 'faults');
  const server = createFakeModel({
    clock,
    slots,
    // With auto the server takes what comes and lets it wait, as vLLM does.
    beyond: 'queue',
    firstTokenMs: () => 300,
    totalMs: duration,
    answer: () => {
      const draw = chance();
      if (draw < faults / 3) return new ModelError('rate-limit', '429', { status: 429 });
      if (draw < (2 * faults) / 3) return new ModelError('rate-limit', '429', { status: 429, retryAfterMs: 1000 });
      if (draw < faults) return new ModelError('server', '503', { status: 503 });
      return fakeCompletion();
    },
  });
  const priority = { ...stagePriority };
  if (order === 'latest stage first') Object.assign(stagePriority, { extract: 0, summarize: 1, rollout: 2 });
  try {
    const { model, limiter } = wrap(server, clock, concurrency, seed);
    let path = 0;
    const ask = async (stage: Stage, item: string, sample: number) => {
      const request = fakeRequest({ stage, item, seed: sample, text: `${stage} ${item} ${sample}` });
      await model.generate(request);
      return duration(request);
    };
    const group = async (item: string) => {
      const rollouts = await Promise.all([1, 2, 3, 4, 5].map((sample) => ask('rollout', item, sample)));
      const summaries = await Promise.all([1, 2, 3, 4, 5].map((sample) => ask('summarize', item, sample)));
      return Math.max(...rollouts) + Math.max(...summaries) + (await ask('extract', item, 0));
    };
    const train = async () => {
      for (let epoch = 0; epoch < 3; epoch++) {
        const chains: Promise<number>[] = [];
        for (let problem = 0; problem < problems; problem++) {
          await limiter.room();
          chains.push(group(`${epoch}/${problem}`));
        }
        path += Math.max(...(await Promise.all(chains))) + (await ask('consolidate', `${epoch}`, 0));
      }
    };
    await clock.settle(train());
    return Math.max(server.busyMs / slots, path) / clock.now();
  } finally {
    Object.assign(stagePriority, priority);
  }
}

function wrap(
  model: Model,
  clock: Clock,
  concurrency: number | 'auto',
  seed: number,
): { model: Model; limiter: Limiter } {
  const limiter = createLimiter({ clock, concurrency, observe: silent, role: 'student' });
  const budget = createBudget({ clock, observe: silent, maxTokensTotal: 1e12 });
  const inner = limited(budgeted(model, budget), limiter, silent);
  const patient = retrying(inner, {
    clock,
    observe: silent,
    random: randomFor(seed, 'jitter'),
  });
  return { model: journaled(patient, emptyJournal, { mode: 'live', scope: 'bench', clock, sha256 }), limiter };
}
