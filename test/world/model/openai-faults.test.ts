import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { ephemeralEndpointMemory } from '../../../src/world/model/endpoint-memory.ts';
import { ModelError } from '../../../src/world/model/model.ts';
import type { OpenAiOptions } from '../../../src/world/model/openai.ts';
import { openaiModel } from '../../../src/world/model/openai.ts';
import { chatStream, deserted, request, sendJson, sendStream, serve } from './endpoint-server.ts';

const key = 'sk-live-0123456789abcdef';

async function errorOf(url: string, changes: Partial<OpenAiOptions> = {}): Promise<ModelError> {
  const model = openaiModel({
    provider: 'openai',
    baseUrl: `${url}/v1`,
    apiKey: key,
    model: 'm',
    connections: 2,
    memory: ephemeralEndpointMemory(),
    ...changes,
  });
  const thrown: unknown = await model.generate(request()).then(
    (sampled) => sampled,
    (reason: unknown) => reason,
  );
  if (thrown instanceof ModelError) return thrown;
  throw new Error(`no ModelError but ${JSON.stringify(thrown)}`, { cause: thrown });
}

describe('an answer with an error status', () => {
  const openai = (code: string | null, message: string) => ({ error: { message, type: 'x', param: null, code } });

  test.each<[string, number, object | string, Record<string, string>, Partial<ModelError>]>([
    [
      'seconds',
      429,
      openai('rate_limit_exceeded', 'slow'),
      { 'retry-after': '7' },
      { kind: 'rate-limit', retryAfterMs: 7000 },
    ],
    ['milliseconds', 429, openai(null, 'slow'), { 'retry-after-ms': '250', 'retry-after': '1' }, { retryAfterMs: 250 }],
    [
      'words',
      429,
      openai(null, 'Please try again in 1m3.5s. Visit …'),
      {},
      { kind: 'rate-limit', retryAfterMs: 63_500 },
    ],
    ['nothing', 429, '', {}, { kind: 'rate-limit', retryAfterMs: undefined, concurrencyLimit: undefined }],
    ['concurrency', 429, { error: 'max concurrency 39' }, {}, { kind: 'rate-limit', concurrencyLimit: 39 }],
    [
      'no credit',
      429,
      openai('insufficient_quota', 'You exceeded your current quota'),
      {},
      { kind: 'quota', retryable: false },
    ],
    [
      'a used-up day',
      429,
      openai(null, 'Rate limit reached on tokens per day (TPD): Limit 100000'),
      {},
      { kind: 'quota' },
    ],
    ['payment', 402, openai(null, 'Insufficient credits'), {}, { kind: 'quota', fatal: true }],
    [
      'a bad key',
      401,
      openai('invalid_api_key', `Incorrect API key provided: ${key}`),
      {},
      { kind: 'auth', fatal: true },
    ],
    [
      'no model',
      404,
      { object: 'error', message: 'The model `m` does not exist.', code: 404 },
      {},
      { kind: 'not-found' },
    ],
    [
      'overload',
      503,
      'upstream connect error',
      { 'retry-after': '2' },
      { kind: 'server', retryAfterMs: 2000, status: 503 },
    ],
    ['a web page', 502, '<html><body><h1>502 Bad Gateway</h1></body></html>', {}, { kind: 'server', retryable: true }],
    ['its own timeout', 408, '', {}, { kind: 'server' }],
    [
      'a bad request',
      400,
      openai(null, "This model's maximum context length is 8192 tokens."),
      {},
      { kind: 'invalid-request' },
    ],
    [
      'validation',
      422,
      { detail: [{ type: 'missing', loc: ['body'], msg: 'Field required' }] },
      {},
      { kind: 'invalid-request' },
    ],
  ])('telling %s', async (_, status, body, headers, expected) => {
    const { url, received } = await serve((_, response) => sendJson(response, status, body, headers));
    const error = await errorOf(url);
    expect(error).toMatchObject({ status, ...expected });
    expect(error.message).toContain(`${url}/v1`);
    expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toContain(key);
    expect(received).toHaveLength(1);
  });

  test('has its words on one line, without control characters, and not without end', async () => {
    const { url } = await serve((_, response) =>
      sendJson(response, 500, { error: { message: `bad\n\u001b[31mred\u0007 ${'x'.repeat(5000)}` } }),
    );
    const { message } = await errorOf(url);
    expect(message).toMatch(/answered 500: bad \[31mred x+…$/);
    expect(message.length).toBeLessThan(500);
  });
});

describe('a stream that', () => {
  const begun = 'data: {"choices":[{"index":0,"delta":{"content":"The ans"},"finish_reason":null}]}\n\n';
  const reset = (response: ServerResponse, text: string) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => setTimeout(() => response.destroy(), 20));
  };

  test.each<[string, string, Partial<ModelError>]>([
    ['ends early', begun, { kind: 'connection', retryable: true }],
    ['ends early but says [DONE]', `${begun}data: [DONE]\n\n`, { kind: 'connection' }],
    ['is empty', '', { kind: 'connection' }],
    ['holds a chunk that is no JSON', `${begun}data: {"choices": [\n\n`, { kind: 'connection' }],
    [
      'tells an error as vLLM does',
      `${begun}data: {"error":{"object":"error","message":"EngineCore died","type":"InternalServerError","code":500}}\n\ndata: [DONE]\n\n`,
      { kind: 'server', status: 500 },
    ],
    [
      'tells an error as OpenRouter does',
      `${begun}data: {"id":"gen-1","error":{"code":429,"message":"Provider busy"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n`,
      { kind: 'rate-limit', status: 429 },
    ],
    [
      'tells an error as OpenAI does',
      `${begun}data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}\n\n`,
      { kind: 'server' },
    ],
    [
      'was aborted by vLLM',
      `${begun}data: {"choices":[{"index":0,"delta":{},"finish_reason":"abort"}]}\n\ndata: [DONE]\n\n`,
      { kind: 'server', retryable: true },
    ],
  ])('%s is an error', async (_, text, expected) => {
    const { url } = await serve((_, response) => sendStream(response, text));
    expect(await errorOf(url)).toMatchObject(expected);
  });

  test('is reset is an error', async () => {
    const { url } = await serve((_, response) => reset(response, begun));
    expect(await errorOf(url)).toMatchObject({ kind: 'connection' });
  });

  test('is reset after its end lacks nothing but the usage', async () => {
    const all = chatStream([{ pieces: ['42'] }], null).replace('data: [DONE]\n\n', '');
    const { url } = await serve((_, response) => reset(response, all));
    const model = openaiModel({
      provider: 'vllm',
      baseUrl: url,
      model: 'm',
      connections: 1,
      memory: ephemeralEndpointMemory(),
    });
    expect(await model.generate(request())).toMatchObject([{ kind: 'completion', text: '42', usageReported: false }]);
  });

  test('is an error told as JSON with status 200 is an error', async () => {
    const { url } = await serve((_, response) => sendJson(response, 200, { error: { message: 'busy', code: 503 } }));
    expect(await errorOf(url)).toMatchObject({ kind: 'server', status: 503 });
  });
});

describe('a connection that', () => {
  test('nobody takes', async () => {
    const error = await errorOf(await deserted());
    expect(error).toMatchObject({ kind: 'connection', hint: expect.stringContaining('--base-url') });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('is closed without an answer', async () => {
    const { url } = await serve((_, response) => void response.destroy());
    expect(await errorOf(url)).toMatchObject({ kind: 'connection', retryable: true });
  });

  test('outlasts a deadline that was set, before or during its answer', async () => {
    const silent = await serve(() => {});
    expect(await errorOf(silent.url, { timeoutMs: 60 })).toMatchObject({
      kind: 'timeout',
      hint: expect.stringContaining('--timeout'),
    });
    const slow = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"The"}}]}\n\n');
    });
    expect(await errorOf(slow.url, { timeoutMs: 150 })).toMatchObject({ kind: 'timeout' });
  });

  test.each(['before', 'during'])('is aborted %s its answer throws the reason of the abort', async (when) => {
    const run = new AbortController();
    const reason = new Error('stopped');
    const { url } = await serve((_, response) => {
      if (when === 'during') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"choices":[{"index":0,"delta":{"content":"The"}}]}\n\n');
      }
      setTimeout(() => run.abort(reason), 30);
    });
    const model = openaiModel({
      provider: 'vllm',
      baseUrl: url,
      model: 'm',
      connections: 1,
      memory: ephemeralEndpointMemory(),
    });
    await expect(model.generate(request(), { signal: run.signal })).rejects.toBe(reason);
  });
});
