import { z } from 'zod';
import { problemSchema } from '../core/learning/problem.ts';
import type { SimulatedStage } from './prompt/read-prompt.ts';

const rate = z.number().min(0).max(1);

/** How fast the simulated machine is and how much it does at once. Rates are of one sequence, whatever the load. */
const capacitySchema = z.strictObject({
  /** Sequences that run at once; each of the `n` choices of a request takes one. Further ones wait, first come first served. */
  slots: z.int().min(1).default(128),
  /** Prompt tokens a second, for those that the prefix cache does not hold. */
  prefillRate: z.number().positive().default(8000),
  /** Completion tokens a second. */
  decodeRate: z.number().positive().default(50),
  /** Tokens that the prefix cache holds before it forgets the least recently used block; 0 turns it off. */
  cacheTokens: z.int().min(0).default(2_000_000),
  /** Tokens a block of the prefix cache: a prompt is cached in whole blocks from its start. */
  blockTokens: z.int().min(1).default(16),
});

/** How long the student's answers are: log-normal, capped. One token stands for four characters. */
const lengthsSchema = z.strictObject({
  /** Median in tokens. */
  median: z.number().positive().default(300),
  /** Standard deviation, between problems, of the logarithm of the length. */
  problemSpread: z.number().min(0).default(0.7),
  /** The same between samples of one problem. */
  siblingSpread: z.number().min(0).default(0.25),
  /** Tokens of any answer at most, whatever `max_tokens` allows: the model's own limit. */
  maximum: z.int().min(16).default(2048),
});

/**
 * How often something goes wrong, as a share of attempts (at most one of the first seven each) or of answers (at most
 * one of the last three each). Drawn from seed, request and how many times that very request came, so a retry can
 * succeed and no fault depends on the order of arrival.
 */
const faultsSchema = z.strictObject({
  /** 429 with `Retry-After`. */
  rateLimit: rate.default(0),
  /** 429 without it. */
  rateLimitSilent: rate.default(0),
  /** 500, 502 or 503. */
  serverError: rate.default(0),
  /** The connection is reset before a byte of the answer. */
  resetBefore: rate.default(0),
  /** The connection is reset in the middle of the answer. */
  resetMidway: rate.default(0),
  /** Silence of `stallMilliseconds` after the first token; then it goes on. */
  stall: rate.default(0),
  /** The stream ends in good order, but too early: neither finish reason nor `[DONE]`. */
  earlyEnd: rate.default(0),
  /** The answer is cut, with finish reason `length`. */
  truncation: rate.default(0),
  /** Structured answers only: JSON that does not parse. */
  malformedJson: rate.default(0),
  /** Usage that cannot be: zeros, ten times too much, or more cached tokens than prompt tokens. */
  wrongUsage: rate.default(0),
  /** What `Retry-After` says, in seconds; `retry-after-ms` tells the fraction. */
  retryAfterSeconds: z.number().min(0).default(1),
  /** Real milliseconds, whatever the time scale: it is there to run into deadlines. */
  stallMilliseconds: z.number().min(0).default(30_000),
});

/** How the student's chance of success moves, in logits from its base rate for the problem's family. */
const studentSchema = z.strictObject({
  /** Gain from an experience that teaches the family's skill. Near-duplicates of it add nothing. */
  help: z.number().min(0).default(2.4),
  /** Loss from one that teaches the family's typical mistake; a second one adds half of it. */
  hurt: z.number().min(0).default(1.6),
  /** Loss for each experience in the context that has nothing to do with the problem, … */
  clutter: z.number().min(0).default(0.02),
  /** … up to this much in all. */
  clutterLimit: z.number().min(0).default(1.5),
  /** Standard deviation of how much harder or easier a problem is than its family. */
  problemSpread: z.number().min(0).default(0.5),
  /** Share of answers that end without `\boxed{}`. */
  noAnswer: rate.default(0.02),
  /** Share of answers that ramble on to the token limit. */
  ramble: rate.default(0.005),
});

/** How good the teacher is. */
const teacherSchema = z.strictObject({
  /** Share of clear-cut groups from which it draws the opposite of the true lesson. */
  wrongLesson: rate.default(0.15),
  /** What is added to that when the ground truth is not shown. */
  withoutGroundTruth: rate.default(0.2),
  /** Share of groups for which it also proposes something that the library's checks should refuse. */
  sloppy: rate.default(0.12),
  /** Always teaches the mistake, and defends it. The model `zoo-sim-teacher-poisoned` does so whatever this says. */
  poisoned: z.boolean().default(false),
});

/** Everything about a simulated server. Each value has a default; equal options give equal answers. */
export const simulatorOptionsSchema = z.strictObject({
  /** Everything that the simulator draws derives from it. */
  seed: z.int().min(0).default(0),
  /** Port on 127.0.0.1; 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(0),
  /**
   * The problems that the student may know the answers of. `stratum` names a family of the quickstart set; any other
   * problem is assigned one of the general skills by a hash of its text. A problem that is not listed is answered wrongly.
   */
  problems: z.array(problemSchema).readonly().default([]),
  /** Real seconds a simulated second: 0 answers at once, 1 takes as long as a machine of that capacity would. */
  timeScale: z.number().min(0).default(0),
  capacity: capacitySchema.prefault({}),
  lengths: lengthsSchema.prefault({}),
  faults: faultsSchema.prefault({}),
  /** Requests in flight above which the server answers 429, telling the limit in the body alone. */
  concurrencyLimit: z.int().min(1).optional(),
  /** Requests after which every further one is answered 429 `insufficient_quota`. */
  quota: z.int().min(0).optional(),
  student: studentSchema.prefault({}),
  teacher: teacherSchema.prefault({}),
  /** Where the student puts the first half of its work: nowhere apart, in `reasoning_content`, or within `<think>` tags. */
  reasoning: z.enum(['none', 'field', 'tags']).default('none'),
  /** When given, requests need it as their bearer token. */
  apiKey: z.string().optional(),
  /** Called once a sequence when it has been generated, in the process of the simulator: for benchmarks. */
  onServed: z.custom<(served: Served) => void>((value) => typeof value === 'function').optional(),
});

export type SimulatorOptions = z.input<typeof simulatorOptionsSchema>;
export type SimulatorSettings = z.output<typeof simulatorOptionsSchema>;

/** One generated sequence: what a benchmark needs for the work bound and the critical path. Seconds are simulated ones. */
export interface Served {
  readonly stage: SimulatedStage;
  /** Id of the problem that it is about, where the simulator knows it. */
  readonly problemId: string | undefined;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** How long it held a slot. */
  readonly slotSeconds: number;
}
