import { chatCompletionStream } from '@huggingface/inference';
import type { ChatBody, ChatDialect } from './chat-request.ts';
import { chatBody } from './chat-request.ts';
import { ChatGathering } from './chat-stream.ts';
import type { EndpointConnection } from './endpoint-connection.ts';
import { connectEndpoint } from './endpoint-connection.ts';
import { brokenAnswer, deadlineError, streamError, transportError } from './endpoint-error.ts';
import type { EndpointMemory } from './endpoint-memory.ts';
import { endpointKey } from './endpoint-memory.ts';
import type { Completion, GenerateOptions, Model, ModelRequest } from './model.ts';
import { ModelError } from './model.ts';
import { negotiate } from './negotiate.ts';

export interface HuggingFaceOptions {
  /** A token with the permission to call inference providers (`hf_…`). */
  readonly apiKey?: string | undefined;
  /** Such as `openai/gpt-oss-20b`, or `openai/gpt-oss-20b:groq` to name who serves it. */
  readonly model: string;
  /** A dedicated endpoint or one's own text-generation-inference server; the router of Hugging Face unless given. */
  readonly endpointUrl?: string | undefined;
  readonly connections: number | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs?: number | undefined;
  readonly memory: EndpointMemory;
  readonly notice?: ((message: string) => void) | undefined;
}

const router = 'https://router.huggingface.co/v1';

/** A model behind Hugging Face's router of inference providers, or behind an endpoint of one's own there. */
export function huggingFaceModel(options: HuggingFaceOptions): Model {
  if (options.endpointUrl === undefined && options.apiKey?.startsWith('hf_') !== true) {
    throw new ModelError('auth', 'The router of Hugging Face needs a token of Hugging Face', {
      hint: 'Make one at https://huggingface.co/settings/tokens and set HF_TOKEN, or give it with --api-key (ZOO_API_KEY).',
    });
  }
  const connection = connectEndpoint({
    ...options,
    provider: 'huggingface',
    baseUrl: options.endpointUrl ?? router,
  });
  const { context } = connection;
  const key = endpointKey(context.endpoint, options.model);
  const dialect: ChatDialect = { model: options.model, topK: options.endpointUrl !== undefined, promptCacheKey: false };

  const draw = (request: ModelRequest, call: GenerateOptions) =>
    negotiate({ memory: options.memory, key, notice: options.notice }, async (facts, sent) => {
      const body = chatBody(request, facts, dialect);
      sent(body);
      return await ask(connection, body, { request, call, options });
    });

  return {
    identity: { provider: 'huggingface', model: options.model, endpoint: context.endpoint },
    generate: (request, call = {}) =>
      Promise.all(request.samples.map((sample) => draw({ ...request, samples: [sample] }, call))),
  };
}

interface Question {
  readonly request: ModelRequest;
  readonly call: GenerateOptions;
  readonly options: HuggingFaceOptions;
}

async function ask(connection: EndpointConnection, body: ChatBody, question: Question): Promise<Completion> {
  const { request, call, options } = question;
  const { context } = connection;
  const deadline = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
  const signals = [call.signal, deadline].filter((signal) => signal !== undefined);
  const started = performance.now();
  const gathering = new ChatGathering({
    context,
    count: 1,
    elapsed: () => performance.now() - started,
    onFirstToken: call.onFirstToken,
  });
  try {
    const chunks = chatCompletionStream(
      {
        ...(body as unknown as Parameters<typeof chatCompletionStream>[0]),
        ...(options.apiKey === undefined ? {} : { accessToken: options.apiKey }),
        ...(options.endpointUrl === undefined ? { provider: 'auto' as const } : { endpointUrl: context.endpoint }),
      },
      // Retries are the business of the wrapper that counts them.
      { retry_on_error: false, signal: AbortSignal.any(signals), fetch: withHeaders(connection, options.headers) },
    );
    for await (const chunk of chunks) gathering.take(chunk);
  } catch (thrown) {
    call.signal?.throwIfAborted();
    if (deadline?.aborted === true) throw deadlineError(options.timeoutMs ?? 0, context);
    const told = payloadOf(thrown);
    if (told !== undefined) throw streamError(told, context);
    const error = transportError(thrown, context);
    if (error.kind !== 'connection' || !gathering.complete) throw error;
  }
  const [completion] = gathering.completions(request.messages);
  if (completion === undefined) throw brokenAnswer('sent no choice', context);
  return completion;
}

/** What an error event inside of the stream said; the package keeps it with the request, which holds the prompt. */
function payloadOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('httpResponse' in thrown)) return undefined;
  const { httpResponse } = thrown;
  const body: unknown =
    typeof httpResponse === 'object' && httpResponse !== null ? Reflect.get(httpResponse, 'body') : '';
  if (typeof body === 'object' && body !== null) return Reflect.get(body, 'error') ?? body;
  return thrown.message;
}

function withHeaders(connection: EndpointConnection, headers: HuggingFaceOptions['headers']): typeof fetch {
  if (headers === undefined) return connection.fetch;
  return (url, init) =>
    connection.fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), ...headers } });
}
