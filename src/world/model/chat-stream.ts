import { estimateTokenCount } from 'tokenx';
import { joinReasoning, splitReasoning } from '../../core/reasoning.ts';
import type { Usage } from '../../core/learning/rollout.ts';
import type { EndpointContext } from './endpoint-error.ts';
import { brokenAnswer, streamError } from './endpoint-error.ts';
import type { Completion, Message } from './model.ts';

/** A chunk of a chat-completions stream, or a whole answer, as vendors send it; read leniently. */
export interface ChatChunk {
  readonly choices?: readonly ChunkChoice[] | null;
  readonly usage?: ChunkUsage | null;
}

interface ChunkChoice {
  readonly index?: number;
  readonly delta?: ChunkDelta | null;
  /** Stands in place of `delta` when a server does not stream. */
  readonly message?: ChunkDelta | null;
  readonly finish_reason?: string | null;
}

interface ChunkDelta {
  readonly content?: unknown;
  /** DeepSeek, SGLang, llama.cpp, older vLLM. */
  readonly reasoning_content?: unknown;
  /** OpenRouter, newer vLLM. */
  readonly reasoning?: unknown;
  readonly refusal?: unknown;
}

interface ChunkUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  /** DeepSeek. */
  readonly prompt_cache_hit_tokens?: unknown;
}

interface Choice {
  content: string;
  reasoning: string;
  refused: boolean;
  finish: string | undefined;
  firstTokenMs: number | undefined;
  totalMs: number;
}

export interface GatherOptions {
  readonly context: EndpointContext;
  /** Choices that were asked for. */
  readonly count: number;
  /** Milliseconds since the call began. */
  readonly elapsed: () => number;
  readonly onFirstToken?: ((milliseconds: number) => void) | undefined;
  /** Called once a choice, at its end: its slot is free while the others still run. */
  readonly onSampleEnd?: (() => void) | undefined;
}

/** Gathers the chunks of one call into its choices. */
export class ChatGathering {
  readonly #options: GatherOptions;
  readonly #choices: Choice[] = [];
  #usage: Usage | undefined;

  constructor(options: GatherOptions) {
    this.#options = options;
  }

  /** @throws ModelError when the chunk says that the answer was broken off */
  take(chunk: ChatChunk): void {
    if (chunk.usage !== undefined && chunk.usage !== null) this.#usage = usageOf(chunk.usage) ?? this.#usage;
    for (const part of chunk.choices ?? []) this.#takeChoice(part);
  }

  #takeChoice(part: ChunkChoice): void {
    const index = part.index ?? 0;
    if (index < 0 || index >= this.#options.count) return;
    const choice = (this.#choices[index] ??= {
      content: '',
      reasoning: '',
      refused: false,
      finish: undefined,
      firstTokenMs: undefined,
      totalMs: 0,
    });
    const delta = part.delta ?? part.message;
    if (delta !== undefined && delta !== null) this.#takeDelta(choice, delta);
    if (part.finish_reason !== undefined && part.finish_reason !== null && part.finish_reason !== '') {
      const first = choice.finish === undefined;
      choice.finish = part.finish_reason;
      choice.totalMs = this.#options.elapsed();
      refuseBroken(part.finish_reason, this.#options.context);
      if (first) this.#options.onSampleEnd?.();
    }
  }

  #takeDelta(choice: Choice, delta: ChunkDelta): void {
    const { content, thinking } = contentOf(delta.content);
    const reasoning = thinking + (textOf(delta.reasoning_content) || textOf(delta.reasoning));
    const refusal = textOf(delta.refusal);
    choice.content += content + refusal;
    choice.reasoning += reasoning;
    choice.refused ||= refusal !== '';
    if (choice.firstTokenMs === undefined && (content !== '' || reasoning !== '' || refusal !== '')) {
      choice.firstTokenMs = this.#options.elapsed();
      this.#options.onFirstToken?.(choice.firstTokenMs);
    }
  }

  /** Whether every choice that began has ended, and at least one has. */
  get complete(): boolean {
    const begun = this.#choices.filter((choice) => choice !== undefined);
    return begun.length > 0 && begun.every((choice) => choice.finish !== undefined);
  }

  /**
   * The completions, by the index of their choice; fewer than asked for when the endpoint sent fewer.
   *
   * @throws ModelError `connection` when a choice did not end: half an answer is never taken for a whole one
   */
  completions(messages: readonly Message[]): readonly (Completion | undefined)[] {
    if (!this.complete) throw brokenAnswer('ended its answer early', this.#options.context);
    const usages = shareUsage(this.#usage, this.#choices, messages);
    return Array.from({ length: this.#options.count }, (_, index) => {
      const choice = this.#choices[index];
      const usage = usages[index];
      return choice === undefined || usage === undefined
        ? undefined
        : completionOf(choice, usage, this.#usage !== undefined);
    });
  }
}

function completionOf(choice: Choice, usage: Usage, usageReported: boolean): Completion {
  const spoken = splitReasoning(choice.content);
  return {
    kind: 'completion',
    text: spoken.text,
    reasoning: joinReasoning([choice.reasoning, spoken.reasoning]),
    finish: choice.refused ? 'filter' : finishOf(choice.finish ?? 'stop'),
    usage,
    usageReported,
    timing: { firstTokenMs: choice.firstTokenMs ?? choice.totalMs, totalMs: choice.totalMs },
  };
}

/** Whatever else an endpoint calls it, a choice that ended without a fault ended by itself. */
export function finishOf(reason: string): Completion['finish'] {
  if (/^(?:length|max_tokens|max_output_tokens|model_length)$/i.test(reason)) return 'length';
  if (/filter|safety|refusal|blocklist|prohibited|recitation/i.test(reason)) return 'filter';
  return 'stop';
}

/** Reasons that mean that the server gave up: OpenRouter's `error`, vLLM's and SGLang's `abort`, DeepSeek's lack of resources. */
function refuseBroken(reason: string, context: EndpointContext): void {
  if (/^(?:error|abort|aborted|cancelled|insufficient_system_resource)$/i.test(reason)) {
    throw streamError({ message: `it finished with the reason "${reason}"`, code: 500 }, context);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Content is a string, or a list of parts where Mistral sets `thinking` apart. */
function contentOf(content: unknown): { readonly content: string; readonly thinking: string } {
  if (!Array.isArray(content)) return { content: textOf(content), thinking: '' };
  let text = '';
  let thinking = '';
  for (const part of content as readonly unknown[]) {
    if (typeof part !== 'object' || part === null) continue;
    text += textOf(Reflect.get(part, 'text'));
    const thought: unknown = Reflect.get(part, 'thinking');
    thinking += Array.isArray(thought) ? contentOf(thought).content : textOf(thought);
  }
  return { content: text, thinking };
}

/** Undefined when the numbers cannot be: then they are estimated. */
function usageOf(usage: ChunkUsage): Usage | undefined {
  const promptTokens = countOf(usage.prompt_tokens);
  const completionTokens = countOf(usage.completion_tokens);
  if (promptTokens === undefined || completionTokens === undefined || promptTokens + completionTokens === 0) {
    return undefined;
  }
  const cached = Math.max(
    countOf(usage.prompt_tokens_details?.cached_tokens) ?? 0,
    countOf(usage.prompt_cache_hit_tokens) ?? 0,
  );
  return { promptTokens, cachedTokens: Math.min(cached, promptTokens), completionTokens };
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Estimates the tokens of a prompt from its text; images are not counted. */
export function estimatePrompt(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + estimateTokenCount(message.content) + 4, 0);
}

/**
 * Usage is told once a call. Each choice gets an even part of the prompt and its part of the completion by length, so
 * that the parts add up to what was told exactly.
 */
function shareUsage(
  told: Usage | undefined,
  choices: readonly (Choice | undefined)[],
  messages: readonly Message[],
): readonly Usage[] {
  // A choice that said nothing still has a token or two.
  const lengths = Array.from(choices, (choice) =>
    choice === undefined ? 0 : 1 + choice.content.length + choice.reasoning.length,
  );
  const present = lengths.map((length) => Math.min(length, 1));
  const whole = told ?? estimateUsage(choices, messages);
  const prompts = apportion(whole.promptTokens, present);
  const cached = apportion(whole.cachedTokens, present);
  const completions = apportion(whole.completionTokens, lengths);
  return prompts.map((promptTokens, index) => ({
    promptTokens,
    cachedTokens: Math.min(cached[index] ?? 0, promptTokens),
    completionTokens: completions[index] ?? 0,
  }));
}

function estimateUsage(choices: readonly (Choice | undefined)[], messages: readonly Message[]): Usage {
  const said = Array.from(choices, (choice) => (choice === undefined ? '' : `${choice.reasoning}\n${choice.content}`));
  const completionTokens = said.reduce((sum, text) => sum + estimateTokenCount(text), 0);
  return { promptTokens: estimatePrompt(messages), cachedTokens: 0, completionTokens };
}

/** Divides a whole number by weights so that the parts add up to it. */
function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((left, right) => left + right, 0);
  let weight = 0;
  let given = 0;
  return weights.map((part) => {
    weight += part;
    const upTo = sum === 0 ? 0 : Math.round((total * weight) / sum);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}
