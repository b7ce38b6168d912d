import { createParser } from 'eventsource-parser';
import type { Failure } from '../../core/learning/outcome.ts';
import type { ChatBody, ChatDialect } from './chat-request.ts';
import { chatBody } from './chat-request.ts';
import type { ChatChunk } from './chat-stream.ts';
import { ChatGathering } from './chat-stream.ts';
import { eitherSignal } from './either-signal.ts';
import { connectEndpoint } from './endpoint-connection.ts';
import type { EndpointContext } from './endpoint-error.ts';
import { deadlineError, streamError, transportError } from './endpoint-error.ts';
import type { EndpointFacts, EndpointMemory } from './endpoint-memory.ts';
import { endpointKey } from './endpoint-memory.ts';
import { followSignal } from './follow-signal.ts';
import type { Completion, GenerateOptions, Model, ModelRequest, Sampled } from './model.ts';
import { ModelError } from './model.ts';
import { negotiate } from './negotiate.ts';
import { oneAtFirst } from './one-at-first.ts';
import { OpenAiClient } from './openai-client.ts';

export interface OpenAiOptions {
  /** What the endpoint is called in messages and accounts: `openai`, `vllm`, `sim`, … */
  readonly provider: string;
  /** Such as `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly model: string;
  /** Connections at once, the user's concurrency; null sets no limit. */
  readonly connections: number | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A deadline for each call, only where the user set one. */
  readonly timeoutMs?: number | undefined;
  readonly memory: EndpointMemory;
  /** Told once for each parameter that the endpoint refuses and that is left out from then on. */
  readonly notice?: ((message: string) => void) | undefined;
}

/**
 * Any server that speaks OpenAI's chat completions: OpenAI, vLLM, SGLang, llama.cpp server, LM Studio, OpenRouter,
 * DeepSeek and the simulator. It always streams. What an endpoint takes (`n`, `response_format`, `top_k`, …) is found
 * out from what it refuses, and remembered.
 */
export function openaiModel(options: OpenAiOptions): Model {
  const connection = connectEndpoint(options);
  const { context } = connection;
  const key = endpointKey(context.endpoint, options.model);
  const official = new URL(context.endpoint).hostname === 'api.openai.com';
  const dialect: ChatDialect = { model: options.model, topK: !official, promptCacheKey: official };
  const client = new OpenAiClient(connection);
  const knowsGroups = () => options.memory.recall(key).groups;
  const gate = oneAtFirst();

  async function draw(request: ModelRequest, call: GenerateOptions, opened: () => void): Promise<readonly Sampled[]> {
    try {
      return await negotiate({ memory: options.memory, key, notice: options.notice }, async (facts, sent) => {
        const body = chatBody(request, facts, dialect);
        sent(body);
        const gathered = await ask(client, { body, request, call, context, opened, timeoutMs: options.timeoutMs });
        return request.samples.length === 1 ? [whole(gathered[0], context)] : group(gathered, request, facts);
      });
    } catch (thrown) {
      const refused = thrown instanceof ModelError && request.samples.length > 1 && knowsGroups() === false;
      if (!refused) throw thrown;
      return request.samples.map(() => undrawn('group-refused', thrown.message));
    }
  }

  /** Learns from how many choices came whether groups are possible; siblings are drawn again where they are not. */
  function group(gathered: Gathered, request: ModelRequest, facts: EndpointFacts): readonly Sampled[] {
    const missing = gathered.some((completion) => completion === undefined);
    const repeated = facts.groups === undefined && !missing && isRepeated(gathered, request);
    const groups = !missing && !repeated;
    if (facts.groups !== groups) options.memory.learn(key, { groups });
    return gathered.map((completion, index) => {
      if (completion === undefined) return undrawn('choice-missing', 'The endpoint sent fewer choices than asked for.');
      if (repeated && index > 0) return undrawn('choice-repeated', 'The endpoint sent the same choice several times.');
      return completion;
    });
  }

  return {
    identity: { provider: options.provider, model: options.model, endpoint: context.endpoint },
    takesGroups: knowsGroups,
    generate: async (request, call = {}) => {
      if (request.samples.length === 1) return await draw(request, call, () => {});
      const untried = knowsGroups() === undefined;
      const pass = untried ? await gate.enter() : undefined;
      try {
        if (knowsGroups() !== false) return await draw(request, call, pass?.open ?? (() => {}));
      } finally {
        pass?.leave();
      }
      // Another group found out meanwhile: `siblings` draws this one singly, so that the journal keeps each by itself.
      if (untried) return request.samples.map(() => undrawn('group-refused', 'The endpoint takes one sample a call.'));
      const singles = request.samples.map((sample) => draw({ ...request, samples: [sample] }, call, () => {}));
      return (await Promise.all(singles)).flat();
    },
  };
}

type Gathered = readonly (Completion | undefined)[];

interface Question {
  readonly body: ChatBody;
  readonly request: ModelRequest;
  readonly call: GenerateOptions;
  readonly context: EndpointContext;
  /** Called when the endpoint has taken the request. */
  readonly opened: () => void;
  readonly timeoutMs: number | undefined;
}

async function ask(client: OpenAiClient, question: Question): Promise<Gathered> {
  const { request, call, context, timeoutMs } = question;
  const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const followed = followSignal(call.signal);
  const started = performance.now();
  const gathering = new ChatGathering({
    context,
    count: request.samples.length,
    elapsed: () => performance.now() - started,
    onFirstToken: call.onFirstToken,
    onSampleEnd: call.onSampleEnd,
  });
  try {
    const signal = eitherSignal(followed.signal, deadline);
    const response = await client
      .post('/chat/completions', { body: question.body, headers: sessionHeaders(question), signal })
      .asResponse();
    question.opened();
    await readChunks(response, context, (chunk) => gathering.take(chunk));
  } catch (thrown) {
    call.signal?.throwIfAborted();
    if (deadline?.aborted === true) throw deadlineError(timeoutMs ?? 0, context);
    const error = transportError(thrown, context);
    // All choices have ended; what broke off is at most the usage, which can be estimated.
    if (error.kind !== 'connection' || !gathering.complete) throw error;
  } finally {
    followed.end();
  }
  call.signal?.throwIfAborted();
  if (deadline?.aborted === true && !gathering.complete) throw deadlineError(timeoutMs ?? 0, context);
  return gathering.completions(request.messages);
}

/**
 * The chunks of a stream, or the whole answer of a server that does not stream. Events are taken apart here and not by
 * the client's own stream, which costs several times the CPU.
 */
async function readChunks(
  response: Response,
  context: EndpointContext,
  take: (chunk: ChatChunk) => void,
): Promise<void> {
  const receive = (data: string) => {
    const chunk: unknown = JSON.parse(data);
    if (typeof chunk !== 'object' || chunk === null) return;
    const error: unknown = Reflect.get(chunk, 'error');
    if (error !== undefined && error !== null) throw streamError(error, context);
    take(chunk);
  };
  if (/^application\/json\b/i.test(response.headers.get('content-type') ?? '')) return receive(await response.text());
  let isDone = false;
  const events = createParser({
    onEvent: ({ data }) => {
      isDone ||= data.startsWith('[DONE]');
      if (!isDone) receive(data);
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
    events.feed(decoder.decode(bytes, { stream: true }));
    if (isDone) return;
  }
}

/** Routers keep the calls of one session on the server that has their prefix in its cache. */
function sessionHeaders({ body, request }: Question): Record<string, string> {
  const { prefix } = request.purpose;
  if (prefix === undefined || 'prompt_cache_key' in body) return {};
  return { 'x-session-id': prefix.replace(/[^\w.:-]/g, '-').slice(0, 128) };
}

function whole(completion: Completion | undefined, context: EndpointContext): Completion {
  if (completion === undefined) throw streamError({ message: 'it sent no choice', code: 500 }, context);
  return completion;
}

/** Long texts that are equal to the letter: the endpoint draws `n` choices from one seed, and a group has no spread. */
function isRepeated(gathered: Gathered, request: ModelRequest): boolean {
  if (request.sampling.temperature === 0) return false;
  const [first, ...rest] = gathered.map((completion) => `${completion?.reasoning}\n${completion?.text}`);
  return first !== undefined && first.length > 80 && rest.every((said) => said === first);
}

function undrawn(code: string, reason: string): Failure {
  return { kind: 'failed', boundary: 'model', code, reason };
}
