import type { CallEvent } from '../core/learning/event.ts';
import type { Outcome } from '../core/learning/outcome.ts';
import type { Look } from './result.ts';

/** The progress stream of an evaluation; {@link CallEvent} comes from the wrappers of the model. */
export type EvaluationEvent =
  | {
      readonly type: 'evaluation-started';
      readonly problems: number;
      readonly samples: number;
      readonly arms: readonly string[];
    }
  | {
      readonly type: 'sample';
      readonly arm: string;
      readonly problemId: string;
      readonly sample: number;
      readonly outcome: Outcome;
    }
  | ({ readonly type: 'look' } & Look)
  | { readonly type: 'warning'; readonly code: string; readonly message: string; readonly hint?: string | undefined }
  | CallEvent;
