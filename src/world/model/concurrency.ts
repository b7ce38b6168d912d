import { createFirstTokenWatch } from './first-token-watch.ts';

/** Where `auto` begins: enough to learn from, too little to hurt a server on a laptop. */
export const automaticStart = 8;

/** A call in flight, as the rule of concurrency sees it. */
export interface CallInFlight {
  readonly stage: string;
  /** Slots in use right after it began, its own counted. */
  readonly level: number;
  /** The rule's generation when it began. */
  readonly generation: number;
}

/** How many slots may be in use. */
export interface Concurrency {
  /** Slots, 1 or more. */
  readonly limit: number;
  /** Goes up with every cut: answers to calls of an older generation tell nothing about the new limit. */
  readonly generation: number;
  /** A sample's first token has arrived. @param saturated whether more slots would have been used */
  accepted(call: CallInFlight, milliseconds: number, saturated: boolean): void;
  /**
   * The endpoint said 429. `isolated` means that it takes other calls of the same kind at the same time, so that the
   * refusal says nothing about load.
   *
   * @param told the limit that the endpoint told, if any
   */
  refused(call: CallInFlight, told: number | undefined): 'isolated' | 'overload';
}

/** What the user set is what happens. */
export function fixedConcurrency(limit: number): Concurrency {
  // Only tells apart single refusals from a wave of them; the limit stays.
  const rule = adaptiveConcurrency(limit);
  return {
    limit,
    get generation() {
      return rule.generation;
    },
    accepted: (call, milliseconds) => rule.accepted(call, milliseconds, false),
    refused: (call) => rule.refused(call, undefined),
  };
}

/** Below this share of the limit a refusal is judged by what became of the calls before it. */
const farBelow = 0.8;
const rememberedCalls = 64;
/** Of these, refusals up to this share are chance. */
const chance = 0.25;

/** Whether the last calls at a level (or near it, or above it) were mostly taken. */
function createRecentCalls(): {
  add(level: number, refused: boolean): void;
  mostlyTaken(level: number): boolean;
} {
  const calls: { readonly level: number; readonly refused: boolean }[] = [];
  let next = 0;
  return {
    add: (level, refused) => {
      calls[next] = { level, refused };
      next = (next + 1) % rememberedCalls;
    },
    mostlyTaken: (level) => {
      const alike = calls.filter((call) => call.level >= level * farBelow);
      const refused = alike.filter((call) => call.refused).length;
      return alike.length >= 8 && refused <= alike.length * chance;
    },
  };
}

const leastCaution = 2;
const mostCaution = 16;

interface Cut {
  readonly before: number;
  readonly ramping: boolean;
  /** The lowest level that was refused in this burst. */
  level: number;
  refusals: number;
  /** Calls of a refused level that were taken all the same. */
  takenAnyway: number;
}

/**
 * Finds how many calls an endpoint bears (additive increase, multiplicative decrease, with a slow start).
 *
 * Growth is driven by first tokens, which come long before whole completions: while they arrive in good time and more
 * slots would be used, each lets two more calls begin, so that the number of new calls doubles with every round. After a
 * cut it goes up by 1, 2, 4, … towards the level that was refused, and past that level one at a time, once in two rounds,
 * and half as often each time that it is refused again; once the level is passed for good, the doubling starts again. There is no upper bound of ours.
 *
 * A 429 cuts once a burst: to nine tenths of the lowest level that was refused, though not by more than half; by half
 * when nothing was taken since the last cut. A burst ends when calls that began after the cut are refused. An endpoint
 * that refuses a few calls at random would push any such rule to the ground, so a refusal does not count when ten times
 * as many calls were taken at the same level, and a cut is undone when calls of the refused level turn out to be taken.
 * Nor does one count that comes far below the limit, as at the end of a step, while most calls like it are taken.
 * A collapse of the time to the first token cuts to seven tenths. Nothing else cuts.
 */
export function adaptiveConcurrency(start: number): Concurrency {
  const watch = createFirstTokenWatch();
  const recent = createRecentCalls();
  let limit = start;
  let generation = 0;
  let ramping = true;
  /** The highest level that is thought to be good. */
  let knee = Infinity;
  let ceiling = Infinity;
  let credit = 0;
  let step = 1;
  let beyondKnee = 0;
  /** Rounds between two tries beyond the knee. */
  let caution = leastCaution;
  let lastCut: Cut | undefined;
  let takenSinceCut = 0;
  let takenAtTop = 0;
  let refusals = 0;

  function set(to: number): void {
    limit = Math.max(1, Math.min(Math.floor(to), ceiling));
  }

  function startRound(): void {
    generation++;
    ramping = false;
    credit = 0;
    step = 1;
    beyondKnee = 0;
    takenSinceCut = 0;
    takenAtTop = 0;
    refusals = 0;
    watch.startOver();
  }

  function cutForRefusal(level: number): void {
    lastCut = { before: limit, ramping, level, refusals: 1, takenAnyway: 0 };
    caution = Math.abs(level - 1 - knee) <= 1 ? Math.min(caution * 2, mostCaution) : leastCaution;
    knee = Math.max(1, level - 1);
    const share = takenSinceCut === 0 ? 0.5 : 0.9;
    set(Math.max(limit / 2, Math.min(knee * share, limit - 1)));
    startRound();
  }

  /** A further refusal of the burst that was cut for already: it only corrects where the limit lies. */
  function correct(cut: Cut, level: number): void {
    cut.refusals++;
    if (level >= cut.level) return;
    cut.level = level;
    knee = Math.max(1, level - 1);
    set(Math.max(cut.before / 2, Math.min(limit, knee * 0.9)));
  }

  function reconsider(call: CallInFlight): void {
    if (lastCut === undefined || call.level < lastCut.level) return;
    lastCut.takenAnyway++;
    if (lastCut.takenAnyway < 4 * lastCut.refusals) return;
    knee = Infinity;
    set(Math.max(limit, lastCut.before));
    ramping = lastCut.ramping;
    lastCut = undefined;
  }

  /** What went well at a low level, as at the start of a step, tells nothing about the limit. */
  function grow(level: number): void {
    if (ramping) return set(Math.max(limit, Math.min(limit + 2, 2 * level + automaticStart)));
    if (level < 0.8 * limit) return;
    credit++;
    if (limit > knee) {
      // Past the level that was refused: when a few are taken there, the refusal is history.
      beyondKnee++;
      if (beyondKnee >= 4) knee = Infinity;
      return;
    }
    const near = limit === knee;
    if (credit < (near ? caution * limit : Math.max(4, limit >> 3))) return;
    set(near ? limit + 1 : Math.min(limit + step, knee));
    step = near ? 1 : Math.min(step * 2, limit);
    credit = 0;
    beyondKnee = 0;
  }

  return {
    get limit() {
      return limit;
    },
    get generation() {
      return generation;
    },
    accepted: (call, milliseconds, saturated) => {
      recent.add(call.level, false);
      const fresh = call.generation === generation;
      const health = watch.record(call.stage, milliseconds, fresh, call.level);
      if (call.level >= 0.95 * limit) {
        takenAtTop++;
        if (takenAtTop > 4 * limit + 40) {
          takenAtTop /= 2;
          refusals /= 2;
        }
      }
      reconsider(call);
      if (!fresh) return;
      takenSinceCut++;
      if (health === 'collapsed') {
        knee = Math.max(1, Math.floor(limit * 0.9));
        lastCut = undefined;
        set(limit * 0.7);
        startRound();
      } else if (health === 'healthy' && saturated) grow(call.level);
    },
    refused: (call, told) => {
      if (told !== undefined && told >= 1 && told < ceiling) {
        ceiling = Math.floor(told);
        if (ceiling < limit) {
          knee = ceiling;
          lastCut = undefined;
          set(ceiling);
          startRound();
          return 'overload';
        }
      }
      recent.add(call.level, true);
      if (call.level < farBelow * limit && recent.mostlyTaken(call.level)) return 'isolated';
      if (call.generation !== generation) {
        if (lastCut === undefined) return 'overload';
        correct(lastCut, call.level);
        return 'overload';
      }
      refusals++;
      if (refusals * 10 <= takenAtTop) return 'isolated';
      cutForRefusal(call.level);
      return 'overload';
    },
  };
}
