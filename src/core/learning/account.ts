import type { OutcomeCounts } from './outcome.ts';

/**
 * The account of a training run: what `zoo train --json` prints and `result.json` in the run folder holds. Its keys are
 * a contract with scripts (docs/cli.md).
 */
export interface TrainResult {
  readonly run: string;
  readonly status: 'completed' | 'budget' | 'interrupted' | 'rejected';
  /** `train` and `gate` count problems. */
  readonly dataset: { readonly name: string; readonly sha256: string; readonly train: number; readonly gate: number };
  readonly model: { readonly provider: string; readonly student: string; readonly teacher: string };
  readonly library: { readonly before: LibraryState; readonly after: LibraryState };
  readonly steps: readonly StepAccount[];
  /** Null when the gate was off. */
  readonly gate: GateAccount | null;
  /** Where a model judged: what became of its judgements in the last session. */
  readonly judge?: JudgeTotals;
  readonly usage: UsageAccount;
  readonly time: {
    readonly wallMs: number;
    /** T* / T: the least time that the work allows over the time it took, in (0, 1]; null where it is not known. */
    readonly efficiency: number | null;
  };
  /** The step that the run was resumed from, or null for a run of one piece. */
  readonly resumedFrom: number | null;
}

/** A judgement that failed, or gave no score, is no verdict on the answer that was to be judged. */
export interface JudgeTotals {
  readonly asked: number;
  readonly graded: number;
  readonly failed: number;
  readonly unusable: number;
  /** Mean score, as a share of the best; null when nothing was graded. */
  readonly mean: number | null;
}

export interface LibraryState {
  /** Such as `v3`; null while the library has no version. */
  readonly version: string | null;
  /** recordsRoot, hexadecimal. */
  readonly root: string;
  readonly count: number;
}

export interface StepAccount {
  readonly epoch: number;
  readonly step: number;
  readonly groups: number;
  /** Groups whose rewards spread: those that carry a signal. */
  readonly contested: number;
  readonly rollouts: OutcomeCounts;
  /** Rollouts that adaptive groups did not need, out of groups x G. */
  readonly saved: number;
  /** Groups left at one or two samples, since their problems taught nothing before. */
  readonly predicted: number;
  readonly operations: {
    readonly proposed: number;
    readonly accepted: number;
    readonly rejected: readonly { readonly reason: string; readonly count: number }[];
    /** Operations whose consolidation failed, carried to the next step. */
    readonly carried: number;
  };
  /**
   * Over graded rollouts; null when there was none. In the mean each group counts once: adaptive groups differ in size,
   * and it is the hard problems that have the large ones. `groups` counts those with a graded rollout.
   */
  readonly reward: { readonly mean: number | null; readonly std: number | null; readonly groups: number };
  readonly hamiltonian: { readonly psi: number; readonly theta: number; readonly kappa: number } | null;
  /** Experiences in the library after the step. */
  readonly experiences: number;
}

export interface GateAccount {
  readonly accepted: boolean;
  /** Difference of the mean reward on the gate set, candidate minus library in force. */
  readonly delta: number;
  readonly ci95: readonly [number, number];
  readonly p: number;
  /** Problems compared. */
  readonly n: number;
  /** The chance, at the noise that was measured, that a true difference of five points would have been told; null in old runs. */
  readonly power: number | null;
  /** Samples drawn of a problem and library, and how many a case that is not clear takes. */
  readonly samples: number;
  readonly planned: number;
}

export interface UsageTotals {
  readonly calls: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /**
   * US dollars, an estimate: what list prices make of the tokens that were told, or what the endpoint says that it bills;
   * null when a price is unknown.
   */
  readonly usd: number | null;
}

export interface UsageAccount extends UsageTotals {
  readonly byStage: Readonly<Record<string, UsageTotals>>;
}
