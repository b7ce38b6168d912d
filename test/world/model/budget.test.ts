import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../src/core/error.ts';
import type { TrainEvent } from '../../../src/core/learning/event.ts';
import { type BudgetLimits, budgeted, createBudget } from '../../../src/world/model/budget.ts';
import { type ModelIdentity, ModelError } from '../../../src/world/model/model.ts';
import type { PriceTable } from '../../../src/world/model/prices.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { type FakeModelOptions, createFakeModel, fakeCompletion, fakeRequest } from '../../fakes/model.ts';

const paid: ModelIdentity = { provider: 'openai', model: 'paid', endpoint: 'https://example.test/v1' };
// A dollar a prompt token, ten a completion token, a tenth of a dollar a cached one.
const prices: PriceTable = { paid: { input: 1e6, cachedInput: 1e5, output: 1e7 } };

function setUp(limits: BudgetLimits, options: FakeModelOptions = {}) {
  const clock = createFakeClock();
  const events: TrainEvent[] = [];
  const budget = createBudget({ ...limits, prices, clock, observe: (event) => void events.push(event) });
  const server = createFakeModel({ clock, identity: paid, ...options });
  return { clock, budget, server, events, model: budgeted(server, budget) };
}

const usage = (promptTokens: number, completionTokens: number, cachedTokens = 0) =>
  fakeCompletion({ usage: { promptTokens, completionTokens, cachedTokens } });

describe('budgeted', () => {
  it('is never overshot, whatever the calls, their order and their use; who is refused is told why', async () => {
    const call = fc.record({
      samples: fc.integer({ min: 1, max: 4 }),
      maxTokens: fc.integer({ min: 1, max: 60 }),
      used: fc.constantFrom(0, 0.3, 1, 1),
      total: fc.integer({ min: 1, max: 200 }),
      at: fc.integer({ min: 0, max: 100 }),
      fails: fc.boolean(),
    });
    const limits = fc.record(
      {
        maxCost: fc.integer({ min: 1, max: 5000 }),
        maxTokensTotal: fc.integer({ min: 1, max: 600 }),
        maxCalls: fc.integer({ min: 1, max: 30 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(limits, fc.array(call, { maxLength: 25 }), async (limit, calls) => {
        const { clock, budget, model } = setUp(limit, {
          totalMs: ({ purpose }) => calls[Number(purpose.item)]?.total ?? 0,
          firstTokenMs: () => 1,
          answer: ({ purpose }) => {
            const { used = 0, maxTokens = 0, fails = false } = calls[Number(purpose.item)] ?? {};
            return fails
              ? new ModelError('server', 'down')
              : usage(Math.round(17 * used), Math.round(maxTokens * used));
          },
        });
        const work = calls.map(async ({ samples, maxTokens, at, fails }, item) => {
          await clock.sleep(at);
          try {
            await model.generate(fakeRequest({ item: `${item}`, count: samples, maxTokens }));
            return fails ? 'wrong' : samples;
          } catch (thrown) {
            if (thrown instanceof ModelError) return fails ? 0 : 'wrong';
            return thrown instanceof ZooError && thrown.code === 'budget-exhausted' && thrown.exitCode === 4
              ? 0
              : 'wrong';
          }
        });
        const done = await clock.settle(Promise.all(work));
        expect(done).not.toContain('wrong');
        const account = budget.account();
        expect(account.calls).toBe(done.reduce<number>((sum, count) => sum + Number(count), 0));
        expect(account.calls).toBeLessThanOrEqual(limit.maxCalls ?? Infinity);
        expect(account.promptTokens + account.completionTokens).toBeLessThanOrEqual(limit.maxTokensTotal ?? Infinity);
        expect(account.usd ?? Infinity).toBeLessThanOrEqual(limit.maxCost ?? Infinity);
      }),
      { numRuns: 150 },
    );
  });

  it('waits for calls in flight when a call does not fit beside them, and uses what they leave', async () => {
    // Each sets 75 tokens aside and uses 25, so that 175 are enough for four calls, two at a time.
    const { clock, budget, model, server } = setUp({ maxTokensTotal: 175 }, { answer: () => usage(20, 5) });
    const work = [1, 2, 3, 4, 5].map((seed) =>
      model.generate(fakeRequest({ seed, text: 'x'.repeat(48), maxTokens: 45 })),
    );
    await clock.settle(Promise.all(work));
    expect(server.peak).toBe(2);
    expect(budget.account()).toMatchObject({ calls: 5, promptTokens: 100, completionTokens: 25 });
    const error = await clock
      .settle(model.generate(fakeRequest({ text: 'x'.repeat(48), maxTokens: 45 })))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'budget-exhausted',
      exitCode: 4,
      message: expect.stringContaining('125 tokens of 175 tokens'),
      hint: expect.stringMatching(/--max-tokens-total.*--resume/),
      data: { budget: 'max-tokens-total', spent: 125, limit: 175 },
    });
  });

  it('refuses everything once it is exhausted, whoever asks', async () => {
    const { clock, budget, model, server } = setUp({ maxCalls: 3 });
    const other = budgeted(createFakeModel({ clock }), budget);
    const work = Array.from({ length: 10 }, (_, seed) => (seed % 2 ? model : other).generate(fakeRequest({ seed })));
    const settled = await clock.settle(Promise.allSettled(work));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await expect(clock.settle(other.generate(fakeRequest()))).rejects.toMatchObject({ code: 'budget-exhausted' });
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });

  it('books true usage by stage, cached tokens at their price, and tells the dollars of each call', async () => {
    const { clock, budget, model, events } = setUp({}, { answer: () => usage(30, 2, 10) });
    await clock.settle(model.generate(fakeRequest({ count: 2 })));
    await clock.settle(model.generate(fakeRequest({ stage: 'extract' })));
    const one = { calls: 1, promptTokens: 30, cachedTokens: 10, completionTokens: 2, usd: 41 };
    const two = { calls: 2, promptTokens: 60, cachedTokens: 20, completionTokens: 4, usd: 82 };
    const three = { calls: 3, promptTokens: 90, cachedTokens: 30, completionTokens: 6, usd: 123 };
    expect(budget.account()).toEqual({ ...three, byStage: { rollout: two, extract: one } });
    expect(budget.costBasis()).toBe('estimated');
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({ type: 'call-finished', stage: 'rollout', usd: 41, milliseconds: 100 });
  });

  it('prefers what the endpoint billed to what the table makes of it', async () => {
    const { clock, budget, model } = setUp({}, { answer: () => ({ ...usage(30, 2), billedUsd: 7 }) });
    await clock.settle(model.generate(fakeRequest()));
    expect(budget.account().usd).toBe(7);
    expect(budget.costBasis()).toBe('billed');
  });

  it('says when a price is unknown, and refuses a limit in dollars then, before any call', async () => {
    const identity = { ...paid, model: 'nobody-knows' };
    const { clock, budget, model, events } = setUp({}, { identity });
    await clock.settle(model.generate(fakeRequest()));
    expect(budget.account()).toMatchObject({ usd: null, byStage: { rollout: { usd: null } } });
    expect(budget.costBasis()).toBe('unknown');
    expect(events[0]).toMatchObject({ usd: null });
    expect(() => setUp({ maxCost: 1 }, { identity })).toThrow(
      expect.objectContaining({ code: 'price-unknown', exitCode: 2, hint: expect.stringContaining('zoo.config.json') }),
    );
  });

  it('makes nonsense in usage harmless', async () => {
    const { clock, budget, model } = setUp({ maxTokensTotal: 1000 }, { answer: () => usage(-5, Number.NaN, 1e9) });
    await clock.settle(model.generate(fakeRequest()));
    expect(budget.account()).toMatchObject({ promptTokens: 0, cachedTokens: 0, completionTokens: 0, usd: 0 });
  });

  it('keeps all of a call set aside that broke off after its first token, nothing of one that was refused', async () => {
    const { clock, budget } = setUp({ maxCalls: 2 });
    const breaking = (begins: boolean) =>
      budgeted(
        {
          identity: paid,
          generate: (_, options) => {
            if (begins) options?.onFirstToken?.(1);
            return Promise.reject(new ModelError('connection', 'reset'));
          },
        },
        budget,
      );
    for (let call = 0; call < 5; call++) await expect(breaking(false).generate(fakeRequest())).rejects.toThrow('reset');
    for (let call = 0; call < 2; call++) await expect(breaking(true).generate(fakeRequest())).rejects.toThrow('reset');
    await expect(breaking(true).generate(fakeRequest())).rejects.toMatchObject({ code: 'budget-exhausted' });
    expect(budget.account().calls).toBe(0);
    expect(clock.sleeping).toBe(0);
  });

  it('goes on from what earlier sessions spent', async () => {
    const first = setUp({ maxCalls: 3 });
    await first.clock.settle(first.model.generate(fakeRequest({ count: 2 })));
    const second = setUp({ maxCalls: 3 });
    second.budget.restore(first.budget.account());
    expect(second.budget.account()).toEqual(first.budget.account());
    second.budget.recall(paid, fakeRequest().purpose, fakeCompletion());
    expect(second.budget.account().calls).toBe(3);
    await expect(second.clock.settle(second.model.generate(fakeRequest()))).rejects.toMatchObject({
      code: 'budget-exhausted',
      data: { spent: 3, limit: 3 },
    });
  });

  it('stops new calls and aborts those in flight when the time is over, and leaves no timer', async () => {
    const { clock, budget, model } = setUp({ maxTimeMs: 1000 }, { totalMs: ({ purpose }) => Number(purpose.item) });
    await clock.settle(model.generate(fakeRequest({ item: '300' })));
    const late = await clock.settle(Promise.allSettled([model.generate(fakeRequest({ item: '5000' }))]));
    expect(clock.now()).toBe(1000);
    expect(late[0]).toMatchObject({ status: 'rejected', reason: { code: 'budget-exhausted', exitCode: 4 } });
    expect(budget.deadline?.aborted).toBe(true);
    await expect(model.generate(fakeRequest())).rejects.toMatchObject({ data: { budget: 'max-time' } });
    expect(clock.sleeping).toBe(0);
  });

  it('aborts what waits between calls when the time is over, unless it was closed before', async () => {
    const { clock, budget, model } = setUp({ maxTimeMs: 1000 }, { totalMs: () => 100 });
    await clock.settle(model.generate(fakeRequest()));
    await clock.pass(2000);
    expect(budget.deadline?.reason).toMatchObject({ code: 'budget-exhausted', exitCode: 4 });
    const other = setUp({ maxTimeMs: 1000 }, { totalMs: () => 100 });
    await other.clock.settle(other.model.generate(fakeRequest()));
    other.budget.close();
    await other.clock.pass(2000);
    expect(other.budget.deadline?.aborted).toBe(false);
    expect(other.clock.sleeping).toBe(0);
  });

  it('ends a wait, and a call, with the reason of the signal', async () => {
    const { clock, model } = setUp({ maxCalls: 1 }, { totalMs: () => 1000 });
    const controller = new AbortController();
    const calls = [1, 2].map((seed) => model.generate(fakeRequest({ seed }), { signal: controller.signal }));
    const settled = Promise.allSettled(calls);
    await clock.pass(100);
    const reason = new Error('stop');
    controller.abort(reason);
    expect(await settled).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
  });
});
