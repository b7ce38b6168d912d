import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import { type Model, ModelError, type Sampled } from '../../../src/world/model/model.ts';
import { openTracer } from '../../../src/world/model/open-tracer.ts';
import { traced } from '../../../src/world/model/traced.ts';
import { fakeCompletion, fakeRequest } from '../../fakes/model.ts';

/** A real SDK that keeps its spans in memory, registered as a user would. */
function register() {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  return exporter;
}

function modelOf(generate: () => Promise<readonly Sampled[]>): Model {
  return { identity: { provider: 'vllm', model: 'small', endpoint: 'http://localhost:8000/v1' }, generate };
}

afterEach(() => trace.disable());

describe('traced', () => {
  it('makes a span of each request by the conventions for generative AI', async () => {
    const exporter = register();
    const { tracer } = await openTracer('0.1.0');
    const completions = [fakeCompletion({ text: 'secret answer' }), fakeCompletion({ text: 'x', finish: 'length' })];
    const model = traced(
      modelOf(async () => completions),
      tracer,
    );
    const request = fakeRequest({ count: 2 });
    expect(await model.generate(request)).toBe(completions);
    const [span] = exporter.getFinishedSpans();
    expect(span?.name).toBe('chat small');
    expect(span?.kind).toBe(2);
    expect(span?.instrumentationScope).toMatchObject({ name: 'zoo', version: '0.1.0' });
    expect(span?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'vllm',
      'gen_ai.request.model': 'small',
      'gen_ai.request.choice.count': 2,
      'gen_ai.response.finish_reasons': ['stop', 'length'],
      'gen_ai.usage.input_tokens': completions.reduce((sum, { usage }) => sum + usage.promptTokens, 0),
      'gen_ai.usage.output_tokens': completions.reduce((sum, { usage }) => sum + usage.completionTokens, 0),
      'server.address': 'localhost',
      'server.port': 8000,
      'zoo.stage': request.purpose.stage,
    });
    expect(JSON.stringify(span?.attributes)).not.toContain('secret answer');
  });

  it('marks spans of calls that failed, thrown or kept as data', async () => {
    const exporter = register();
    const { tracer } = await openTracer('0.1.0');
    const failure = { kind: 'failed', boundary: 'model', code: 'connection-reset', reason: 'reset' } as const;
    await traced(
      modelOf(async () => [failure]),
      tracer,
    ).generate(fakeRequest());
    const refused = traced(
      modelOf(() => Promise.reject(new ModelError('rate-limit', 'too many'))),
      tracer,
    );
    await expect(refused.generate(fakeRequest())).rejects.toThrow('too many');
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual(['connection-reset', 'rate-limit']);
    expect(spans.map(({ status }) => status.code)).toEqual([2, 2]);
  });
});

describe('openTracer', () => {
  it('says what to install when neither a provider nor the SDK is there', async () => {
    await expect(openTracer('0.1.0')).rejects.toMatchObject({
      code: 'telemetry-missing',
      hint: expect.stringContaining('ZOO_TELEMETRY') as unknown,
    });
  });
});
