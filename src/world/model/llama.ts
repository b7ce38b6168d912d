import { basename } from 'node:path';
import type { ZodType } from 'zod';
import { ZooError, messageOf } from '../../core/error.ts';
import { type Spoken, joinReasoning, splitReasoning } from '../../core/reasoning.ts';
import { grammarSchema } from './llama/grammar.ts';
import {
  type ChatItem,
  type ChatResponse,
  type LlamaGrammar,
  type LlamaSequence,
  type TokenMeterState,
  findLlamaLibrary,
} from './llama/library.ts';
import { type LoadedLlama, findFile, isRemote, loadLlama } from './llama/load.ts';
import { type SequencePool, sequencePool } from './llama/sequences.ts';
import { together } from './llama/together.ts';
import { untilAborted } from './llama/until-aborted.ts';
import {
  type Completion,
  type GenerateOptions,
  type Message,
  type Model,
  ModelError,
  type ModelRequest,
  type SampleIdentity,
} from './model.ts';

export interface LlamaOptions {
  /** Path of a GGUF file, `hf:owner/repo/file.gguf` or `hf:owner/repo:quant` (follows HF_ENDPOINT and HF_TOKEN). */
  readonly model: string;
  /** Completions at once, 1 or more; 4 unless given. More wait for their turn, so give `--concurrency` here. */
  readonly sequences?: number | undefined;
  /**
   * Tokens of prompt and completion together at most; 32768 unless given. Never more than the model was trained on, and
   * fewer where memory does not allow it.
   */
  readonly contextSize?: number | undefined;
  /** `auto` (the default) uses a GPU where node-llama-cpp finds one and has its binary. */
  readonly gpu?: 'auto' | false | undefined;
  /** CPU threads; all cores but one unless given. */
  readonly threads?: number | undefined;
  /** Where node-llama-cpp is installed (ZOO_LLAMA_MODULE); as Node resolves it from zoo unless given. */
  readonly library?: string | undefined;
  /** Where downloaded models are kept; `~/.node-llama-cpp/models` unless given. */
  readonly modelsFolder?: string | undefined;
  readonly onDownload?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  /** A deadline for each call, waiting for a sequence counted, loading the model not. */
  readonly timeoutMs?: number | undefined;
}

export interface LlamaModel extends Model {
  /** Frees the model. Completions in flight fail. */
  close(): Promise<void>;
}

/**
 * A model that runs inside this process, by llama.cpp through the optional peer node-llama-cpp. It is loaded at the
 * first request. Left-out sampling is the library's: greedy without a temperature, top-k 40 and top-p 0.95 with one.
 *
 * The same seed gives the same completion as long as the context is used the same way; llama.cpp does not promise
 * equal floating-point results for differently filled batches.
 *
 * `generate` throws ZooErrors for what must be mended before any call can work (`llama-not-installed`,
 * `llama-unusable`, `llama-model-not-found`, `llama-model-unusable`) and ModelErrors for single calls.
 */
export function llamaModel(options: LlamaOptions): LlamaModel {
  let loading: Promise<Engine> | undefined;
  let closed = false;
  const identity = {
    provider: 'llama',
    model: isRemote(options.model) ? options.model : basename(options.model),
    endpoint: options.model,
  };

  async function start(): Promise<Engine> {
    if (closed) throw new ZooError('llama-closed', `The model ${identity.model} was closed`);
    loading ??= startEngine(options);
    try {
      return await loading;
    } catch (thrown) {
      loading = undefined;
      throw thrown;
    }
  }

  return {
    identity,
    async generate(request, generateOptions = {}) {
      const engine = await untilAborted(start(), generateOptions.signal);
      const asked = performance.now();
      const prompt = preparePrompt(engine, request);
      const grammar = request.reply === undefined ? undefined : await engine.grammarFor(request.reply.schema);
      const deadline = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
      const signals = [generateOptions.signal, deadline].filter((signal) => signal !== undefined);
      try {
        return await together(request.samples, signals, (sample, signal) =>
          complete(engine, { request, prompt, grammar, sample, asked, options: { ...generateOptions, signal } }),
        );
      } catch (thrown) {
        generateOptions.signal?.throwIfAborted();
        if (deadline?.aborted === true) throw late(options.timeoutMs ?? 0);
        throw thrown;
      }
    },
    async close() {
      closed = true;
      const engine = await loading?.catch(() => undefined);
      loading = undefined;
      await engine?.loaded.llama.dispose();
    },
  };
}

/**
 * Looks whether a model could be loaded, without loading anything or asking a hub.
 *
 * @throws ZooError `llama-not-installed` or `llama-model-not-found`
 */
export async function checkLlama({ model, library }: Pick<LlamaOptions, 'model' | 'library'>): Promise<void> {
  findLlamaLibrary(library);
  if (!isRemote(model)) await findFile(model);
}

interface Engine {
  readonly loaded: LoadedLlama;
  readonly pool: SequencePool;
  /** The grammar of a schema, or undefined where none expresses it. */
  grammarFor(schema: ZodType): Promise<LlamaGrammar | undefined>;
}

async function startEngine(options: LlamaOptions): Promise<Engine> {
  const loaded = await loadLlama({
    model: options.model,
    library: options.library,
    modelsFolder: options.modelsFolder,
    gpu: options.gpu ?? 'auto',
    sequences: options.sequences ?? 4,
    contextSize: options.contextSize ?? 32_768,
    threads: options.threads,
    onDownload: options.onDownload,
  });
  const grammars = new WeakMap<ZodType, Promise<LlamaGrammar | undefined>>();
  return {
    loaded,
    pool: sequencePool(loaded.sequences),
    grammarFor(schema) {
      const known = grammars.get(schema);
      if (known !== undefined) return known;
      const json = grammarSchema(schema);
      const made = json === undefined ? Promise.resolve(undefined) : loaded.llama.createGrammarForJsonSchema(json);
      grammars.set(schema, made);
      return made;
    },
  };
}

interface Prompt {
  readonly history: readonly ChatItem[];
  readonly tokens: readonly number[];
  /** Completion tokens that fit. */
  readonly room: number;
}

function preparePrompt({ loaded }: Engine, { messages, sampling }: ModelRequest): Prompt {
  const history: readonly ChatItem[] = [...messages.map(chatItem), { type: 'model', response: [] }];
  const { contextText } = loaded.chatWrapper.generateContextState({ chatHistory: history });
  const tokens = contextText.tokenize(loaded.weights.tokenizer);
  // The library keeps one cell free, and would forget messages to make room when it runs out: leave it enough.
  const room = loaded.contextSize - tokens.length - 2;
  if (room < 1) throw overflow(tokens.length, loaded.contextSize);
  return { history, tokens, room: Math.min(room, sampling.maxTokens ?? room) };
}

function overflow(tokens: number, contextSize: number): ModelError {
  return new ModelError(
    'invalid-request',
    `The prompt has ${tokens} tokens and the model's context holds ${contextSize}, completion counted`,
    {
      hint:
        'Raise --context-tokens (ZOO_CONTEXT_TOKENS) as far as the model goes, cap the library in the prompt with ' +
        '--library-tokens (ZOO_LIBRARY_TOKENS), or take a model with a longer context.',
    },
  );
}

function chatItem({ role, content, images }: Message): ChatItem {
  if (images !== undefined && images.length > 0) {
    throw new ModelError('invalid-request', 'The embedded llama.cpp takes no images', {
      hint: 'Use an endpoint with a vision model for problems with images (--provider, ZOO_PROVIDER).',
    });
  }
  return role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content };
}

interface Draw {
  readonly request: ModelRequest;
  readonly prompt: Prompt;
  readonly grammar: LlamaGrammar | undefined;
  readonly sample: SampleIdentity;
  /** When the call came in, so that waiting for a sequence counts. */
  readonly asked: number;
  readonly options: GenerateOptions;
}

async function complete({ loaded, pool }: Engine, draw: Draw): Promise<Completion> {
  const { prompt, options } = draw;
  const completion = await pool.run(prompt.tokens, options.signal, (sequence) => generateOn(sequence, loaded, draw));
  options.onSampleEnd?.();
  return completion;
}

async function generateOn(sequence: LlamaSequence, loaded: LoadedLlama, draw: Draw): Promise<Completion> {
  const { prompt, asked, options } = draw;
  const chat = new loaded.library.LlamaChat({ contextSequence: sequence, chatWrapper: loaded.chatWrapper });
  const before = sequence.tokenMeter.getState();
  let firstTokenMs: number | undefined;
  let shifted = false;
  try {
    const response = await chat.generateResponse(prompt.history, {
      ...samplingOptions(draw),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      contextShift: {
        size: 1,
        strategy: ({ chatHistory }) => {
          shifted = true;
          return { chatHistory };
        },
      },
      onResponseChunk: () => {
        if (firstTokenMs !== undefined) return;
        firstTokenMs = performance.now() - asked;
        options.onFirstToken?.(firstTokenMs);
      },
    });
    if (shifted) throw overflow(prompt.tokens.length, loaded.contextSize);
    const totalMs = performance.now() - asked;
    return {
      kind: 'completion',
      ...spoken(response),
      finish: response.metadata.stopReason === 'maxTokens' ? 'length' : 'stop',
      usage: usageBetween(before, sequence.tokenMeter.getState(), prompt),
      usageReported: true,
      timing: { firstTokenMs: firstTokenMs ?? totalMs, totalMs },
    };
  } catch (thrown) {
    throw asModelError(thrown, options.signal);
  } finally {
    chat.dispose();
  }
}

function samplingOptions({ request, prompt, grammar, sample }: Draw) {
  const { temperature, topP, topK, stop } = request.sampling;
  return {
    maxTokens: prompt.room,
    seed: sample.seed,
    // The library punishes repetition unless told otherwise, and no other endpoint does.
    repeatPenalty: false,
    budgets: { thoughtTokens: Infinity, commentTokens: Infinity },
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(stop === undefined || stop.length === 0 ? {} : { customStopTriggers: stop }),
    ...(grammar === undefined ? {} : { grammar }),
  } as const;
}

/** The library sets thoughts apart for chat templates that it knows to have them; for all others the tags tell. */
function spoken({ fullResponse }: ChatResponse): Spoken {
  const thoughts = fullResponse.flatMap((part) =>
    typeof part !== 'string' && part.segmentType === 'thought' ? [part.text] : [],
  );
  const { text, reasoning } = splitReasoning(fullResponse.filter((part) => typeof part === 'string').join(''));
  return { text, reasoning: joinReasoning([...thoughts, reasoning]) };
}

/** The library counts all evaluated prompt tokens but the last as input; what it did not evaluate it had cached. */
function usageBetween(before: TokenMeterState, after: TokenMeterState, { tokens }: Prompt): Completion['usage'] {
  const evaluated = after.usedInputTokens - before.usedInputTokens + 1;
  return {
    promptTokens: tokens.length,
    cachedTokens: Math.max(0, tokens.length - evaluated),
    completionTokens: after.usedOutputTokens - before.usedOutputTokens,
  };
}

function asModelError(thrown: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true || thrown instanceof ModelError) return signal?.reason ?? thrown;
  return new ModelError('server', `llama.cpp failed: ${messageOf(thrown)}`, { cause: thrown });
}

function late(timeoutMs: number): ModelError {
  return new ModelError('timeout', `No completion within ${timeoutMs} ms`, {
    hint: 'Allow more time with --timeout (ZOO_TIMEOUT), or ask for less at once with --concurrency.',
  });
}
