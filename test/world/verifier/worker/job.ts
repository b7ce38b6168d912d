import { serveJobs } from '../../../../src/world/verifier/worker/serve.ts';

/** A job for the tests of the pool. */
serveJobs((job: string) => {
  if (job === 'hang') for (;;);
  if (job === 'throw') throw new Error('thrown inside');
  if (job === 'exhaust') {
    const heap: number[][] = [];
    for (;;) heap.push(Array.from({ length: 100_000 }, Math.random));
  }
  return job.toUpperCase();
});
