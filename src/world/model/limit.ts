import { setImmediate } from 'node:timers/promises';
import type { Observe } from '../../core/learning/event.ts';
import type { Clock } from '../clock/clock.ts';
import { type CallInFlight, adaptiveConcurrency, automaticStart, fixedConcurrency } from './concurrency.ts';
import { type Model, ModelError, type ModelRequest, type Purpose, type Stage } from './model.ts';
import { createWaitingLine } from './waiting-line.ts';

export interface LimiterOptions {
  readonly clock: Clock;
  /** Samples in flight at most, or `auto` to find what the endpoint bears. */
  readonly concurrency: number | 'auto';
  readonly observe: Observe;
  /** Whose calls they are in the events; models on one endpoint share one limiter. */
  readonly role: Purpose['role'];
}

/**
 * How many samples may be in flight at an endpoint. A request of n samples takes n slots, and frees them one by one
 * where the adapter tells the end of a sample. One that is larger than the limit goes alone.
 */
export interface Limiter {
  /** Slots at present, 1 or more. */
  readonly limit: number;
  /** Slots in use. */
  readonly active: number;
  /** The most that were in use at once. */
  readonly peak: number;
  /** Samples that wait for one. */
  readonly waiting: number;
  /**
   * Resolves when a new rollout would not wait long: when fewer samples wait before it than there are slots, and not
   * too many behind it. A loop that awaits it before it opens a group keeps every slot busy and yet holds few groups in
   * memory.
   */
  room(signal?: AbortSignal): Promise<void>;
  /** Waits for slots. Served by {@link stagePriority}; calls that failed before go ahead of their like. */
  enter(request: ModelRequest, signal: AbortSignal | undefined): Slot | Promise<Slot>;
  /** A sample's first token has arrived. */
  accept(slot: Slot, milliseconds: number): void;
  /** Gives slots back: one as a sample ends, all that are left by default. */
  leave(slot: Slot, samples?: number): void;
  /** The call failed: learns from a 429, pauses new calls for as long as Retry-After says. */
  fail(slot: Slot, error: ModelError): void;
}

/** Slots that a call holds. */
interface Slot extends CallInFlight {
  readonly request: ModelRequest;
  /** Slots still held. */
  held: number;
  /** Samples whose first token has been seen. */
  begun: number;
}

/**
 * Who is served first: the call with the longest way still to go, since the end of a step waits for the last of them. A
 * rollout is followed by its grading, summary and extraction, so that it goes before these; what the whole run waits
 * for goes before everything. Served the other way round, rollouts with long tails would begin late and leave the
 * slots idle at the end of the step (`bench/scheduler.ts` measures both).
 */
export const stagePriority: Readonly<Record<Stage, number>> = {
  ask: 0,
  consolidate: 0,
  shorten: 0,
  rollout: 1,
  evaluate: 1,
  gate: 1,
  judge: 2,
  direct: 2,
  summarize: 2,
  extract: 3,
};
const priorities = 4;
/**
 * Samples that may wait in all, those of later stages among them, which hold the answers of their groups: enough to fill
 * the slots while the last rollouts of a step end.
 */
const mostBehind = (limit: number) => Math.max(limit, 800);

interface Entrant {
  readonly request: ModelRequest;
  slot: Slot | undefined;
}

export function createLimiter(options: LimiterOptions): Limiter {
  const { clock, observe, role } = options;
  const rule =
    options.concurrency === 'auto' ? adaptiveConcurrency(automaticStart) : fixedConcurrency(options.concurrency);
  const line = createWaitingLine<Entrant>(priorities, ({ request }) => {
    countWaiting(request, -1);
    serve();
  });
  const groups = createWaitingLine<undefined>(1, () => {});
  const failedBefore = new WeakSet<ModelRequest>();
  let active = 0;
  let peak = 0;
  let waiting = 0;
  /** Those that are served before a new rollout. */
  let waitingAhead = 0;
  let admitted = 0;
  let toldLimit = 0;
  let pausedUntil = 0;
  let pause: AbortController | undefined;

  function fits(samples: number): boolean {
    return pausedUntil === 0 && (active === 0 || active + samples <= rule.limit);
  }

  function begin(request: ModelRequest): Slot {
    active += request.samples.length;
    peak = Math.max(peak, active);
    return {
      request,
      stage: request.purpose.stage,
      level: active,
      generation: rule.generation,
      held: request.samples.length,
      begun: 0,
    };
  }

  function serve(): void {
    for (let next = line.peek(); next !== undefined && fits(next.request.samples.length); next = line.peek()) {
      countWaiting(next.request, -1);
      next.slot = begin(next.request);
      line.serve();
    }
    if (line.size === 0) pause?.abort();
    admit();
  }

  function countWaiting({ samples, purpose }: ModelRequest, sign: 1 | -1): void {
    waiting += sign * samples.length;
    if (stagePriority[purpose.stage] <= stagePriority.rollout) waitingAhead += sign * samples.length;
  }

  function hasRoom(): boolean {
    return waitingAhead + admitted < rule.limit && waiting + admitted < mostBehind(rule.limit);
  }

  function admit(): void {
    while (groups.size > 0 && hasRoom()) {
      count();
      groups.serve();
    }
  }

  /** A group that was let in reaches the line a little later: until the next turn of the event loop it counts as waiting. */
  function count(): void {
    admitted++;
    if (admitted === 1) void forget();
  }

  async function forget(): Promise<void> {
    await setImmediate();
    admitted = 0;
    admit();
  }

  function tell(): void {
    if (rule.limit === toldLimit) return;
    toldLimit = rule.limit;
    observe({ type: 'concurrency', role, limit: rule.limit, active, waiting });
  }

  /** One sleeper for all; it goes home when nobody waits any more, so that it never keeps a finished program alive. */
  async function sleepThroughPause(): Promise<void> {
    if (pause !== undefined) return;
    const own = new AbortController();
    pause = own;
    try {
      for (let left = pausedUntil - clock.now(); left > 0; left = pausedUntil - clock.now())
        await clock.sleep(left, own.signal);
      pausedUntil = 0;
    } catch (thrown) {
      if (!own.signal.aborted) throw thrown;
    } finally {
      pause = undefined;
    }
    // Somebody may have joined between the last one's leaving and here.
    if (line.size > 0 && isPaused()) void sleepThroughPause();
    else serve();
  }

  function isPaused(): boolean {
    if (pausedUntil > 0 && clock.now() >= pausedUntil) pausedUntil = 0;
    return pausedUntil > 0;
  }

  async function wait(request: ModelRequest, signal: AbortSignal | undefined): Promise<Slot> {
    const entrant: Entrant = { request, slot: undefined };
    const { stage } = request.purpose;
    const joined = line.join(entrant, {
      priority: stagePriority[stage],
      ahead: failedBefore.has(request),
      signal,
    });
    countWaiting(request, 1);
    if (isPaused()) void sleepThroughPause();
    else serve();
    await joined;
    if (entrant.slot === undefined) throw new Error('a caller was let in without a slot');
    return entrant.slot;
  }

  return {
    get limit() {
      return rule.limit;
    },
    get active() {
      return active;
    },
    get peak() {
      return peak;
    },
    get waiting() {
      return waiting;
    },
    room: async (signal) => {
      signal?.throwIfAborted();
      if (groups.size > 0 || !hasRoom()) await groups.join(undefined, { priority: 0, signal });
      else count();
    },
    enter: (request, signal) => {
      signal?.throwIfAborted();
      tell();
      if (isPaused() || line.size > 0 || !fits(request.samples.length)) return wait(request, signal);
      return begin(request);
    },
    accept: (slot, milliseconds) => {
      slot.begun++;
      rule.accepted(slot, milliseconds, waiting > 0 || active >= rule.limit);
      tell();
      serve();
    },
    leave: (slot, samples = slot.held) => {
      const freed = Math.min(samples, slot.held);
      slot.held -= freed;
      active -= freed;
      if (freed > 0) serve();
    },
    fail: (slot, error) => {
      failedBefore.add(slot.request);
      const refusal = error.kind === 'rate-limit' ? rule.refused(slot, error.concurrencyLimit) : undefined;
      tell();
      if (error.retryAfterMs === undefined || error.fatal || refusal === 'isolated') return;
      pausedUntil = Math.max(pausedUntil, clock.now() + error.retryAfterMs);
      if (line.size > 0) void sleepThroughPause();
    },
  };
}

/**
 * Keeps the calls of a model within a {@link Limiter}: with `auto`, however many the endpoint bears; with a number,
 * that number. Either way, Retry-After holds back all new calls, unless the endpoint takes others at the same time; then
 * only the refused one waits (see `retrying`).
 */
export function limited(model: Model, limiter: Limiter, observe: Observe): Model {
  return {
    ...model,
    generate: async (request, options = {}) => {
      const { stage } = request.purpose;
      const slot = await limiter.enter(request, options.signal);
      try {
        observe({ type: 'call-started', stage, samples: request.samples.length });
        const sampled = await model.generate(request, {
          ...options,
          onFirstToken: (milliseconds) => {
            limiter.accept(slot, milliseconds);
            observe({ type: 'call-first-token', stage, milliseconds });
            options.onFirstToken?.(milliseconds);
          },
          onSampleEnd: () => {
            limiter.leave(slot, 1);
            options.onSampleEnd?.();
          },
        });
        // Adapters that do not stream tell no first tokens: their completions stand for them.
        for (const sample of sampled.slice(slot.begun))
          if (sample.kind === 'completion') limiter.accept(slot, sample.timing.firstTokenMs);
        return sampled;
      } catch (thrown) {
        if (thrown instanceof ModelError) limiter.fail(slot, thrown);
        throw thrown;
      } finally {
        limiter.leave(slot);
      }
    },
  };
}
