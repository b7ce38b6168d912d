import type { StepAccount, TrainResult } from './account.ts';
import type { Outcome, Failure } from './outcome.ts';
import type { Usage } from './rollout.ts';

/**
 * The one progress stream of a run. The live view, the plain lines, `--json=events` and the report all subscribe to it;
 * nothing else tells progress.
 */
export type TrainEvent =
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly steps: number;
      readonly groups: number;
      readonly groupSize: number;
    }
  | { readonly type: 'run-resumed'; readonly run: string; readonly step: number }
  | { readonly type: 'step-started'; readonly epoch: number; readonly step: number; readonly groups: number }
  | {
      readonly type: 'rollout';
      readonly step: number;
      readonly problemId: string;
      readonly sample: number;
      readonly outcome: Outcome;
    }
  | {
      readonly type: 'group';
      readonly step: number;
      readonly problemId: string;
      readonly contested: boolean;
      readonly rewardMean: number | null;
    }
  | { readonly type: 'summary'; readonly step: number; readonly problemId: string; readonly sample: number }
  | {
      readonly type: 'extraction';
      readonly step: number;
      readonly problemId: string;
      readonly proposed: number;
      readonly rejected: number;
    }
  | { readonly type: 'consolidation'; readonly step: number; readonly operations: number; readonly carried: number }
  | {
      readonly type: 'experience';
      readonly step: number;
      readonly change: 'added' | 'modified' | 'deleted';
      readonly id: string;
      readonly text: string;
    }
  | {
      readonly type: 'gate';
      readonly step: number;
      readonly accepted: boolean;
      readonly delta: number;
      readonly reason: string;
    }
  | { readonly type: 'step-finished'; readonly account: StepAccount }
  | { readonly type: 'warning'; readonly code: string; readonly message: string; readonly hint?: string | undefined }
  | { readonly type: 'run-finished'; readonly result: TrainResult }
  | CallEvent;

/** Emitted by the wrappers of the model, for rates, spend and concurrency. */
export type CallEvent =
  | { readonly type: 'call-started'; readonly stage: string; readonly samples: number }
  | { readonly type: 'call-first-token'; readonly stage: string; readonly milliseconds: number }
  | {
      readonly type: 'call-finished';
      readonly stage: string;
      readonly usage: Usage;
      readonly usd: number | null;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'call-failed';
      readonly stage: string;
      readonly failure: Failure;
      readonly attempt: number;
      readonly willRetry: boolean;
    }
  | {
      readonly type: 'concurrency';
      readonly role: 'student' | 'teacher';
      readonly limit: number;
      readonly active: number;
      readonly waiting: number;
    };

export type Observe = (event: TrainEvent) => void;
