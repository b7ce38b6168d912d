import { describe, expect, test } from 'vitest';
import { createLeastTime } from '../../../src/world/model/least-time.ts';
import type { Stage } from '../../../src/world/model/model.ts';
import { createFakeModel, fakeCompletion, fakeRequest } from '../../fakes/model.ts';

/** Answers whose duration in milliseconds is the text of the request. */
function watched(slots: number) {
  const leastTime = createLeastTime();
  const model = createFakeModel({
    answer: ({ messages }) =>
      fakeCompletion({ timing: { firstTokenMs: 1, totalMs: Number(messages.at(-1)?.content) } }),
  });
  const watching = leastTime.watch(model, () => slots);
  const ask = async (stage: Stage, item: string, milliseconds: number, step = 0) => {
    const request = fakeRequest({ item, text: String(milliseconds) });
    await watching.generate({ ...request, purpose: { ...request.purpose, stage, item, step } });
  };
  return { ask, leastMs: () => leastTime.milliseconds() };
}

describe('least time', () => {
  test('is nothing before the first call', () => {
    expect(watched(1).leastMs()).toBe(0);
  });

  test('is the time of all calls where there is one slot', async () => {
    const { ask, leastMs } = watched(1);
    await ask('rollout', 'a', 100);
    await ask('rollout', 'b', 50);
    expect(leastMs()).toBe(150);
  });

  test('is the longest chain where slots abound, summed over the steps', async () => {
    const { ask, leastMs } = watched(1000);
    await ask('rollout', 'a', 100);
    await ask('rollout', 'a', 30);
    await ask('summarize', 'a#0', 5);
    await ask('summarize', 'a#1', 7);
    await ask('extract', 'a', 11);
    await ask('rollout', 'b', 120);
    await ask('consolidate', '0.0', 13);
    await ask('consolidate', '0.1', 17);
    await ask('consolidate', 'candidate 1: 0.0', 900);
    await ask('consolidate', '1.0', 19);
    await ask('gate', 'c', 23);
    await ask('gate', 'd', 21);
    const first = 100 + 30 + 7 + 11 + 17 + 19 + 23;
    expect(leastMs()).toBe(first);
    await ask('rollout', 'b', 40, 1);
    expect(leastMs()).toBe(first + 40);
  });
});
