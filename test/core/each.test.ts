import { expect, it } from 'vitest';
import { each } from '../../src/core/each.ts';

async function* slowly<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

it.each([
  ['what is at hand', () => [1, 2, 3]],
  ['what comes', () => slowly([1, 2, 3])],
])('goes through %s in order, and waits where there is something to wait for', async (_name, source) => {
  const log: string[] = [];
  await each<number>(source(), (one) => {
    log.push(`begin ${one}`);
    if (one !== 2) return undefined;
    return new Promise((resolve) => setImmediate(() => resolve(void log.push('waited'))));
  });
  expect(log).toEqual(['begin 1', 'begin 2', 'waited', 'begin 3']);
});

it('ends at the first that fails', async () => {
  const seen: number[] = [];
  const failing = each([1, 2, 3], (one) => {
    seen.push(one);
    if (one === 2) throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(seen).toEqual([1, 2]);
});
