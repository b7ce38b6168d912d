import { expect, it } from 'vitest';
import { boundGrading } from '../../src/grpo/bound-grading.ts';
import type { World } from '../../src/grpo/run.ts';

it('opens no further group while too many answers wait for their grade, and goes on then', async () => {
  const grades: (() => void)[] = [];
  const verifier = {
    name: 'slow',
    verify: async () => {
      await new Promise<void>((resolve) => grades.push(resolve));
      return { kind: 'unparseable' as const, reason: 'none' };
    },
  };
  const world = boundGrading({ verifier, room: () => Promise.resolve() } as unknown as World, 3);
  const signal = new AbortController().signal;
  let opened = 0;
  const open = async () => {
    for (let group = 0; group < 4; group++) {
      await world.room();
      opened++;
      void world.verifier.verify({ id: 'p', problem: 'q' }, 'answer', signal);
    }
  };
  const all = open();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  expect(opened).toBe(3);
  grades[0]?.();
  await turn();
  expect(opened).toBe(4);
  await all;
});
