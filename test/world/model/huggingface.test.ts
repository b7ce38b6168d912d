import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ephemeralEndpointMemory } from '../../../src/world/model/endpoint-memory.ts';
import type { HuggingFaceOptions } from '../../../src/world/model/huggingface.ts';
import { huggingFaceModel } from '../../../src/world/model/huggingface.ts';
import { chatStream, fixture, request, samples, sendJson, sendStream, serve } from './endpoint-server.ts';

const token = 'hf_abcdefghijklmnop';

function modelAt(url: string, changes: Partial<HuggingFaceOptions> = {}) {
  return huggingFaceModel({
    apiKey: token,
    model: 'meta-llama/Llama-3.1-8B-Instruct',
    endpointUrl: url,
    connections: 4,
    memory: ephemeralEndpointMemory(),
    ...changes,
  });
}

test('reads its stream and sends what was asked for', async () => {
  const { url, received } = await serve((_, response) => sendStream(response, fixture('huggingface.sse')));
  const sampled = await modelAt(url, { headers: { 'x-hf-bill-to': 'org' } }).generate(
    request({ sampling: { temperature: 0.7, topP: 0.9, maxTokens: 50, stop: ['END'] } }),
  );
  expect(sampled).toMatchObject([
    { text: 'Twelve dozen', finish: 'stop', usage: { promptTokens: 41, completionTokens: 3 }, usageReported: true },
  ]);
  expect(received[0]?.path).toBe('/v1/chat/completions');
  expect(received[0]?.headers).toMatchObject({ authorization: `Bearer ${token}`, 'x-hf-bill-to': 'org' });
  expect(received[0]?.body).toMatchObject({
    stream: true,
    stream_options: { include_usage: true },
    seed: 5,
    temperature: 0.7,
    top_p: 0.9,
    max_tokens: 50,
    stop: ['END'],
  });
  expect(JSON.stringify(received[0]?.body)).not.toContain(token);
});

test('draws every sample by a call of its own', async () => {
  const { url } = await serve(({ body }, response) =>
    sendStream(response, chatStream([{ pieces: [`seed ${body.seed}`] }])),
  );
  const sampled = await modelAt(url).generate(request({ samples: samples(2) }));
  expect(sampled).toMatchObject([{ text: 'seed 5' }, { text: 'seed 6' }]);
});

test('steps down from a schema that is refused', async () => {
  const { url, received } = await serve(({ body }, response) =>
    body.response_format === undefined
      ? sendStream(response, chatStream([{ pieces: ['{}'] }]))
      : sendJson(response, 422, { error: 'response_format is not supported by this provider' }),
  );
  const reply = { name: 'r', schema: z.object({}) };
  expect(await modelAt(url).generate(request({ reply }))).toMatchObject([{ kind: 'completion', text: '{}' }]);
  expect(received).toHaveLength(4);
});

describe('is an error', () => {
  test.each<[number, object, Record<string, string>, object]>([
    [429, { error: 'Too many requests' }, { 'retry-after': '3' }, { kind: 'rate-limit', retryAfterMs: 3000 }],
    [402, { error: 'You have exceeded your monthly included credits' }, {}, { kind: 'quota', fatal: true }],
    [401, { error: `Invalid username or password for ${token}` }, {}, { kind: 'auth' }],
    [503, { error: 'Model is loading', estimated_time: 20 }, {}, { kind: 'server', retryable: true }],
    [404, { error: { message: 'The model does not exist.', code: 'model_not_found' } }, {}, { kind: 'not-found' }],
  ])('status %d, asked for once', async (status, body, headers, expected) => {
    const { url, received } = await serve((_, response) => sendJson(response, status, body, headers));
    const error: unknown = await modelAt(url)
      .generate(request())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ModelError', status, ...expected });
    expect(String(error)).not.toContain(token);
    expect(received).toHaveLength(1);
  });

  const begun = 'data: {"choices":[{"index":0,"delta":{"content":"The"},"finish_reason":null}]}\n\n';
  test.each<[string, string, object]>([
    ['an early end', begun, { kind: 'connection' }],
    [
      'an error in the stream',
      `${begun}data: {"error":{"message":"Incomplete generation","code":500}}\n\n`,
      { kind: 'server', status: 500 },
    ],
    ['an error in words', `${begun}data: {"error":"overloaded"}\n\n`, { kind: 'server' }],
    ['a chunk that is no JSON', `${begun}data: {"cho\n\n`, { kind: 'connection' }],
  ])('%s', async (_, text, expected) => {
    const { url } = await serve((_, response) => sendStream(response, text));
    await expect(modelAt(url).generate(request())).rejects.toMatchObject({ name: 'ModelError', ...expected });
  });

  test('a router without a token, before anything is sent', () => {
    const options = { model: 'm', connections: 1, memory: ephemeralEndpointMemory() };
    expect(() => huggingFaceModel(options)).toThrow(
      expect.objectContaining({ kind: 'auth', hint: expect.stringContaining('HF_TOKEN') }),
    );
  });
});

test('stops when it is aborted or its deadline has come', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"choices":[{"index":0,"delta":{"content":"The"}}]}\n\n');
  });
  const run = new AbortController();
  const reason = new Error('stopped');
  setTimeout(() => run.abort(reason), 50);
  await expect(modelAt(url).generate(request(), { signal: run.signal })).rejects.toBe(reason);
  await expect(modelAt(url, { timeoutMs: 50 }).generate(request())).rejects.toMatchObject({ kind: 'timeout' });
});
