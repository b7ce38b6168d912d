import { setImmediate } from 'node:timers/promises';
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
  const heap: Sleeper[] = [];
  const gone = new Set<Sleeper>();

  async function step(until: number, isOver = () => false): Promise<boolean> {
    // A few turns of the event loop, so that whatever can go on without time has gone on.
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    if (isOver()) return true;
    for (let next = heap[0]; next !== undefined && next.at <= until; next = heap[0]) {
      pop(heap);
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
      return heap.length - gone.size;
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
        push(heap, sleeper);
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
        if (!state.done && heap.length === gone.size) throw new Error('everybody waits and nobody sleeps: a deadlock');
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

function before(a: Sleeper, b: Sleeper): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Sleeper[], sleeper: Sleeper): void {
  let place = heap.push(sleeper) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!before(sleeper, heap[parent] as Sleeper)) break;
    heap[place] = heap[parent] as Sleeper;
    place = parent;
  }
  heap[place] = sleeper;
}

function pop(heap: Sleeper[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as Sleeper, heap[child] as Sleeper)) child++;
    if (!before(heap[child] as Sleeper, last)) break;
    heap[place] = heap[child] as Sleeper;
    place = child;
  }
  heap[place] = last;
}
