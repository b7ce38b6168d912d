import { z } from 'zod';

/** Lenient: what the simulator does not use is let through, as servers do. */
const chatRequestSchema = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({
        role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
        content: z
          .union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() })), z.null()])
          .optional(),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.int().min(1).max(128).nullish(),
  seed: z.int().nullish(),
  temperature: z.number().min(0).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  response_format: z
    .object({
      type: z.enum(['text', 'json_object', 'json_schema']),
      json_schema: z.object({ name: z.string(), schema: z.unknown() }).optional(),
    })
    .nullish(),
});

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
}

/** A chat completion request in the simulator's own terms. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Choices wanted. */
  readonly n: number;
  readonly seed: number | undefined;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  readonly format: { readonly name: string | undefined; readonly schema: unknown } | undefined;
}

/** @returns the request, or a sentence that says what is wrong with it */
export function readChatRequest(body: string): ChatRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return 'We could not parse the JSON body of your request.';
  }
  const checked = chatRequestSchema.safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return `Invalid request at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'unknown reason'}`;
  }
  const { data } = checked;
  return {
    model: data.model,
    messages: data.messages.map(({ role, content }) => ({
      role: role === 'assistant' || role === 'user' ? role : 'system',
      text: typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n'),
    })),
    stream: data.stream === true,
    includeUsage: data.stream_options?.include_usage === true,
    n: data.n ?? 1,
    seed: data.seed ?? undefined,
    temperature: data.temperature ?? undefined,
    maxTokens: data.max_completion_tokens ?? data.max_tokens ?? undefined,
    stop: typeof data.stop === 'string' ? [data.stop] : (data.stop ?? []),
    format: readFormat(data.response_format),
  };
}

function readFormat(format: z.output<typeof chatRequestSchema>['response_format']): ChatRequest['format'] {
  if (format?.type === 'json_schema') return { name: format.json_schema?.name, schema: format.json_schema?.schema };
  if (format?.type === 'json_object') return { name: undefined, schema: undefined };
  return undefined;
}
