import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../../core/error.ts';
import { monotonicMs } from './monotonic.ts';
import type { WorkerData, WorkerReply, WorkerRequest } from './pool.ts';

/** Answers the jobs of a pool inside its thread, and tells which one runs since when. */
export function serveJobs(run: (job: never) => unknown): void {
  const { running, since } = workerData as WorkerData;
  const current = new Int32Array(running);
  const began = new Float64Array(since);
  parentPort?.on('message', ({ number, job }: WorkerRequest<never>) => {
    began[0] = monotonicMs();
    Atomics.store(current, 0, number);
    let reply: WorkerReply<unknown>;
    try {
      reply = { number, result: run(job) };
    } catch (thrown) {
      reply = { number, error: messageOf(thrown) };
    }
    Atomics.store(current, 0, 0);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage(reply);
  });
}
