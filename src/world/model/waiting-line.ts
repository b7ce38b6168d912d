/**
 * A line of callers who wait for something: the lowest priority number first, first come first served within it.
 * Joining, leaving and being served take constant time; nothing is scanned or polled.
 */
export interface WaitingLine<T> {
  /** Callers in the line. */
  readonly size: number;
  /** Joins the line; `ahead` puts the caller before all others of the same priority. Rejects with the signal's reason. */
  join(value: T, place: Place): Promise<void>;
  /** Who is served next. */
  peek(): T | undefined;
  /** Takes the next caller out and lets it go on. */
  serve(): void;
  /** Sends everybody away. */
  turnAway(reason: unknown): void;
}

interface Place {
  /** 0 to one less than the line's priorities. */
  readonly priority: number;
  readonly ahead?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter<T> {
  readonly value: T;
  readonly priority: number;
  readonly leave: Set<Waiter<T>> | undefined;
  resolve: () => void;
  reject: (reason: unknown) => void;
  previous: Waiter<T> | undefined;
  next: Waiter<T> | undefined;
}

/**
 * @param priorities how many there are
 * @param onLeave told of a caller who left because its signal was aborted
 */
export function createWaitingLine<T>(priorities: number, onLeave: (value: T) => void): WaitingLine<T> {
  const heads: (Waiter<T> | undefined)[] = Array.from({ length: priorities });
  const tails: (Waiter<T> | undefined)[] = Array.from({ length: priorities });
  // One listener a signal, not one a caller: adding a listener walks all that are there.
  const bySignal = new WeakMap<AbortSignal, Set<Waiter<T>>>();
  let size = 0;

  function watch(signal: AbortSignal): Set<Waiter<T>> {
    const known = bySignal.get(signal);
    if (known !== undefined) return known;
    const waiters = new Set<Waiter<T>>();
    bySignal.set(signal, waiters);
    const leaveAll = () => {
      for (const waiter of waiters) {
        remove(waiter);
        waiter.reject(signal.reason);
        onLeave(waiter.value);
      }
    };
    signal.addEventListener('abort', leaveAll, { once: true });
    return waiters;
  }

  function insert(waiter: Waiter<T>, ahead: boolean): void {
    const { priority } = waiter;
    const head = heads[priority];
    const tail = tails[priority];
    if (head === undefined || tail === undefined) {
      heads[priority] = waiter;
      tails[priority] = waiter;
    } else if (ahead) {
      waiter.next = head;
      head.previous = waiter;
      heads[priority] = waiter;
    } else {
      waiter.previous = tail;
      tail.next = waiter;
      tails[priority] = waiter;
    }
    waiter.leave?.add(waiter);
    size++;
  }

  function remove(waiter: Waiter<T>): void {
    const { priority, previous, next } = waiter;
    if (previous === undefined) heads[priority] = next;
    else previous.next = next;
    if (next === undefined) tails[priority] = previous;
    else next.previous = previous;
    waiter.previous = undefined;
    waiter.next = undefined;
    waiter.leave?.delete(waiter);
    size--;
  }

  function first(): Waiter<T> | undefined {
    for (const head of heads) if (head !== undefined) return head;
    return undefined;
  }

  return {
    get size() {
      return size;
    },
    join: (value, { priority, ahead = false, signal }) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted === true) {
          // The signal's reason is whatever the caller wants to see; it need not be an Error.
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors
          reject(signal.reason);
          return;
        }
        const leave = signal === undefined ? undefined : watch(signal);
        insert({ value, priority, leave, resolve, reject, previous: undefined, next: undefined }, ahead);
      }),
    peek: () => first()?.value,
    serve: () => {
      const waiter = first();
      if (waiter === undefined) return;
      remove(waiter);
      waiter.resolve();
    },
    turnAway: (reason) => {
      for (let waiter = first(); waiter !== undefined; waiter = first()) {
        remove(waiter);
        waiter.reject(reason);
      }
    },
  };
}
