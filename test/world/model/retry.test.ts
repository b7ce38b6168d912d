import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../src/core/error.ts';
import type { TrainEvent } from '../../../src/core/learning/event.ts';
import { ModelError, type ModelErrorKind } from '../../../src/world/model/model.ts';
import { createRetryAllowance } from '../../../src/world/model/retry-allowance.ts';
import { retrying } from '../../../src/world/model/retry.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { type FakeModelOptions, createFakeModel, fakeCompletion, fakeRequest } from '../../fakes/model.ts';

function setUp(answer: NonNullable<FakeModelOptions['answer']>, extra: { attempts?: number; draw?: number } = {}) {
  const clock = createFakeClock();
  const events: TrainEvent[] = [];
  const server = createFakeModel({ answer });
  const { attempts, draw = 0.5 } = extra;
  const model = retrying(server, {
    clock,
    random: () => draw,
    observe: (event) => void events.push(event),
    attempts,
  });
  return { clock, events, server, model };
}

const failing = (times: number, error: ModelError) => (_: unknown, __: unknown, call: number) =>
  call < times ? error : fakeCompletion();

describe('retrying', () => {
  it.each<ModelErrorKind>(['rate-limit', 'server', 'connection', 'timeout'])('asks again after %s', async (kind) => {
    const { clock, events, server, model } = setUp(failing(2, new ModelError(kind, 'oh')));
    const [answer] = await clock.settle(model.generate(fakeRequest()));
    expect(answer?.kind).toBe('completion');
    expect(server.requests).toHaveLength(3);
    // Half of 500 ms, then half of 1000 ms.
    expect(clock.now()).toBe(750);
    expect(events).toEqual([
      expect.objectContaining({ type: 'call-failed', stage: 'rollout', attempt: 1, willRetry: true }),
      expect.objectContaining({ type: 'call-failed', attempt: 2, willRetry: true }),
    ]);
  });

  it('makes what stays broken a failure for each sample', async () => {
    const { clock, events, server, model } = setUp(() => new ModelError('server', 'status 503'), { attempts: 4 });
    const answers = await clock.settle(model.generate(fakeRequest({ count: 3 })));
    const failure = { kind: 'failed', boundary: 'model', code: 'server', reason: 'status 503 (attempt 4)' };
    expect(answers).toEqual([failure, failure, failure]);
    expect(server.requests).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ attempt: 4, willRetry: false });
  });

  it('is more patient with refusals than with breakage, though not without end', async () => {
    const { clock, server, model } = setUp(() => new ModelError('rate-limit', 'busy'), { attempts: 3 });
    const [answer] = await clock.settle(model.generate(fakeRequest()));
    expect(answer).toMatchObject({ kind: 'failed', code: 'rate-limit' });
    expect(server.requests).toHaveLength(12);
  });

  it('does not repeat an invalid request', async () => {
    const { server, model, clock } = setUp(() => new ModelError('invalid-request', 'no such parameter'));
    const [answer] = await clock.settle(model.generate(fakeRequest()));
    expect(answer).toMatchObject({ kind: 'failed', code: 'invalid-request', reason: 'no such parameter' });
    expect(server.requests).toHaveLength(1);
  });

  it.each<ModelErrorKind>(['quota', 'auth', 'not-found'])('ends the run at once on %s', async (kind) => {
    const { server, model, clock } = setUp(() => new ModelError(kind, 'status 4xx'));
    const error = await clock.settle(model.generate(fakeRequest())).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ZooError);
    expect(error).toMatchObject({ code: `model-${kind}`, hint: expect.stringMatching(/--/) });
    expect(server.requests).toHaveLength(1);
  });

  it('takes a Retry-After of hours for a used-up quota', async () => {
    const { model, clock } = setUp(() => new ModelError('rate-limit', 'tomorrow', { retryAfterMs: 40_000_000 }));
    await expect(clock.settle(model.generate(fakeRequest()))).rejects.toMatchObject({ code: 'model-quota' });
    expect(clock.now()).toBe(0);
  });

  it('waits at least as long as Retry-After says', async () => {
    const { model, clock } = setUp(failing(1, new ModelError('rate-limit', 'slow', { retryAfterMs: 7000 })), {
      draw: 0,
    });
    await clock.settle(model.generate(fakeRequest()));
    expect(clock.now()).toBe(7000);
  });

  it('passes errors on that are none of the endpoint', async () => {
    const defect = new TypeError('undefined is not a function');
    const model = retrying(
      { ...createFakeModel(), generate: () => Promise.reject(defect) },
      { clock: createFakeClock(), random: () => 0, observe: () => {} },
    );
    await expect(model.generate(fakeRequest())).rejects.toBe(defect);
  });

  it('ends a wait with the reason of the signal', async () => {
    const { model, clock, server } = setUp(() => new ModelError('server', 'down'));
    const controller = new AbortController();
    const asked = model.generate(fakeRequest(), { signal: controller.signal });
    const outcome = asked.catch((thrown: unknown) => thrown);
    await clock.pass(100);
    const reason = new Error('stop');
    controller.abort(reason);
    expect(await outcome).toBe(reason);
    expect(server.requests).toHaveLength(1);
    expect(clock.sleeping).toBe(0);
  });

  it('does not hammer an endpoint that dies: after a burst, retries come at a steady rate over all calls', async () => {
    const { model, clock, server } = setUp(() => new ModelError('server', 'down'), { draw: 0 });
    await clock.settle(Promise.all(Array.from({ length: 200 }, (_, seed) => model.generate(fakeRequest({ seed })))));
    expect(server.requests).toHaveLength(200 * 6);
    // 1000 retries, 64 at once, the rest at 8 a second.
    expect(clock.now()).toBeGreaterThanOrEqual(((1000 - 64) / 8) * 1000);
  });
});

describe('an endpoint that is gone', () => {
  const refused = new ModelError('connection', 'refused');

  it('ends the run when nothing has ever come from it', async () => {
    const { model, clock, server } = setUp(() => refused, { attempts: 3 });
    const asked = clock.settle(model.generate(fakeRequest()));
    await expect(asked).rejects.toMatchObject({ code: 'model-connection', hint: expect.stringContaining('--resume') });
    expect(server.requests).toHaveLength(3);
  });

  it('is borne with for a while when it has answered before, were it by a refusal', async () => {
    const starting = new ModelError('server', 'starting', { status: 503 });
    const { model, clock } = setUp((_, __, call) => (call === 0 ? starting : refused), { attempts: 1 });
    await clock.settle(model.generate(fakeRequest()));
    for (let lost = 1; lost < 16; lost++) {
      const [answer] = await clock.settle(model.generate(fakeRequest({ seed: lost })));
      expect(answer).toMatchObject({ kind: 'failed', code: 'connection' });
    }
    const last = clock.settle(model.generate(fakeRequest({ seed: 16 })));
    await expect(last).rejects.toMatchObject({ code: 'model-connection' });
  });
});

describe('the allowance of retries', () => {
  it('is filled again by time and by what goes well', () => {
    const allowance = createRetryAllowance();
    for (let taken = 0; taken < 64; taken++) expect(allowance.take(0)).toBe(0);
    expect(allowance.take(0)).toBe(125);
    expect(allowance.take(1000)).toBe(0);
    for (let taken = 0; taken < 6; taken++) allowance.take(1000);
    expect(allowance.take(1000)).toBeGreaterThan(0);
    for (let well = 0; well < 8; well++) allowance.succeed();
    expect(allowance.take(1000)).toBe(0);
  });
});
