import { Ollama } from 'ollama/browser';
import type { ChatRequest, ChatResponse, Options } from 'ollama/browser';
import { estimateTokenCount } from 'tokenx';
import { joinReasoning, splitReasoning } from '../../core/reasoning.ts';
import { estimatePrompt, finishOf } from './chat-stream.ts';
import type { EndpointConnection } from './endpoint-connection.ts';
import { connectEndpoint } from './endpoint-connection.ts';
import type { EndpointContext } from './endpoint-error.ts';
import { brokenAnswer, deadlineError, refusalOf, streamError, transportError } from './endpoint-error.ts';
import type { EndpointMemory } from './endpoint-memory.ts';
import { endpointKey } from './endpoint-memory.ts';
import type { Completion, GenerateOptions, Message, Model, ModelRequest } from './model.ts';
import { ModelError } from './model.ts';
import { replySchema } from './reply-schema.ts';

export interface OllamaOptions {
  /** Such as `http://127.0.0.1:11434`; a `/v1` at its end is taken off. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly model: string;
  /** Connections at once, the user's concurrency; null sets no limit. */
  readonly connections: number | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs?: number | undefined;
  /** Whether, or how hard, the model is to think before it answers; left to the model unless given. */
  readonly think?: boolean | 'low' | 'medium' | 'high' | undefined;
  /** Size of the context in tokens (`num_ctx`). Ollama cuts prompts that do not fit without a word. */
  readonly contextTokens?: number | undefined;
  readonly memory: EndpointMemory;
  readonly notice?: ((message: string) => void) | undefined;
}

/** A model that Ollama serves, by its own protocol. It draws every sample by a call of its own. */
export function ollamaModel(options: OllamaOptions): Model {
  const connection = connectEndpoint({
    ...options,
    provider: 'ollama',
    baseUrl: options.baseUrl.replace(/\/v1\/?$/, ''),
  });
  const { context } = connection;
  const key = endpointKey(context.endpoint, options.model);
  const thinks = () => options.think !== undefined && !(options.memory.recall(key).omitted ?? []).includes('think');

  async function draw(request: ModelRequest, call: GenerateOptions): Promise<Completion> {
    try {
      return await ask(connection, chatRequest(request, options, thinks()), request, call, options.timeoutMs);
    } catch (thrown) {
      const refused = thrown instanceof ModelError && /does not support thinking/i.test(refusalOf(thrown));
      if (!refused || !thinks()) throw thrown;
      options.memory.learn(key, { omitted: [...(options.memory.recall(key).omitted ?? []), 'think'] });
      options.notice?.(`${options.model} cannot think before it answers: \`think\` is left out from now on.`);
      return await ask(connection, chatRequest(request, options, false), request, call, options.timeoutMs);
    }
  }

  return {
    identity: { provider: 'ollama', model: options.model, endpoint: context.endpoint },
    generate: (request, call = {}) =>
      Promise.all(request.samples.map((sample) => draw({ ...request, samples: [sample] }, call))),
  };
}

type StreamedRequest = ChatRequest & { stream: true };

function chatRequest(request: ModelRequest, options: OllamaOptions, think: boolean): StreamedRequest {
  const { sampling } = request;
  const wanted: { [Name in keyof Options]?: Options[Name] | undefined } = {
    seed: request.samples[0]?.seed,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    num_predict: sampling.maxTokens,
    num_ctx: options.contextTokens,
    stop: sampling.stop === undefined ? undefined : [...sampling.stop],
  };
  return {
    model: options.model,
    messages: request.messages.map(ollamaMessage),
    stream: true,
    options: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
    ...(request.reply === undefined ? {} : { format: replySchema(request.reply.schema).schema }),
    ...(think && options.think !== undefined ? { think: options.think } : {}),
  };
}

/** Ollama takes images as bare base64. */
function ollamaMessage(message: Message) {
  const images = (message.images ?? []).map((image) => {
    const data = /^data:[^,]*;base64,(.*)$/s.exec(image)?.[1];
    if (data !== undefined) return data;
    throw new ModelError('invalid-request', 'Ollama takes no addresses of images', {
      hint: 'Give images as data URIs (data:image/png;base64,…).',
    });
  });
  return { role: message.role, content: message.content, ...(images.length === 0 ? {} : { images }) };
}

async function ask(
  connection: EndpointConnection,
  body: StreamedRequest,
  request: ModelRequest,
  call: GenerateOptions,
  timeoutMs: number | undefined,
): Promise<Completion> {
  const { context } = connection;
  const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const signals = [call.signal, deadline].filter((signal) => signal !== undefined);
  try {
    return await gather(clientFor(connection, AbortSignal.any(signals)), body, request, call, context);
  } catch (thrown) {
    call.signal?.throwIfAborted();
    if (deadline?.aborted === true) throw deadlineError(timeoutMs ?? 0, context);
    throw transportError(thrown, context);
  }
}

async function gather(
  client: Ollama,
  body: StreamedRequest,
  request: ModelRequest,
  call: GenerateOptions,
  context: EndpointContext,
): Promise<Completion> {
  const started = performance.now();
  let content = '';
  let thinking = '';
  let firstTokenMs: number | undefined;
  for await (const chunk of await client.chat(body)) {
    content += chunk.message?.content ?? '';
    thinking += chunk.message?.thinking ?? '';
    if (firstTokenMs === undefined && content + thinking !== '') {
      firstTokenMs = performance.now() - started;
      call.onFirstToken?.(firstTokenMs);
    }
    if (chunk.done) {
      const spoken = splitReasoning(content);
      const totalMs = performance.now() - started;
      return {
        kind: 'completion',
        text: spoken.text,
        reasoning: joinReasoning([thinking, spoken.reasoning]),
        finish: finishOf(chunk.done_reason ?? 'stop'),
        ...usageOf(chunk, request, content + thinking),
        timing: { firstTokenMs: firstTokenMs ?? totalMs, totalMs },
      };
    }
  }
  throw brokenAnswer('ended its answer early', context);
}

/** Ollama tells what it evaluated; versions that found the whole prompt in their cache leave its count out. */
function usageOf(
  chunk: ChatResponse,
  request: ModelRequest,
  said: string,
): Pick<Completion, 'usage' | 'usageReported'> {
  const told = { prompt: count(chunk.prompt_eval_count), completion: count(chunk.eval_count) };
  return {
    usage: {
      promptTokens: told.prompt ?? estimatePrompt(request.messages),
      cachedTokens: 0,
      completionTokens: told.completion ?? estimateTokenCount(said),
    },
    usageReported: told.prompt !== undefined && told.completion !== undefined,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** A client of its own for each call, because the package's aborts reach all calls of a client. */
function clientFor(connection: EndpointConnection, signal: AbortSignal): Ollama {
  const abortable = async (url: string | URL | Request, init?: RequestInit) => {
    const response = await connection.fetch(url, { ...init, signal });
    return new Response(response.body?.pipeThrough(checkedLines(connection.context)) ?? null, response);
  };
  return new Ollama({ host: connection.context.endpoint, headers: { ...connection.headers }, fetch: abortable });
}

/** The package prints lines that are not JSON and goes on without them: here they are the fault that they are. */
function checkedLines(context: EndpointContext): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = '';
  const checked = (line: string) => {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object');
    if ('error' in value) throw streamError(value.error, context);
    return encoder.encode(`${line}\n`);
  };
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') controller.enqueue(checked(line));
    },
    flush(controller) {
      rest += decoder.decode();
      if (rest.trim() !== '') controller.enqueue(checked(rest));
    },
  });
}
