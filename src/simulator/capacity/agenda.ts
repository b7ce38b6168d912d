/** Something to be done at a moment, in milliseconds of `performance.now()`. */
export interface Appointment {
  readonly at: number;
  readonly act: () => void;
  cancelled: boolean;
}

/** Runs thousands of appointments off one timer: a binary heap by time, the earliest armed. */
export interface Agenda {
  add(at: number, act: () => void): Appointment;
  clear(): void;
}

export function createAgenda(): Agenda {
  const heap: Appointment[] = [];
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Infinity;

  const arm = () => {
    const [first] = heap;
    if (first === undefined || first.at >= armedFor) return;
    clearTimeout(timer);
    armedFor = first.at;
    timer = setTimeout(run, Math.max(0, first.at - performance.now()));
  };
  const run = () => {
    armedFor = Infinity;
    const now = performance.now();
    for (let first = heap[0]; first !== undefined && first.at <= now; first = heap[0]) {
      takeFirst(heap);
      if (!first.cancelled) first.act();
    }
    arm();
  };
  return {
    add: (at, act) => {
      const appointment = { at, act, cancelled: false };
      insert(heap, appointment);
      arm();
      return appointment;
    },
    clear: () => {
      clearTimeout(timer);
      armedFor = Infinity;
      heap.length = 0;
    },
  };
}

function insert(heap: Appointment[], appointment: Appointment): void {
  let place = heap.push(appointment) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent] as Appointment;
    if (above.at <= appointment.at) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = appointment;
}

function takeFirst(heap: Appointment[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Appointment).at < (heap[child] as Appointment).at) child++;
    const below = heap[child] as Appointment;
    if (last.at <= below.at) break;
    heap[place] = below;
    place = child;
  }
  heap[place] = last;
}
