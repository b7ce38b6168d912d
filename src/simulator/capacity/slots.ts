import type { Agenda, Appointment } from './agenda.ts';

/** A sequence that wants a slot. */
interface Job {
  /** Called when it gets one. @returns milliseconds that it will hold it */
  readonly start: (at: number) => number;
  /** Called when the time is over. */
  readonly finish: () => void;
}

interface Ticket {
  /** Gives the place in the queue or the slot back; the job is not told. */
  leave(): void;
}

export interface Slots {
  enter(job: Job): Ticket;
  readonly load: Load;
}

export interface Load {
  running: number;
  queued: number;
  peakRunning: number;
  peakQueued: number;
}

interface Entry {
  readonly job: Job;
  readonly enteredAt: number;
  state: 'queued' | 'running' | 'left';
  end: Appointment | undefined;
}

/**
 * Gives out slots, first come first served. A freed slot passes on at the moment when it should have become free and
 * not when the timer fired, so that late timers do not add up to a slower machine.
 */
export function createSlots(count: number, agenda: Agenda): Slots {
  const load: Load = { running: 0, queued: 0, peakRunning: 0, peakQueued: 0 };
  let queue: Entry[] = [];
  let head = 0;

  const begin = (entry: Entry, at: number) => {
    entry.state = 'running';
    load.running++;
    load.peakRunning = Math.max(load.peakRunning, load.running);
    const milliseconds = entry.job.start(at);
    const until = at + milliseconds;
    const end = () => {
      if (entry.state !== 'running') return;
      entry.state = 'left';
      release(until);
      entry.job.finish();
    };
    if (milliseconds === 0) end();
    else entry.end = agenda.add(until, end);
  };
  const release = (at: number) => {
    load.running--;
    while (head < queue.length) {
      const next = queue[head++] as Entry;
      if (next.state !== 'queued') continue;
      load.queued--;
      begin(next, Math.max(at, next.enteredAt));
      break;
    }
    if (head > 1024 && head * 2 > queue.length) {
      queue = queue.slice(head);
      head = 0;
    }
  };
  const leave = (entry: Entry) => {
    const { state } = entry;
    entry.state = 'left';
    if (state === 'queued') load.queued--;
    if (state !== 'running') return;
    if (entry.end !== undefined) entry.end.cancelled = true;
    release(performance.now());
  };
  return {
    load,
    enter: (job) => {
      const entry: Entry = { job, enteredAt: performance.now(), state: 'queued', end: undefined };
      if (load.running < count) {
        begin(entry, entry.enteredAt);
      } else {
        queue.push(entry);
        load.queued++;
        load.peakQueued = Math.max(load.peakQueued, load.queued);
      }
      return { leave: () => leave(entry) };
    },
  };
}
