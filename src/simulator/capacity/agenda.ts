import TinyQueue from 'tinyqueue';

/** Something to be done at a moment, in milliseconds of `performance.now()`. */
export interface Appointment {
  readonly at: number;
  readonly act: () => void;
  cancelled: boolean;
}

/** Runs thousands of appointments off one timer, the earliest armed. */
export interface Agenda {
  add(at: number, act: () => void): Appointment;
  clear(): void;
}

export function createAgenda(): Agenda {
  let waiting = new TinyQueue<Appointment>([], earlier);
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Infinity;

  const arm = () => {
    const first = waiting.peek();
    if (first === undefined || first.at >= armedFor) return;
    clearTimeout(timer);
    armedFor = first.at;
    timer = setTimeout(run, Math.max(0, first.at - performance.now()));
  };
  const run = () => {
    armedFor = Infinity;
    const now = performance.now();
    for (let first = waiting.peek(); first !== undefined && first.at <= now; first = waiting.peek()) {
      waiting.pop();
      if (!first.cancelled) first.act();
    }
    arm();
  };
  return {
    add: (at, act) => {
      const appointment = { at, act, cancelled: false };
      waiting.push(appointment);
      arm();
      return appointment;
    },
    clear: () => {
      clearTimeout(timer);
      armedFor = Infinity;
      waiting = new TinyQueue<Appointment>([], earlier);
    },
  };
}

function earlier(one: Appointment, other: Appointment): number {
  return one.at - other.at;
}
