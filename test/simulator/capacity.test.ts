import { describe, expect, it } from 'vitest';
import { createAgenda } from '../../src/simulator/capacity/agenda.ts';
import { createPrefixCache } from '../../src/simulator/capacity/prefix-cache.ts';
import { createSlots } from '../../src/simulator/capacity/slots.ts';
import type { Served } from '../../src/simulator/simulator-options.ts';
import { collect, rolloutOf, serve } from './serving.ts';

describe('slots', () => {
  it('run no more than there are, first come first served, and pass on without losing time', async () => {
    const agenda = createAgenda();
    const slots = createSlots(3, agenda);
    const started: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    await new Promise<void>((resolve) => {
      for (let index = 0; index < 12; index++) {
        slots.enter({
          start: (at) => {
            const milliseconds = 5 + (index % 4);
            started.push(index);
            starts.push(at);
            ends.push(at + milliseconds);
            return milliseconds;
          },
          finish: () => {
            if (started.length === 12 && slots.load.running === 0) resolve();
          },
        });
      }
    });
    expect(started).toEqual([...started.keys()]);
    expect(slots.load).toMatchObject({ running: 0, queued: 0, peakRunning: 3, peakQueued: 9 });
    // Each job that waited began at the very moment when another was to end.
    for (const start of starts.slice(3)) expect(ends).toContain(start);
  });

  it('give a place back when its owner leaves, in the queue or in a slot', async () => {
    const agenda = createAgenda();
    const slots = createSlots(1, agenda);
    const done: string[] = [];
    const job = (name: string, milliseconds: number) => ({
      start: () => milliseconds,
      finish: () => void done.push(name),
    });
    const running = slots.enter(job('running', 1e6));
    const waiting = slots.enter(job('waiting', 1));
    slots.enter(job('last', 0));
    waiting.leave();
    expect(slots.load.queued).toBe(1);
    running.leave();
    running.leave();
    expect(done).toEqual(['last']);
    expect(slots.load).toMatchObject({ running: 0, queued: 0 });
    agenda.clear();
  });
});

describe('the agenda', () => {
  it('acts in the order of time, but for what was cancelled', async () => {
    const agenda = createAgenda();
    const now = performance.now();
    const acted: number[] = [];
    const delays = [7, 3, 9, 1, 5, 3, 2, 8];
    const appointments = delays.map((delay) => agenda.add(now + delay, () => acted.push(delay)));
    const cancelled = appointments[4];
    if (cancelled !== undefined) cancelled.cancelled = true;
    await new Promise<void>((resolve) => agenda.add(now + 10, resolve));
    expect(acted).toEqual([1, 2, 3, 3, 7, 8, 9]);
  });
});

describe('the prefix cache', () => {
  it('matches whole blocks from the start, and nothing after the first difference', () => {
    const match = createPrefixCache(1000, 4);
    const text = 'abcdefghijklmnop'.repeat(4);
    expect(match(text)).toBe(0);
    expect(match(`${text}and something new`)).toBe(16);
    expect(match(`${text.slice(0, 40)}-${text.slice(41)}`)).toBe(8);
    expect(match(`-${text.slice(1)}`)).toBe(0);
    // At least one token is computed.
    expect(match(text)).toBe(15);
  });
});

describe('the simulated server under load', () => {
  it('never runs more sequences than slots, and accounts for the work', async () => {
    const served: Served[] = [];
    await using serving = await serve({
      timeScale: 0.01,
      capacity: { slots: 4 },
      onServed: (one) => void served.push(one),
    });
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => collect(serving.client, rolloutOf(index, 1), { n: 2 })),
    );
    const stats = serving.simulator.stats();
    expect(stats).toMatchObject({ running: 0, queued: 0, inFlight: 0, peakRunning: 4, abandoned: 0 });
    expect(stats.peakQueued).toBeGreaterThan(0);
    expect(stats.total.sequences).toBe(24);
    expect(stats.total.completionTokens).toBe(
      results.reduce((sum, { usage }) => sum + (usage?.completion_tokens ?? 0), 0),
    );
    expect(stats.total.cachedTokens).toBe(
      results.reduce((sum, { usage }) => sum + (usage?.prompt_tokens_details?.cached_tokens ?? 0), 0),
    );
    const seconds = served.reduce((sum, { slotSeconds }) => sum + slotSeconds, 0);
    expect(stats.total.slotSeconds).toBeCloseTo(seconds);
    expect(stats.workBoundSeconds).toBeCloseTo(seconds / 4);
    expect(new Set(served.map(({ problemId }) => problemId)).size).toBe(12);
  });

  it('gives the slot of a client that went away to the next', async () => {
    await using serving = await serve({ timeScale: 1, capacity: { slots: 1, decodeRate: 1 } });
    const stream = await serving.client.chat.completions.create({ ...rolloutOf(0, 1), stream: true });
    stream.controller.abort();
    await expect.poll(() => serving.simulator.stats()).toMatchObject({ running: 0, inFlight: 0, abandoned: 1 });
  });

  it('draws lengths that the problem explains more than the sample, with a heavy tail', async () => {
    await using serving = await serve({ student: { ramble: 0 } });
    const logs = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const { choices } = await serving.client.chat.completions.create({ ...rolloutOf(index, 1), n: 8 });
        return choices.map(({ message }) => Math.log(message.content?.length ?? 1));
      }),
    );
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2));
    expect(variance(logs.map(mean))).toBeGreaterThan(2 * mean(logs.map(variance)));
    const lengths = logs
      .flat()
      .map(Math.exp)
      .sort((a, b) => a - b);
    expect(lengths.at(-1)).toBeGreaterThan(3 * (lengths[lengths.length / 2] ?? 0));
  });
});
