import { setImmediate } from 'node:timers/promises';
import TinyQueue from 'tinyqueue';
import type { Clock } from '../../src/world/clock/clock.ts';

/** Virtual time: nothing passes but what {@link FakeClock.settle} lets pass. */
export interface FakeClock extends Clock {
  /** Sleepers at present. */
  readonly sleeping: number;
  /** Lets time pass, one sleeper after the other in order of their time, until the work is done. */
  settle<T>(work: Promise<T>): Promise<T>;
  /** Lets that many milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

export function createFakeClock(start = 0): FakeClock {
  let now = start;
  let made = 0;
  const sleepers = new TinyQueue<Sleeper>([], (one, other) => one.at - other.at || one.order - other.order);
  const gone = new Set<Sleeper>();

  async function step(until: number, isOver = () => false): Promise<boolean> {
    // A few turns of the event loop, so that whatever can go on without time has gone on.
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    if (isOver()) return true;
    for (let next = sleepers.peek(); next !== undefined && next.at <= until; next = sleepers.peek()) {
      sleepers.pop();
      if (gone.delete(next)) continue;
      now = Math.max(now, next.at);
      next.wake();
      return true;
    }
    return false;
  }

  return {
    now: () => now,
    get sleeping() {
      return sleepers.length - gone.size;
    },
    sleep: (milliseconds, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        const giveUp = () => {
          gone.add(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        };
        const sleeper: Sleeper = { at: now + milliseconds, order: made++, wake };
        signal?.addEventListener('abort', giveUp, { once: true });
        sleepers.push(sleeper);
      }),
    settle: async (work) => {
      const state = { done: false };
      const finish = () => {
        state.done = true;
      };
      work.then(finish, finish);
      while (!state.done) {
        if (await step(Infinity, () => state.done)) continue;
        for (let turn = 0; turn < 20 && !state.done; turn++) await setImmediate();
        if (!state.done && sleepers.length === gone.size)
          throw new Error('everybody waits and nobody sleeps: a deadlock');
      }
      return await work;
    },
    pass: async (milliseconds) => {
      const until = now + milliseconds;
      while (await step(until));
      now = until;
      for (let turn = 0; turn < 3; turn++) await setImmediate();
    },
  };
}
