import { messageOf } from '../../core/error.ts';
import { type GenerateOptions, type Model, ModelError, type ModelRequest, type Sampled } from './model.ts';

/** The part of an OpenTelemetry tracer that is used here; one of `@opentelemetry/api` fits. */
export interface Tracer {
  startSpan(name: string, options: { readonly kind: number; readonly attributes: Attributes }): Span;
}

interface Span {
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  end(): void;
}

type Attributes = Record<string, string | number | boolean | string[]>;

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR` of the OpenTelemetry API. */
const clientKind = 2;
const errorStatus = 2;

/**
 * A span for every request, by the semantic conventions for generative AI (opentelemetry.io, gen-ai spans): operation,
 * model, parameters, tokens, why it ended, what went wrong. What was asked and answered is not in it.
 */
export function traced(model: Model, tracer: Tracer): Model {
  return {
    identity: model.identity,
    generate: async (request: ModelRequest, options?: GenerateOptions) => {
      const span = tracer.startSpan(`chat ${model.identity.model}`, {
        kind: clientKind,
        attributes: describeRequest(model, request),
      });
      try {
        const sampled = await model.generate(request, options);
        span.setAttributes(describeResponse(sampled));
        const failed = sampled.find((one) => one.kind === 'failed');
        if (failed !== undefined) {
          span.setAttributes({ 'error.type': failed.code });
          span.setStatus({ code: errorStatus, message: failed.reason });
        }
        return sampled;
      } catch (thrown) {
        span.setAttributes({ 'error.type': thrown instanceof ModelError ? thrown.kind : 'error' });
        span.setStatus({ code: errorStatus, message: messageOf(thrown) });
        throw thrown;
      } finally {
        span.end();
      }
    },
  };
}

function describeRequest({ identity }: Model, { sampling, samples, purpose, reply }: ModelRequest): Attributes {
  const { temperature, topP, topK, maxTokens, stop } = sampling;
  const seed = samples[0]?.seed;
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': identity.provider,
    'gen_ai.request.model': identity.model,
    'gen_ai.output.type': reply === undefined ? 'text' : 'json',
    ...(samples.length > 1 && { 'gen_ai.request.choice.count': samples.length }),
    ...(seed !== undefined && { 'gen_ai.request.seed': seed }),
    ...(temperature !== undefined && { 'gen_ai.request.temperature': temperature }),
    ...(topP !== undefined && { 'gen_ai.request.top_p': topP }),
    ...(topK !== undefined && { 'gen_ai.request.top_k': topK }),
    ...(maxTokens !== undefined && { 'gen_ai.request.max_tokens': maxTokens }),
    ...(stop !== undefined && { 'gen_ai.request.stop_sequences': [...stop] }),
    ...addressOf(identity.endpoint),
    'zoo.stage': purpose.stage,
    'zoo.role': purpose.role,
    'zoo.item': purpose.item,
    ...(purpose.step !== undefined && { 'zoo.step': purpose.step }),
  };
}

function describeResponse(sampled: readonly Sampled[]): Attributes {
  const completions = sampled.filter((one) => one.kind === 'completion');
  const sum = (key: 'promptTokens' | 'cachedTokens' | 'completionTokens') =>
    completions.reduce((total, { usage }) => total + usage[key], 0);
  return {
    'gen_ai.usage.input_tokens': sum('promptTokens'),
    'gen_ai.usage.cache_read.input_tokens': sum('cachedTokens'),
    'gen_ai.usage.output_tokens': sum('completionTokens'),
    'gen_ai.response.finish_reasons': completions.map(({ finish }) =>
      finish === 'filter' ? 'content_filter' : finish,
    ),
  };
}

/** Host and port of an endpoint that has them; an embedded model has none. */
function addressOf(endpoint: string): Attributes {
  if (!URL.canParse(endpoint)) return {};
  const { hostname, port, protocol } = new URL(endpoint);
  if (hostname === '') return {};
  const usual = protocol === 'https:' ? 443 : 80;
  return { 'server.address': hostname, 'server.port': port === '' ? usual : Number(port) };
}
