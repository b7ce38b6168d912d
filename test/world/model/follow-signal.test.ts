import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { followSignal } from '../../../src/world/model/follow-signal.ts';

test('ends with the signal that it follows, by its reason', () => {
  const run = new AbortController();
  const [one, other] = [followSignal(run.signal), followSignal(run.signal)];
  run.abort('over');
  expect([one.signal.aborted, one.signal.reason, other.signal.reason]).toEqual([true, 'over', 'over']);
  expect(followSignal(run.signal).signal.reason).toBe('over');
});

test('no longer once it is let go, and many take one listener', () => {
  const run = new AbortController();
  const all = Array.from({ length: 100 }, () => followSignal(run.signal));
  expect(getEventListeners(run.signal, 'abort')).toHaveLength(1);
  all[0]?.end();
  run.abort();
  expect(all.map(({ signal }) => signal.aborted)).toEqual([false, ...Array.from({ length: 99 }, () => true)]);
});

test('without one it is never aborted', () => expect(followSignal(undefined).signal.aborted).toBe(false));
