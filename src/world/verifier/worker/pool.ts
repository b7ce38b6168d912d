import { Worker } from 'node:worker_threads';
import { ZooError, messageOf } from '../../../core/error.ts';
import { monotonicMs } from './monotonic.ts';

export interface PoolOptions {
  /** The worker's module, without its ending: `.ts` in the sources, `.js` when built. */
  readonly script: string;
  /** `import.meta.url` of the caller, to which `script` is relative. */
  readonly base: string;
  /** Threads at most; they start as they are needed. */
  readonly threads: number;
  /** Milliseconds that one job may run, as the worker measures it, before its thread is killed. */
  readonly killAfterMs: number;
  /** Memory that a thread may take, in megabytes; default 256. */
  readonly megabytes?: number;
}

type PoolResult<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  /** The thread that ran it was killed: the job took too long or too much memory. */
  | { readonly kind: 'killed'; readonly reason: string };

export interface Pool<Job, Result> {
  run(job: Job, signal?: AbortSignal): Promise<PoolResult<Result>>;
  close(): Promise<void>;
}

/** What a worker is told at its start. */
export interface WorkerData {
  /** Int32: the number of the job that runs, or 0. */
  readonly running: SharedArrayBuffer;
  /** Float64: when it began, on the clock that all threads share. */
  readonly since: SharedArrayBuffer;
}

export type WorkerRequest<Job> = { readonly number: number; readonly job: Job };
export type WorkerReply<Result> =
  | { readonly number: number; readonly result: Result }
  | { readonly number: number; readonly error: string };

/** Jobs that a thread has at a time, so that it never waits for the next. */
const jobsAhead = 32;

interface Pending<Job, Result> {
  readonly job: Job;
  readonly resolve: (result: PoolResult<Result>) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread<Job, Result> {
  readonly worker: Worker;
  readonly running: Int32Array;
  readonly since: Float64Array;
  readonly jobs: Map<number, Pending<Job, Result>>;
  gone: boolean;
}

/**
 * Runs jobs in threads of their own. Time is counted from when a job begins to run, not from when it was asked for, so
 * that a long queue kills nobody; a thread whose job runs too long is killed, and its other jobs go to a new thread.
 */
export function workerPool<Job, Result>(options: PoolOptions): Pool<Job, Result> {
  const megabytes = options.megabytes ?? 256;
  const threads: Thread<Job, Result>[] = [];
  const waiting: Pending<Job, Result>[] = [];
  let numbers = 0;
  let watch: NodeJS.Timeout | undefined;
  let closed = false;

  const start = (): Thread<Job, Result> => {
    const shared: WorkerData = { running: new SharedArrayBuffer(4), since: new SharedArrayBuffer(8) };
    const ending = options.base.endsWith('.ts') ? '.ts' : '.js';
    const worker = new Worker(new URL(`${options.script}${ending}`, options.base), {
      workerData: shared,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: megabytes },
    });
    const thread: Thread<Job, Result> = {
      worker,
      running: new Int32Array(shared.running),
      since: new Float64Array(shared.since),
      jobs: new Map(),
      gone: false,
    };
    worker.unref();
    worker.on('message', (reply: WorkerReply<Result>) => settle(thread, reply));
    worker.on('error', (error: unknown) => lose(thread, error));
    threads.push(thread);
    return thread;
  };

  const settle = (thread: Thread<Job, Result>, reply: WorkerReply<Result>) => {
    const pending = thread.jobs.get(reply.number);
    thread.jobs.delete(reply.number);
    if ('error' in reply) pending?.reject(new ZooError('verifier-failed', `the verifier broke: ${reply.error}`));
    else pending?.resolve({ kind: 'done', result: reply.result });
    if (thread.jobs.size === 0) thread.worker.unref();
    dispatch();
  };

  /** Takes a thread out; the job that ran is answered, the others wait again, first in line. */
  const drop = (thread: Thread<Job, Result>, answer: (pending: Pending<Job, Result>) => void) => {
    if (thread.gone) return;
    thread.gone = true;
    threads.splice(threads.indexOf(thread), 1);
    const running = Atomics.load(thread.running, 0);
    for (const [number, pending] of thread.jobs) if (number === running) answer(pending);
    waiting.unshift(...[...thread.jobs].filter(([number]) => number !== running).map(([, pending]) => pending));
    dispatch();
  };

  const lose = (thread: Thread<Job, Result>, error: unknown) => {
    const outOfMemory = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
    const startUp = Atomics.load(thread.running, 0) === 0;
    if (startUp) {
      // It never ran a job: another one would break in the same way.
      const broken = new ZooError('verifier-failed', `a thread of the verifier broke: ${messageOf(error)}`, {
        cause: error,
      });
      thread.gone = true;
      threads.splice(threads.indexOf(thread), 1);
      for (const pending of thread.jobs.values()) pending.reject(broken);
      return;
    }
    drop(thread, (pending) =>
      outOfMemory
        ? pending.resolve({ kind: 'killed', reason: `it took more than ${megabytes} MB` })
        : pending.reject(new ZooError('verifier-failed', `the verifier broke: ${messageOf(error)}`, { cause: error })),
    );
  };

  const dispatch = () => {
    while (waiting.length > 0) {
      const thread = roomiest();
      if (thread === undefined) break;
      const pending = waiting.shift() as Pending<Job, Result>;
      const number = ++numbers;
      thread.jobs.set(number, pending);
      thread.worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      thread.worker.postMessage({ number, job: pending.job } satisfies WorkerRequest<Job>);
    }
    const busy = threads.some(({ jobs }) => jobs.size > 0);
    if (busy && watch === undefined) watch = setInterval(kill, Math.max(10, options.killAfterMs / 10));
    if (busy || watch === undefined) return;
    clearInterval(watch);
    watch = undefined;
  };

  const roomiest = () => {
    const [best] = [...threads].sort((one, other) => one.jobs.size - other.jobs.size);
    if (best === undefined || (best.jobs.size > 0 && threads.length < options.threads)) return start();
    return best.jobs.size < jobsAhead ? best : undefined;
  };

  const kill = () => {
    const now = monotonicMs();
    for (const thread of threads.toReversed()) {
      if (Atomics.load(thread.running, 0) === 0 || now - (thread.since[0] as number) < options.killAfterMs) continue;
      drop(thread, (pending) =>
        pending.resolve({ kind: 'killed', reason: `it took more than ${options.killAfterMs} ms` }),
      );
      void thread.worker.terminate();
    }
  };

  return {
    run: (job, signal) =>
      new Promise((resolve, reject) => {
        if (closed) throw new ZooError('verifier-closed', 'the verifier was closed while something still used it');
        signal?.throwIfAborted();
        const abort = () => reject(signal?.reason as Error);
        signal?.addEventListener('abort', abort, { once: true });
        const done = () => signal?.removeEventListener('abort', abort);
        waiting.push({
          job,
          resolve: (result) => (done(), resolve(result)),
          reject: (error) => (done(), reject(error)),
        });
        dispatch();
      }),
    close: async () => {
      closed = true;
      clearInterval(watch);
      const error = new ZooError('verifier-closed', 'the verifier was closed while something still used it');
      for (const pending of waiting.splice(0)) pending.reject(error);
      for (const thread of threads) {
        thread.gone = true;
        for (const pending of thread.jobs.values()) pending.reject(error);
      }
      await Promise.all(threads.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}
