import type { ZodType } from 'zod';
import type { Failure } from '../../core/learning/outcome.ts';
import type { Usage } from '../../core/learning/rollout.ts';

/** What asks a language model. Adapters stand beside this file; retry, limit, cache, budget and replay wrap it. */
export interface Model {
  readonly identity: ModelIdentity;
  /**
   * Draws one completion for each sample of the request, in the order of `request.samples`.
   *
   * An adapter throws {@link ModelError} when the call fails; the retry wrapper turns what stays broken into a
   * {@link Failure} a sample and rethrows only what must end the run (see {@link ModelError.fatal}).
   */
  generate(request: ModelRequest, options?: GenerateOptions): Promise<readonly Sampled[]>;
  /**
   * Whether one call to the endpoint may carry several samples; undefined while that is still to be found out. Adapters
   * without it draw every sample by a call of its own. `siblings` goes by it.
   */
  takesGroups?(): boolean | undefined;
}

export interface ModelIdentity {
  /** `openai`, `vllm`, `ollama`, `huggingface`, `llama` or `sim`. */
  readonly provider: string;
  /** The name that the endpoint knows the model by. */
  readonly model: string;
  /** Origin and path of the endpoint, without credentials; a file for embedded models. */
  readonly endpoint: string;
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  /** Image URLs or data URIs, sent as content parts to models that take them. */
  readonly images?: readonly string[] | undefined;
}

/** Left-out values are left to the endpoint. */
export interface Sampling {
  /** 0 or more. */
  readonly temperature?: number | undefined;
  /** (0, 1]. */
  readonly topP?: number | undefined;
  /** 1 or more. */
  readonly topK?: number | undefined;
  /** Completion tokens at most, reasoning counted. */
  readonly maxTokens?: number | undefined;
  readonly stop?: readonly string[] | undefined;
}

export interface ModelRequest {
  readonly messages: readonly Message[];
  readonly sampling: Sampling;
  /** One completion is drawn for each; the seeds of one request are consecutive. */
  readonly samples: readonly SampleIdentity[];
  /** Ask for JSON that fits the schema. Adapters constrain the endpoint where it can; `structured` validates. */
  readonly reply?: { readonly name: string; readonly schema: ZodType } | undefined;
  /** Who asks and for what: accounts and the journal file calls under it. */
  readonly purpose: Purpose;
}

export interface SampleIdentity {
  readonly index: number;
  /** 0 to 2^31 - 1, sent to endpoints that take seeds. */
  readonly seed: number;
}

export const stages = [
  'rollout',
  'summarize',
  'extract',
  'consolidate',
  'shorten',
  'gate',
  'direct',
  'judge',
  'evaluate',
  'ask',
] as const;
export type Stage = (typeof stages)[number];

export interface Purpose {
  readonly stage: Stage;
  readonly role: 'student' | 'teacher';
  /** What the call is about, such as a problem's id. */
  readonly item: string;
  /** Step of the run, from 0. Absent outside training. */
  readonly step?: number | undefined;
  /** Calls that share a prompt prefix; sent as `prompt_cache_key` or a session header where supported. */
  readonly prefix?: string | undefined;
}

export interface GenerateOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once a sample, at its first token. */
  readonly onFirstToken?: ((milliseconds: number) => void) | undefined;
  /**
   * Called once a sample, when its last token has arrived while others of the same request still run, so that its
   * slot is free for another call. An adapter that cannot tell leaves it out.
   */
  readonly onSampleEnd?: (() => void) | undefined;
}

export type Sampled = Completion | Failure;

export interface Completion {
  readonly kind: 'completion';
  /** The answer, with reasoning (`<think>…</think>` or a field of its own) taken out. */
  readonly text: string;
  readonly reasoning: string;
  /** `stop`: it ended by itself. `length`: it ran into `maxTokens`. `filter`: the endpoint withheld it. */
  readonly finish: 'stop' | 'length' | 'filter';
  readonly usage: Usage;
  /** False when the endpoint told no usage and it was estimated from the text. */
  readonly usageReported: boolean;
  /** What the endpoint says that it billed for this sample, in US dollars, where it tells. */
  readonly billedUsd?: number | undefined;
  readonly timing: { readonly firstTokenMs: number; readonly totalMs: number };
  /** The parsed and validated reply, where `request.reply` asked for one and the answer fits it. */
  readonly value?: unknown;
}

export type ModelErrorKind =
  /** 429: too many requests at once; `retryAfterMs` and `concurrencyLimit` where the endpoint tells them. */
  | 'rate-limit'
  /** 429 or 402 that no waiting mends today. */
  | 'quota'
  /** 5xx. */
  | 'server'
  /** Refused, reset, closed early or malformed on the wire. */
  | 'connection'
  /** A deadline that the user set ran out. */
  | 'timeout'
  /** 400, 413, 422: the endpoint refuses this request. */
  | 'invalid-request'
  /** 401, 403. */
  | 'auth'
  /** 404: no such model or path. */
  | 'not-found';

export interface ModelErrorDetail {
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  /** How many requests the endpoint says that it takes at once. */
  readonly concurrencyLimit?: number | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Why a call failed, in the terms that retry, limit and report need. Messages never hold credentials. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly kind: ModelErrorKind;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly concurrencyLimit: number | undefined;
  readonly hint: string | undefined;

  constructor(kind: ModelErrorKind, message: string, detail: ModelErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.kind = kind;
    this.status = detail.status;
    this.retryAfterMs = detail.retryAfterMs;
    this.concurrencyLimit = detail.concurrencyLimit;
    this.hint = detail.hint;
  }

  /** True for what every further call would run into as well. */
  get fatal(): boolean {
    return this.kind === 'quota' || this.kind === 'auth' || this.kind === 'not-found';
  }

  get retryable(): boolean {
    return (
      this.kind === 'rate-limit' || this.kind === 'server' || this.kind === 'connection' || this.kind === 'timeout'
    );
  }
}
