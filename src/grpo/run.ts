import type { Sha256 } from '../core/digest.ts';
import type { UsageAccount } from '../core/learning/account.ts';
import type { LearnFrom } from '../core/learning/advantage.ts';
import type { Observe } from '../core/learning/event.ts';
import type { Problem } from '../core/learning/problem.ts';
import type { Evidence } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import type { Prompts } from '../core/prompt.ts';
import { randomFor } from '../core/random.ts';
import type { Clock } from '../world/clock/clock.ts';
import type { Journal } from '../world/journal/journal.ts';
import type { Model, SampleIdentity, Sampling } from '../world/model/model.ts';
import type { Verifier } from '../world/verifier/verifier.ts';

/** What a training run is about: plain data, equal for equal arguments. */
export interface Run {
  /** Name of the run and of its folder. */
  readonly id: string;
  /** See `runFingerprint`. */
  readonly fingerprint: string;
  readonly settings: TrainSettings;
  readonly dataset: { readonly name: string; readonly sha256: string; readonly domain: string };
  readonly problems: readonly Problem[];
  /** Held out from learning; empty when the gate is off. */
  readonly gateProblems: readonly Problem[];
  /** E_0. */
  readonly library: Library;
  readonly prompts: Prompts;
  /** RFC 3339, UTC; written into new experiences. */
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface TrainSettings {
  readonly seed: number;
  readonly epochs: number;
  /** Problems a step; the library changes between steps. */
  readonly batchSize: number;
  /** G, 1 or more. */
  readonly groupSize: number;
  /** Start a group with two samples and extend it only while its rewards do not spread. */
  readonly adaptiveGroups: boolean;
  readonly learnFrom: LearnFrom;
  /** False: the group's majority answer stands in for the truth. */
  readonly groundTruth: boolean;
  /** True: experiences are written from the problems alone, without rollouts. */
  readonly direct: boolean;
  /** Standard deviation of rewards above which a group carries a signal. */
  readonly signalThreshold: number;
  /** Operations a group may propose. */
  readonly maximumOperations: number;
  readonly capacity: number;
  /** Tokens that the model's context holds; the unit of the context cost in the Hamiltonian account. */
  readonly contextTokens: number;
  /** Tokens of the library in a prompt at most. */
  readonly libraryTokens: number;
  readonly gate: 'off' | 'epoch' | 'step';
  /** Consolidations that compete for a step that the gate looks at; 1 or more. */
  readonly candidates: number;
  /** Samples a gate problem and arm at most. */
  readonly gateSamples: number;
  readonly student: Sampling;
  readonly teacher: Sampling;
}

/** What lies outside of the loop, handed in. */
export interface World {
  readonly student: Model;
  readonly teacher: Model;
  readonly verifier: Verifier;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Resolves when a further group would not wait long for a slot, so that few groups are held in memory at once. */
  readonly room: () => Promise<void>;
  readonly observe: Observe;
  /** What has been spent so far, earlier sessions of the run included. */
  readonly account: () => UsageAccount;
  /** Aborted to stop the run; its reason is the error that `train` ends with. */
  readonly signal: AbortSignal;
}

/** One step of the plan: a batch of problems that is learned from with one library. */
export interface Step {
  readonly epoch: number;
  /** From 0, over all epochs. */
  readonly step: number;
  readonly problems: readonly Problem[];
  readonly lastOfEpoch: boolean;
}

/**
 * Samples of one request. Their seeds are consecutive and a pure function of the run's seed and of what is asked, so
 * that neither concurrency nor a resume changes them.
 */
export function drawSamples(
  run: Run,
  from: number,
  to: number,
  ...identity: readonly (string | number)[]
): SampleIdentity[] {
  const base = Math.floor(randomFor(run.settings.seed, ...identity)() * 0x7fff_0000);
  return Array.from({ length: to - from }, (_, offset) => ({ index: from + offset, seed: base + from + offset }));
}

export function evidenceOf(run: Run, world: World, step: number, group: string, rollouts: readonly string[]): Evidence {
  return {
    run: run.fingerprint,
    step,
    group,
    rollouts: [...rollouts],
    model: world.student.identity.model,
    prompt_hash: run.prompts.hash,
  };
}
