import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../../src/core/learning/event.ts';
import { randomFor } from '../../../src/core/random.ts';
import { createLimiter, limited } from '../../../src/world/model/limit.ts';
import { type Model, ModelError, type ModelRequest, type Stage } from '../../../src/world/model/model.ts';
import { retrying } from '../../../src/world/model/retry.ts';
import { siblings } from '../../../src/world/model/siblings.ts';
import { type FakeClock, createFakeClock } from '../../fakes/clock.ts';
import { type FakeModelOptions, createFakeModel, fakeCompletion, fakeRequest } from '../../fakes/model.ts';

const silent = () => {};

function setUp(concurrency: number | 'auto', options: FakeModelOptions = {}, clock: FakeClock = createFakeClock()) {
  const events: TrainEvent[] = [];
  const observe = (event: TrainEvent) => void events.push(event);
  const server = createFakeModel({ clock, ...options });
  const limiter = createLimiter({ clock, concurrency, observe, role: 'student' });
  const model = limited(server, limiter, observe);
  return { clock, server, limiter, model, events };
}

/** As in a run: refused calls come again. */
function patient(model: Model, clock: FakeClock): Model {
  return retrying(model, { clock, random: randomFor(1), observe: silent, attempts: 50 });
}

function askMany(model: Model, count: number, stage: Stage = 'rollout') {
  return Promise.all(Array.from({ length: count }, (_, seed) => model.generate(fakeRequest({ seed, stage }))));
}

describe('an explicit concurrency', () => {
  it('is what happens, whatever the requests: never more in flight, everybody served', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ count: fc.integer({ min: 1, max: 5 }), total: fc.integer({ min: 10, max: 90 }) }), {
          maxLength: 40,
        }),
        async (concurrency, calls) => {
          const { clock, server, limiter, model } = setUp(concurrency, {
            totalMs: (request) => calls[Number(request.purpose.item)]?.total ?? 0,
          });
          const patiently = retrying(model, { clock, random: () => 0, observe: silent });
          const whole = siblings({ ...patiently, takesGroups: () => true }, { widest: () => limiter.limit });
          const work = Promise.all(
            calls.map(({ count }, item) => whole.generate(fakeRequest({ item: `${item}`, count }))),
          );
          const answers = await clock.settle(work);
          expect(answers.map(({ length }) => length)).toEqual(calls.map(({ count }) => count));
          expect(server.peak).toBeLessThanOrEqual(concurrency);
          expect(limiter).toMatchObject({ active: 0, waiting: 0, limit: concurrency });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('uses every slot and stays after refusals', async () => {
    const { clock, server, limiter, model } = setUp(20, { slots: 10 });
    await clock.settle(askMany(patient(model, clock), 200));
    expect(limiter.limit).toBe(20);
    expect(server.refused).toBeGreaterThan(0);
    expect(server.peak).toBe(10);
  });

  it('lets a request go alone that is larger than it', async () => {
    const { clock, server, model } = setUp(2);
    await clock.settle(
      Promise.all([model.generate(fakeRequest({ count: 5 })), model.generate(fakeRequest({ count: 1 }))]),
    );
    expect(server.peak).toBe(5);
  });

  it('frees a slot as soon as one sample of several ends', async () => {
    const { clock, server, model } = setUp(2, {
      totalMs: ({ samples }, { index }) => (samples.length === 2 && index === 1 ? 1000 : 100),
    });
    const both = model.generate(fakeRequest({ count: 2 }));
    const next = model.generate(fakeRequest({ item: 'next' }));
    await clock.settle(next);
    expect(clock.now()).toBe(200);
    await clock.settle(both);
    expect(server.peak).toBe(2);
  });
});

describe('the order of service', () => {
  it('is the longest way first, then first come first served; failed calls come before their like', async () => {
    const served: string[] = [];
    let failures = 1;
    const { clock, model } = setUp(1, {
      answer: (request) => {
        served.push(request.purpose.item);
        return request.purpose.item === 'r1' && failures-- > 0 ? new ModelError('server', 'down') : fakeCompletion();
      },
    });
    const ask = (stage: Stage, item: string) => model.generate(fakeRequest({ stage, item }));
    const again: ModelRequest = fakeRequest({ item: 'r1' });
    const first = model.generate(again).catch(() => model.generate(again));
    const others = [
      ask('extract', 'e1'),
      ask('summarize', 's1'),
      ask('rollout', 'r2'),
      ask('rollout', 'r3'),
      ask('consolidate', 'c1'),
      ask('summarize', 's2'),
    ];
    await clock.settle(Promise.all([first, ...others]));
    expect(served).toEqual(['r1', 'c1', 'r1', 'r2', 'r3', 's1', 's2', 'e1']);
  });

  it('lets those who gave up leave', async () => {
    const { clock, server, limiter, model } = setUp(1);
    const controller = new AbortController();
    const first = model.generate(fakeRequest({ item: 'first' }));
    const leaving = Array.from({ length: 100 }, () =>
      model.generate(fakeRequest({ item: 'leaving' }), { signal: controller.signal }),
    );
    const staying = model.generate(fakeRequest({ item: 'staying' }));
    expect(limiter.waiting).toBe(101);
    const reason = new Error('stop');
    controller.abort(reason);
    expect(limiter.waiting).toBe(1);
    const left = await Promise.allSettled(leaving);
    expect(left.every((result) => result.status === 'rejected' && result.reason === reason)).toBe(true);
    await clock.settle(Promise.all([first, staying]));
    expect(server.requests.map(({ purpose }) => purpose.item)).toEqual(['first', 'staying']);
    await expect(model.generate(fakeRequest(), { signal: controller.signal })).rejects.toBe(reason);
    expect(limiter.active).toBe(0);
  });
});

describe('room', () => {
  it('lets in as many as keep the slots busy and no more, and everybody in the end', async () => {
    const { clock, server, limiter, model } = setUp(16);
    let open = 0;
    let most = 0;
    const group = async (item: string) => {
      most = Math.max(most, ++open);
      await model.generate(fakeRequest({ item, count: 4 }));
      await model.generate(fakeRequest({ stage: 'extract', item }));
      open--;
    };
    const all = async () => {
      const groups: Promise<void>[] = [];
      for (let item = 0; item < 2000; item++) {
        await limiter.room();
        groups.push(group(`${item}`));
      }
      await Promise.all(groups);
    };
    await clock.settle(all());
    expect(server.requests).toHaveLength(4000);
    // 800 samples of later stages may wait behind the rollouts.
    expect(most).toBeLessThan(1300);
    // 10,000 samples of 100 ms on 16 slots; a request of four waits for four slots.
    expect(clock.now()).toBeLessThanOrEqual((10_000 / 16) * 100 * 1.04);
  });

  it('rejects with the reason of its signal', async () => {
    const { limiter, model, clock } = setUp(1);
    const work = askMany(model, 3);
    const controller = new AbortController();
    const room = limiter.room(controller.signal);
    controller.abort(new Error('stop'));
    await expect(room).rejects.toThrow('stop');
    await clock.settle(work);
    await expect(clock.settle(limiter.room())).resolves.toBeUndefined();
  });
});

describe('auto', () => {
  it('fills an endpoint of 128 slots within a few times to the first token', async () => {
    const { clock, server, model } = setUp('auto', {
      slots: 128,
      beyond: 'queue',
      firstTokenMs: () => 1000,
      totalMs: () => 30_000,
    });
    const work = askMany(model, 400);
    await clock.pass(4500);
    expect(server.active).toBeGreaterThanOrEqual(120);
    await clock.settle(work);
  });

  it('converges to what a server takes that refuses more, and neither starves nor storms', async () => {
    for (const slots of [3, 39, 200]) {
      const { clock, server, limiter, model } = setUp('auto', {
        slots,
        totalMs: (_, { seed }) => 500 + (seed % 7) * 100,
      });
      const count = slots * 60;
      await clock.settle(askMany(patient(model, clock), count));
      expect(limiter.limit).toBeLessThanOrEqual(slots + 2);
      expect(limiter.limit).toBeGreaterThanOrEqual(Math.floor(slots * 0.5));
      expect(server.refused / count).toBeLessThan(0.15);
      expect(server.busyMs / slots / clock.now()).toBeGreaterThan(0.75);
    }
  });

  it('follows a server down and up again', async () => {
    const { clock, server, limiter, model } = setUp('auto', { slots: 60 });
    const work = askMany(patient(model, clock), 6000);
    await clock.pass(2000);
    expect(limiter.limit).toBeGreaterThan(40);
    server.slots = 10;
    await clock.pass(6000);
    expect(limiter.limit).toBeLessThanOrEqual(12);
    server.slots = 60;
    await clock.pass(6000);
    expect(limiter.limit).toBeGreaterThan(40);
    server.slots = Infinity;
    await clock.settle(work);
  });

  it('cuts once for a burst of refusals', async () => {
    const { clock, events, model } = setUp('auto', { slots: 30, firstTokenMs: () => 100, totalMs: () => 60_000 });
    const work = askMany(patient(model, clock), 100);
    await clock.pass(1000);
    const limits = events.flatMap((event) => (event.type === 'concurrency' ? [event.limit] : []));
    const top = Math.max(...limits);
    expect(top).toBeGreaterThan(30);
    // 26 calls were refused at once; one halving or less came of it.
    expect(limits.at(-1)).toBeGreaterThanOrEqual(Math.floor(top / 2));
    expect(limits.at(-1)).toBeLessThanOrEqual(30);
    await clock.settle(work);
  });

  it('takes the limit that the endpoint tells as its ceiling', async () => {
    const { clock, limiter, model, events } = setUp('auto', { slots: 39, refusal: { concurrencyLimit: 39 } });
    await clock.settle(askMany(patient(model, clock), 3000));
    expect(limiter.limit).toBeLessThanOrEqual(39);
    const told = events.findIndex((event) => event.type === 'concurrency' && event.limit === 39);
    const later = events.slice(told).flatMap((event) => (event.type === 'concurrency' ? [event.limit] : []));
    expect(Math.max(...later)).toBe(39);
  });

  it('does not cut for 5xx and broken connections', async () => {
    const { clock, limiter, model, events } = setUp('auto', {
      answer: (_, { seed }, call) =>
        call % 3 === 0
          ? new ModelError(call % 2 === 0 ? 'server' : 'connection', 'down')
          : fakeCompletion({ text: `${seed}` }),
    });
    await clock.settle(askMany(patient(model, clock), 500));
    const limits = events.flatMap((event) => (event.type === 'concurrency' ? [event.limit] : []));
    expect(limits).toEqual([...limits].sort((a, b) => a - b));
    expect(limiter.limit).toBeGreaterThan(8);
  });

  it('is not pushed down by an endpoint that refuses a few calls at random', async () => {
    const chance = randomFor(5);
    const { clock, server, model } = setUp('auto', {
      slots: 128,
      beyond: 'queue',
      totalMs: () => 4000,
      answer: () => (chance() < 0.03 ? new ModelError('rate-limit', 'busy') : fakeCompletion()),
    });
    await clock.settle(askMany(patient(model, clock), 6000));
    expect(server.busyMs / 128 / clock.now()).toBeGreaterThan(0.85);
  });

  it('is not pushed down by such refusals while little is asked, as between two steps', async () => {
    const draw = randomFor(6);
    const { clock, limiter, model } = setUp('auto', {
      slots: 128,
      beyond: 'queue',
      totalMs: () => 4000,
      answer: () => (draw() < 0.08 ? new ModelError('rate-limit', 'busy') : fakeCompletion()),
    });
    const calm = patient(model, clock);
    await clock.settle(askMany(calm, 2000));
    const before = limiter.limit;
    for (let ebb = 0; ebb < 20; ebb++) await clock.settle(askMany(calm, 20));
    expect(limiter.limit).toBeGreaterThanOrEqual(0.7 * before);
  });

  it('backs off when the time to the first token collapses, and grows no further while it is long', async () => {
    const { clock, limiter, model, server } = setUp('auto', {
      slots: 32,
      beyond: 'queue',
      firstTokenMs: () => 200,
      totalMs: () => 10_000,
    });
    const work = askMany(model, 2000);
    await clock.pass(300_000);
    expect(server.peak).toBeLessThan(200);
    expect(limiter.limit).toBeGreaterThanOrEqual(32);
    expect(limiter.limit).toBeLessThan(64);
    await clock.settle(work);
  });

  it('does not take a queue that it makes itself for the usual pace', async () => {
    const { clock, limiter, model } = setUp('auto', {
      slots: 64,
      beyond: 'queue',
      firstTokenMs: () => 20,
      totalMs: () => 100,
    });
    let most = 0;
    const work = askMany(model, 20_000);
    for (let look = 0; look < 200; look++) {
      await clock.pass(100);
      most = Math.max(most, limiter.limit);
    }
    expect(most).toBeGreaterThanOrEqual(64);
    expect(most).toBeLessThan(64 * 12);
    await clock.settle(work);
  });

  it('does not grow while nobody waits', async () => {
    const { clock, limiter, model } = setUp('auto');
    for (let seed = 0; seed < 50; seed++) await clock.settle(model.generate(fakeRequest({ seed })));
    expect(limiter.limit).toBe(8);
  });
});

describe('Retry-After', () => {
  it.each([4, 'auto'] as const)('holds back all new calls (concurrency %s)', async (concurrency) => {
    let refuse = true;
    const starts: number[] = [];
    const clock = createFakeClock();
    const { model, events } = setUp(
      concurrency,
      {
        answer: () => {
          starts.push(clock.now());
          if (!refuse) return fakeCompletion();
          refuse = false;
          return new ModelError('rate-limit', 'slow down', { retryAfterMs: 5000 });
        },
      },
      clock,
    );
    await clock.settle(askMany(patient(model, clock), 20));
    const late = starts.filter((start) => start > 1);
    expect(starts.length - late.length).toBeLessThanOrEqual(8);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(5000);
    expect(starts).toHaveLength(21);
    expect(events.filter(({ type }) => type === 'call-started')).toHaveLength(21);
  });

  it('keeps no timer when everybody has left', async () => {
    const { clock, model, limiter } = setUp(1, {
      answer: () => new ModelError('server', 'maintenance', { retryAfterMs: 3_600_000 }),
    });
    const controller = new AbortController();
    const failing = model.generate(fakeRequest());
    const waiting = model.generate(fakeRequest(), { signal: controller.signal });
    await expect(clock.settle(failing)).rejects.toThrow('maintenance');
    await clock.pass(10);
    expect(clock.sleeping).toBe(1);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    expect(clock.sleeping).toBe(0);
    expect(limiter).toMatchObject({ active: 0, waiting: 0 });
  });
});
