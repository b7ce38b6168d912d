import { describe, expect, it } from 'vitest';
import { calibrate, calibrationCalls } from '../../src/app/calibrate.ts';
import type { Clock } from '../../src/world/clock/clock.ts';
import { type Completion, type Model, ModelError } from '../../src/world/model/model.ts';

/** A machine with slots, in virtual time: every call decodes ten tokens a second, and a wave of calls waits for the one before. */
function fakeMachine(slots: number, failingAbove = Infinity) {
  let now = 0;
  let waiting: (() => void)[] = [];
  let scheduled = false;
  let seen = '';
  const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
  const serve = () => {
    const wave = waiting.splice(0, slots);
    now += 1000;
    for (const go of wave) go();
    if (waiting.length > 0) setImmediate(serve);
    else scheduled = false;
  };
  let inFlight = 0;
  const model: Model = {
    identity: { provider: 'fake', model: 'fake', endpoint: 'fake' },
    generate: async (request) => {
      inFlight++;
      const refused = inFlight > failingAbove;
      const content = request.messages[0]?.content ?? '';
      const cached = content === seen;
      seen = content;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (!scheduled) setImmediate(serve);
        scheduled = true;
      });
      inFlight--;
      if (refused) throw new ModelError('rate-limit', 'too many');
      const promptTokens = content.split(/\s+/).length;
      const completion: Completion = {
        kind: 'completion',
        text: '',
        reasoning: '',
        finish: 'length',
        usage: {
          promptTokens,
          cachedTokens: cached ? promptTokens : 0,
          completionTokens: request.sampling.maxTokens ?? 0,
        },
        usageReported: true,
        timing: { firstTokenMs: 100, totalMs: 1000 },
      };
      return [completion];
    },
  };
  return { clock, model };
}

const options = { tokens: 10, seed: 1, signal: new AbortController().signal, tell: () => {} };

describe('calibrate', () => {
  it('finds the slots of a machine and what they are worth', async () => {
    const found = await calibrate({ ...fakeMachine(8), ...options, most: 64 });
    expect(found.saturation).toBe(8);
    expect(found.effectiveConcurrency).toBeCloseTo(8, 5);
    expect(found.levels.map(({ concurrency }) => concurrency)).toEqual([1, 2, 4, 8, 16]);
    expect(found.decodeRate).toBeCloseTo(10, 5);
    expect(found.prefixCacheHitRate).toBe(1);
    expect(found.calls).toBeLessThanOrEqual(calibrationCalls(64));
  });

  it('stops where calls are refused, and counts them', async () => {
    const found = await calibrate({ ...fakeMachine(100, 4), ...options, most: 64 });
    expect(found.levels.at(-1)).toMatchObject({ concurrency: 8, calls: 8, failed: 4 });
  });

  it('fails when the endpoint does not answer at all', async () => {
    await expect(calibrate({ ...fakeMachine(1, 0), ...options, most: 4 })).rejects.toThrow('too many');
  });
});
