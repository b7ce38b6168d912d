import type { EndpointFacts } from './endpoint-memory.ts';
import type { Message, ModelRequest } from './model.ts';
import { replySchema } from './reply-schema.ts';

/** What a dialect of the chat-completions protocol takes besides the common part. */
export interface ChatDialect {
  readonly model: string;
  /** `top_k` is no part of OpenAI's own protocol, and of nearly everyone else's. */
  readonly topK: boolean;
  /** `prompt_cache_key` in the body; others get a session header. */
  readonly promptCacheKey: boolean;
}

export type ChatBody = Readonly<Record<string, unknown>>;

/** Parameters that a call can do without when an endpoint refuses them. */
export const optionalParameters = [
  'temperature',
  'top_p',
  'top_k',
  'stop',
  'seed',
  'stream_options',
  'prompt_cache_key',
] as const;

/** The body of a streamed chat completion, leaving out what the endpoint is known to refuse. */
export function chatBody(request: ModelRequest, facts: EndpointFacts, dialect: ChatDialect): ChatBody {
  const { sampling, samples, purpose } = request;
  const [first] = samples;
  const body: Record<string, unknown> = {
    model: dialect.model,
    messages: request.messages.map(chatMessage),
    stream: true,
    stream_options: { include_usage: true },
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: dialect.topK ? sampling.topK : undefined,
    stop: sampling.stop === undefined || sampling.stop.length === 0 ? undefined : sampling.stop,
    seed: first?.seed,
    n: samples.length > 1 ? samples.length : undefined,
    [facts.maxTokensField ?? 'max_tokens']: sampling.maxTokens,
    prompt_cache_key: dialect.promptCacheKey ? purpose.prefix : undefined,
    response_format: responseFormat(request, facts),
  };
  for (const name of facts.omitted ?? []) delete body[name];
  for (const [name, value] of Object.entries(body)) if (value === undefined) delete body[name];
  return body;
}

function chatMessage(message: Message): object {
  if (message.images === undefined || message.images.length === 0) {
    return { role: message.role, content: message.content };
  }
  return {
    role: message.role,
    content: [
      { type: 'text', text: message.content },
      ...message.images.map((url) => ({ type: 'image_url', image_url: { url } })),
    ],
  };
}

function responseFormat(request: ModelRequest, facts: EndpointFacts): object | undefined {
  if (request.reply === undefined) return undefined;
  const form = facts.replyForm ?? 'strict';
  if (form === 'none') return undefined;
  if (form === 'object') return { type: 'json_object' };
  const { schema, strict } = replySchema(request.reply.schema);
  return {
    type: 'json_schema',
    json_schema: { name: request.reply.name, schema, ...(strict && form === 'strict' ? { strict: true } : {}) },
  };
}
