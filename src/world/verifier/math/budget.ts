/** Thrown when judging one answer took too much; the answer is then refused. */
export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/** The work that judging one answer may take: steps, so that a verdict does not depend on the machine's load, and time. */
export interface Budget {
  /** Counts one step. @throws TooMuchWork */
  spend(): void;
}

const mostSteps = 400_000;

/** @param now a clock in milliseconds */
export function budget(limitMs: number, now: () => number): Budget {
  const end = now() + limitMs;
  let steps = 0;
  return {
    spend() {
      steps++;
      if (steps > mostSteps) throw new TooMuchWork('the answer is too complex to judge');
      if (steps % 256 === 0 && now() > end) throw new TooMuchWork(`the answer took more than ${limitMs} ms to judge`);
    },
  };
}
