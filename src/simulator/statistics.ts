import type { Load } from './capacity/slots.ts';
import type { AnswerFault, TransportFault } from './faults.ts';
import { type SimulatedStage, simulatedStages } from './prompt/read-prompt.ts';
import type { Served } from './simulator-options.ts';

type FaultKind = TransportFault | AnswerFault | 'concurrencyLimit' | 'quota';

interface StageStatistics {
  /** Sequences generated to their end. */
  readonly sequences: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** Simulated seconds that they held slots. */
  readonly slotSeconds: number;
  /** The longest of them; a lower bound on what the stage adds to any critical path through it. */
  readonly longestSeconds: number;
}

/** What the simulator did since it started; `GET /stats` answers it as JSON. */
export interface SimulatorStatistics {
  readonly simulation: true;
  readonly slots: number;
  readonly timeScale: number;
  /** Chat completion requests that came, refused ones counted. */
  readonly requests: number;
  readonly inFlight: number;
  readonly peakInFlight: number;
  /** Sequences, not requests: one of `n` choices each. */
  readonly running: number;
  readonly peakRunning: number;
  readonly queued: number;
  readonly peakQueued: number;
  /** Requests whose client went away before the end. */
  readonly abandoned: number;
  readonly total: StageStatistics;
  readonly byStage: Readonly<Partial<Record<SimulatedStage, StageStatistics>>>;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /**
   * Simulated seconds that the work takes at least on all slots: `total.slotSeconds / slots`. Wall time is
   * `timeScale` times that.
   */
  readonly workBoundSeconds: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const nothing: StageStatistics = {
  sequences: 0,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  slotSeconds: 0,
  longestSeconds: 0,
};

/** Counts what happens. */
export interface Recorder {
  arrive(): void;
  leave(abandoned: boolean): void;
  inFlight(): number;
  requests(): number;
  fault(kind: FaultKind): void;
  serve(served: Served): void;
  read(): SimulatorStatistics;
}

export function createRecorder(slots: number, timeScale: number, load: Load): Recorder {
  const total: Mutable<StageStatistics> = { ...nothing };
  const stages = new Map<SimulatedStage, Mutable<StageStatistics>>();
  const faults: Partial<Record<FaultKind, number>> = {};
  const counts = { requests: 0, inFlight: 0, peakInFlight: 0, abandoned: 0 };
  return {
    arrive: () => {
      counts.requests++;
      counts.inFlight++;
      counts.peakInFlight = Math.max(counts.peakInFlight, counts.inFlight);
    },
    leave: (abandoned) => {
      counts.inFlight--;
      if (abandoned) counts.abandoned++;
    },
    inFlight: () => counts.inFlight,
    requests: () => counts.requests,
    fault: (kind) => {
      faults[kind] = (faults[kind] ?? 0) + 1;
    },
    serve: (served) => {
      const stage = stages.get(served.stage) ?? { ...nothing };
      stages.set(served.stage, stage);
      for (const sum of [total, stage]) addTo(sum, served);
    },
    read: () => ({
      simulation: true,
      slots,
      timeScale,
      ...counts,
      ...load,
      total: { ...total },
      byStage: Object.fromEntries(
        simulatedStages.flatMap((name) => {
          const stage = stages.get(name);
          return stage === undefined ? [] : [[name, { ...stage }]];
        }),
      ),
      faults: { ...faults },
      workBoundSeconds: total.slotSeconds / slots,
    }),
  };
}

function addTo(sum: Mutable<StageStatistics>, served: Served): void {
  sum.sequences++;
  sum.promptTokens += served.promptTokens;
  sum.cachedTokens += served.cachedTokens;
  sum.completionTokens += served.completionTokens;
  sum.slotSeconds += served.slotSeconds;
  sum.longestSeconds = Math.max(sum.longestSeconds, served.slotSeconds);
}
