import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ephemeralEndpointMemory } from '../../../src/world/model/endpoint-memory.ts';
import type { OllamaOptions } from '../../../src/world/model/ollama.ts';
import { ollamaModel } from '../../../src/world/model/ollama.ts';
import { deserted, fixture, request, samples, sendJson, sendStream, serve } from './endpoint-server.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function modelAt(url: string, changes: Partial<OllamaOptions> = {}) {
  return ollamaModel({
    baseUrl: url,
    model: 'qwen3:8b',
    connections: 4,
    memory: ephemeralEndpointMemory(),
    ...changes,
  });
}

const ndjson = 'application/x-ndjson';
const recorded = fixture('ollama.ndjson');
const lines = (...values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const said = (content: string) => ({ message: { role: 'assistant', content }, done: false });
const done = { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' };

test('reads its stream, thoughts and usage', async () => {
  const { url, received } = await serve((_, response) => sendStream(response, recorded, ndjson));
  const onFirstToken = vi.fn<(milliseconds: number) => void>();
  const sampled = await modelAt(`${url}/v1`).generate(request(), { onFirstToken });
  expect(sampled).toMatchObject([
    {
      kind: 'completion',
      text: 'The sum is 10.',
      reasoning: 'Add them up.',
      finish: 'stop',
      usage: { promptTokens: 26, cachedTokens: 0, completionTokens: 282 },
      usageReported: true,
    },
  ]);
  expect(onFirstToken).toHaveBeenCalledTimes(1);
  expect(received[0]?.path).toBe('/api/chat');
});

test('reads it wherever the network cuts it', async () => {
  const bytes = Buffer.from(lines(said('Größer als '), said('π'), { ...done, done_reason: 'length' }));
  const { url } = await serve(async (_, response) => {
    response.writeHead(200, { 'content-type': ndjson });
    for (let index = 0; index < bytes.length; index += 7) {
      response.write(bytes.subarray(index, index + 7));
      await new Promise(setImmediate);
    }
    response.end();
  });
  expect(await modelAt(url).generate(request())).toMatchObject([
    { text: 'Größer als π', finish: 'length', usageReported: false },
  ]);
});

test('sends options, schema, images and thinking', async () => {
  const { url, received } = await serve((_, response) => sendStream(response, recorded, ndjson));
  await modelAt(url, { think: 'high', contextTokens: 8192, apiKey: 'k' }).generate(
    request({
      messages: [{ role: 'user', content: 'What is it?', images: ['data:image/png;base64,QUJD'] }],
      sampling: { temperature: 0.3, topP: 0.9, topK: 40, maxTokens: 99, stop: ['END'] },
      reply: { name: 'r', schema: z.object({ a: z.string() }) },
    }),
  );
  expect(received[0]?.headers.authorization).toBe('Bearer k');
  expect(received[0]?.body).toMatchObject({
    model: 'qwen3:8b',
    stream: true,
    think: 'high',
    messages: [{ role: 'user', content: 'What is it?', images: ['QUJD'] }],
    format: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    options: { seed: 5, temperature: 0.3, top_p: 0.9, top_k: 40, num_predict: 99, num_ctx: 8192, stop: ['END'] },
  });
});

test('leaves to the model what was left out', async () => {
  const { url, received } = await serve((_, response) => sendStream(response, recorded, ndjson));
  await modelAt(url).generate(request());
  expect(received[0]?.body.options).toEqual({ seed: 5 });
  expect(received[0]?.body).not.toHaveProperty('think');
});

test('draws every sample by a call of its own', async () => {
  const { url, received } = await serve(({ body }, response) =>
    sendStream(response, lines(said(`seed ${body.options.seed}`), done), ndjson),
  );
  const sampled = await modelAt(url).generate(request({ samples: samples(3) }));
  expect(sampled).toMatchObject([{ text: 'seed 5' }, { text: 'seed 6' }, { text: 'seed 7' }]);
  expect(received).toHaveLength(3);
});

test('does without thinking where the model cannot, and tells so once', async () => {
  const { url, received } = await serve(({ body }, response) =>
    body.think === undefined
      ? sendStream(response, recorded, ndjson)
      : sendJson(response, 400, { error: '"qwen3:8b" does not support thinking' }),
  );
  const notice = vi.fn<(message: string) => void>();
  const model = modelAt(url, { think: true, notice });
  await model.generate(request());
  await model.generate(request());
  expect(received.map(({ body }) => body.think)).toEqual([true, undefined, undefined]);
  expect(notice).toHaveBeenCalledTimes(1);
});

describe('is an error, and nothing is printed', () => {
  test.each<[string, string, object]>([
    ['an early end', lines(said('The')), { kind: 'connection' }],
    [
      'an error in the stream',
      lines(said('The'), { error: 'llama runner process has terminated' }),
      { kind: 'server' },
    ],
    ['a line that is no JSON', `${lines(said('The'))}{"mess\n${lines(done)}`, { kind: 'connection' }],
    ['nothing at all', '', { kind: 'connection' }],
  ])('%s', async (_, text, expected) => {
    const printed = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(console, 'error')];
    const { url } = await serve((_, response) => sendStream(response, text, ndjson));
    await expect(modelAt(url).generate(request())).rejects.toMatchObject({ name: 'ModelError', ...expected });
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test.each<[number, object | string, object]>([
    [404, { error: "model 'qwen3:8b' not found" }, { kind: 'not-found', hint: expect.stringContaining('--model') }],
    [503, { error: 'server busy, please try again. maximum pending requests exceeded' }, { kind: 'server' }],
    [500, 'plain text', { kind: 'server' }],
  ])('status %d', async (status, body, expected) => {
    const printed = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log')];
    const { url } = await serve((_, response) => sendJson(response, status, body));
    await expect(modelAt(url).generate(request())).rejects.toMatchObject({ status, ...expected });
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test('nobody there', async () => {
    await expect(modelAt(await deserted()).generate(request())).rejects.toMatchObject({
      kind: 'connection',
      hint: expect.stringContaining('--base-url'),
    });
  });

  test('a reset in the midst', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': ndjson });
      response.write(lines(said('The')), () => setTimeout(() => response.destroy(), 20));
    });
    await expect(modelAt(url).generate(request())).rejects.toMatchObject({ kind: 'connection' });
  });

  test('an image by address', async () => {
    const { url } = await serve((_, response) => sendStream(response, recorded, ndjson));
    const messages = [{ role: 'user' as const, content: 'x', images: ['https://example.org/a.png'] }];
    await expect(modelAt(url).generate(request({ messages }))).rejects.toMatchObject({ kind: 'invalid-request' });
  });
});

test('stops when it is aborted, before and during its answer', async () => {
  for (const begin of ['', lines(said('The'))]) {
    const run = new AbortController();
    const reason = new Error('stopped');
    const { url } = await serve((_, response) => {
      if (begin !== '') response.writeHead(200, { 'content-type': ndjson }).write(begin);
      setTimeout(() => run.abort(reason), 30);
    });
    await expect(modelAt(url).generate(request(), { signal: run.signal })).rejects.toBe(reason);
  }
});

test('gives up at a deadline that was set', async () => {
  const { url } = await serve(() => {});
  await expect(modelAt(url, { timeoutMs: 50 }).generate(request())).rejects.toMatchObject({ kind: 'timeout' });
});
