/** What the time to the first token tells about an endpoint's load. */
type Health = 'healthy' | 'slow' | 'collapsed';

/** A first token is slow when it takes this many times as long as usual, and {@link allowanceMs} more. */
const factor = 4;
/** Below this, a difference is noise of the machine or of the network, whatever the ratio. */
const allowanceMs = 200;
/**
 * What is usual rises only by calls at no higher a level than that it was learnt at: what grows together with the
 * concurrency is the queue at the endpoint, and no new pace.
 */
const sameLevel = 1.1;
/** One cut alone shortens a queue hardly more than chance does. */
const cutsToTell = 3;
const windowSize = 32;
const judgedEvery = 16;

/**
 * Compares times to the first token with what is usual for a stage (prompts of one stage are alike, those of two are
 * not), and tells a collapse: half of the latest ones are slow. Constant memory; a median of 32 every 16 tokens.
 */
export interface FirstTokenWatch {
  /**
   * @param fresh whether the call began after the last change of concurrency; others are judged but not remembered
   * @param level how many calls run at once
   */
  record(stage: string, milliseconds: number, fresh: boolean, level: number): Health;
  /** Forgets the latest ones, after concurrency was cut. */
  startOver(): void;
}

export function createFirstTokenWatch(): FirstTokenWatch {
  const usual = new Map<string, { milliseconds: number; level: number }>();
  // How many times the limit of what counts as usual each of the latest ones took.
  const window = new Float64Array(windowSize);
  let recorded = 0;
  /** How slow the latest ones were at each cut since they were last in good time. */
  let collapses: number[] = [];

  /** Falls quickly towards shorter times and rises slowly towards longer ones, so that it stays near the unloaded time. */
  function learn(stage: string, milliseconds: number, level: number): number {
    const known = usual.get(stage);
    if (known === undefined) {
      usual.set(stage, { milliseconds, level });
      return milliseconds;
    }
    const before = known.milliseconds;
    if (milliseconds < before) {
      known.milliseconds += (milliseconds - before) * 0.5;
      known.level = level;
    } else if (milliseconds <= factor * before + allowanceMs && level <= known.level * sameLevel) {
      known.milliseconds += (milliseconds - before) * 0.02;
    }
    return before;
  }

  function isCollapsed(): boolean {
    const sorted = window.slice(0, Math.min(recorded, windowSize)).sort();
    const median = sorted[sorted.length >> 1] ?? 0;
    if (median <= 1) {
      collapses = [];
      return false;
    }
    const before = collapses.at(-cutsToTell);
    if (before !== undefined && median > 0.8 * before) {
      // A third of the calls at once did not help, so that it is not our load: take the new pace as usual.
      usual.clear();
      collapses = [];
      return false;
    }
    collapses.push(median);
    return true;
  }

  return {
    record: (stage, milliseconds, fresh, level) => {
      const slowness = milliseconds / (factor * learn(stage, milliseconds, level) + allowanceMs);
      if (fresh) {
        window[recorded % windowSize] = slowness;
        recorded++;
        if (recorded >= judgedEvery && recorded % judgedEvery === 0 && isCollapsed()) return 'collapsed';
      }
      return slowness > 1 ? 'slow' : 'healthy';
    },
    startOver: () => {
      recorded = 0;
    },
  };
}
