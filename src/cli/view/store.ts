import type { TrainEvent } from '../../core/learning/event.ts';
import { type TrainState, fold, newTrainState } from './train-state.ts';

/** State that changes thousands of times a second for a view that is drawn a few times a second. */
export interface TrainStore {
  readonly state: TrainState;
  observe(event: TrainEvent): void;
  /** Calls back when something changed, at most once every `interval` milliseconds; returns what ends it. */
  subscribe(callback: () => void): () => void;
}

/** Ten drawings a second at most. */
const flushInterval = 100;

export function createTrainStore(interval = flushInterval): TrainStore {
  const state = newTrainState();
  const subscribers = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    for (const subscriber of subscribers) subscriber();
  };
  return {
    state,
    observe: (event) => {
      fold(state, event);
      if (timer === undefined && subscribers.size > 0) timer = setTimeout(flush, interval).unref();
    },
    subscribe: (callback) => {
      subscribers.add(callback);
      return () => {
        subscribers.delete(callback);
        if (subscribers.size === 0) clearTimeout(timer);
      };
    },
  };
}
