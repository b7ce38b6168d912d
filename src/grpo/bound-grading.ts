import type { Verifier } from '../world/verifier/verifier.ts';
import type { World } from './run.ts';

/** Answers that may wait for their grade before no further group is opened. */
const mostUngraded = 256;

/**
 * Lets the verifier hold back new groups as the endpoint does: where grading is slower than answering, answers would
 * otherwise pile up in memory for as long as the step lasts.
 */
export function boundGrading(world: World, most = mostUngraded): World {
  let ungraded = 0;
  let waiting: (() => void)[] = [];
  const verifier: Verifier = {
    ...world.verifier,
    verify: async (...question) => {
      ungraded++;
      try {
        return await world.verifier.verify(...question);
      } finally {
        ungraded--;
        if (!isFull()) {
          for (const go of waiting) go();
          waiting = [];
        }
      }
    },
  };
  const isFull = () => ungraded >= most;
  const room = async () => {
    do {
      if (isFull()) await new Promise<void>((resolve) => waiting.push(resolve));
      await world.room();
    } while (isFull());
  };
  return { ...world, verifier, room };
}
