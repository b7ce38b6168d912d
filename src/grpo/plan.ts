import { randomFor, shuffle } from '../core/random.ts';
import type { Run, Step } from './run.ts';

/** Epochs x batches. Each epoch goes through all problems in an order of its own, drawn from the run's seed. */
export function planSteps(run: Run): Step[] {
  const { epochs, batchSize, seed } = run.settings;
  const steps: Step[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffle(run.problems, randomFor(seed, 'epoch', epoch));
    for (let start = 0; start < order.length; start += batchSize) {
      const problems = order.slice(start, start + batchSize);
      steps.push({ epoch, step: steps.length, problems, lastOfEpoch: start + batchSize >= order.length });
    }
  }
  return steps;
}
