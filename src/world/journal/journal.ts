import type { Outcome } from '../../core/learning/outcome.ts';
import type { ModelIdentity, Purpose, Sampled } from '../model/model.ts';

/**
 * What a run has done, append-only: every call, every decision, and a checkpoint after every step. A run resumes by
 * going through the loop again; calls that the journal knows are answered from it.
 */
export interface Journal {
  /** The state that the last finished step left, as {@link commit} was given it; undefined before the first. */
  checkpoint(): Promise<unknown>;
  /** Replaces the checkpoint atomically, after everything appended so far is on the disk. */
  commit(state: unknown): Promise<void>;
  /** What was recorded last under the key of a call (see `callKey`). */
  find(key: string): Promise<Sampled | undefined>;
  /** Resolves when a kill of this process no longer loses the entry. */
  append(entry: JournalEntry): Promise<void>;
  /** Every entry from the beginning, one at a time. */
  entries(): AsyncIterable<JournalEntry>;
}

export type JournalEntry =
  | CallEntry
  | {
      /** A message that prompts are made of, kept once under its SHA-256 (hex). */
      readonly type: 'message';
      readonly digest: string;
      readonly role: string;
      readonly content: string;
    }
  | {
      /** A graded rollout; its transcript is the `call` of the same stage, step, item and sample. The last one counts. */
      readonly type: 'rollout';
      readonly step: number;
      readonly problemId: string;
      readonly sample: number;
      readonly digest: string;
      readonly outcome: Outcome;
    }
  | {
      /** What the loop decided and why: a group left out, an operation refused, a candidate kept. */
      readonly type: 'decision';
      readonly step: number;
      readonly about: string;
      readonly decision: string;
      readonly reason: string;
      readonly data?: unknown;
    };

export interface CallEntry {
  readonly type: 'call';
  readonly key: string;
  readonly purpose: Purpose;
  readonly model: ModelIdentity;
  /** Digests of the prompt's messages, in order. */
  readonly messages: readonly string[];
  readonly sample: { readonly index: number; readonly seed: number };
  readonly result: Sampled;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}
