import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ephemeralEndpointMemory } from '../../../src/world/model/endpoint-memory.ts';
import type { Completion, Model, ModelRequest, Sampled } from '../../../src/world/model/model.ts';
import type { OpenAiOptions } from '../../../src/world/model/openai.ts';
import { openaiModel } from '../../../src/world/model/openai.ts';
import { chatStream, fixture, request, sendJson, sendStream, serve } from './endpoint-server.ts';

function modelAt(url: string, changes: Partial<OpenAiOptions> = {}): Model {
  return openaiModel({
    provider: 'vllm',
    baseUrl: `${url}/v1`,
    model: 'm',
    connections: 4,
    memory: ephemeralEndpointMemory(),
    ...changes,
  });
}

async function ask(model: Model, changes: Partial<ModelRequest> = {}): Promise<Completion> {
  const [sampled] = await model.generate(request(changes));
  return completion(sampled);
}

function completion(sampled: Sampled | undefined): Completion {
  if (sampled?.kind !== 'completion') throw new Error(`not a completion: ${JSON.stringify(sampled)}`);
  return sampled;
}

describe('reads the stream of', () => {
  test.each([
    ['openai.sse', 'The answer is 42.', '', 'stop', [1117, 1024, 46]],
    ['vllm-reasoning.sse', '42', 'Six times seven.', 'stop', [20, 16, 11]],
    ['sglang.sse', 'There are 15', 'Count the pairs.', 'length', [33, 0, 12]],
    ['llama-cpp.sse', 'Seven', 'Easy.', 'stop', [70, 66, 9]],
    ['openrouter.sse', 'It is even.', 'Try parity.', 'stop', [28, 0, 14]],
    ['deepseek.sse', '9.8', '9.11 has less.', 'stop', [17, 0, 9]],
  ] as const)('%s', async (name, text, reasoning, finish, [promptTokens, cachedTokens, completionTokens]) => {
    const { url } = await serve((_, response) => sendStream(response, fixture(name)));
    const first = vi.fn<(milliseconds: number) => void>();
    const [sampled] = await modelAt(url).generate(request(), { onFirstToken: first });
    expect(completion(sampled)).toMatchObject({
      text,
      reasoning,
      finish,
      usage: { promptTokens, cachedTokens, completionTokens },
      usageReported: true,
    });
    expect(first).toHaveBeenCalledTimes(1);
    expect(completion(sampled).timing.totalMs).toBeGreaterThanOrEqual(completion(sampled).timing.firstTokenMs);
  });

  test('a server that does not stream', async () => {
    const { url } = await serve((_, response) =>
      sendJson(response, 200, {
        choices: [
          { index: 0, message: { role: 'assistant', content: '<think>6 × 7</think>42' }, finish_reason: 'stop' },
        ],
        usage: { prompt_tokens: 3, completion_tokens: 2 },
      }),
    );
    expect(await ask(modelAt(url))).toMatchObject({ text: '42', reasoning: '6 × 7', usage: { promptTokens: 3 } });
  });

  test('DeepSeek with its older name for cached tokens', async () => {
    const usage = {
      prompt_tokens: 30,
      completion_tokens: 2,
      prompt_cache_hit_tokens: 20,
      prompt_cache_miss_tokens: 10,
    };
    const { url } = await serve((_, response) => sendStream(response, chatStream([{ pieces: ['x'] }], usage)));
    expect((await ask(modelAt(url))).usage.cachedTokens).toBe(20);
  });

  test('Mistral, whose content comes in parts', async () => {
    const parts = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'yes' },
    ];
    const chunk = { choices: [{ index: 0, delta: { content: parts }, finish_reason: 'stop' }] };
    const { url } = await serve((_, response) => sendStream(response, `data: ${JSON.stringify(chunk)}\n\n`));
    expect(await ask(modelAt(url))).toMatchObject({ text: 'yes', reasoning: 'hm' });
  });

  test.each([
    ['length', 'length'],
    ['max_tokens', 'length'],
    ['content_filter', 'filter'],
    ['tool_calls', 'stop'],
    ['eos', 'stop'],
  ])('a choice that finishes with %s', async (finish, expected) => {
    const { url } = await serve((_, response) => sendStream(response, chatStream([{ pieces: ['x'], finish }])));
    expect((await ask(modelAt(url))).finish).toBe(expected);
  });

  test('a refusal', async () => {
    const events = [{ delta: { refusal: 'I cannot.' } }, { delta: {}, finish_reason: 'stop' }];
    const text = events.map((event) => `data: ${JSON.stringify({ choices: [{ index: 0, ...event }] })}\n\n`).join('');
    const { url } = await serve((_, response) => sendStream(response, text));
    expect(await ask(modelAt(url))).toMatchObject({ text: 'I cannot.', finish: 'filter' });
  });

  test('tags of reasoning, wherever the chunks are cut', async () => {
    let pieces: readonly string[] = [];
    const { url } = await serve((_, response) => sendStream(response, chatStream([{ pieces }])));
    const model = modelAt(url);
    const said = 'Let me see: 6·7 <b></think>\n\nIt is **42** </b>.';
    for (const whole of [`<think>${said}`, said]) {
      for (let cut = 0; cut <= whole.length; cut++) {
        pieces = [whole.slice(0, cut), whole.slice(cut)];
        expect(await ask(model)).toMatchObject({ reasoning: 'Let me see: 6·7 <b>', text: 'It is **42** </b>.' });
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(said.length), { maxLength: 12 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((left, right) => left - right), said.length];
        pieces = edges.slice(1).map((edge, index) => said.slice(edges[index], edge));
        expect(await ask(model)).toMatchObject({ reasoning: 'Let me see: 6·7 <b>', text: 'It is **42** </b>.' });
      }),
      { numRuns: 40 },
    );
  });
});

describe('usage', () => {
  test.each([
    ['is missing', null],
    ['is impossible', { prompt_tokens: -3, completion_tokens: 'many' }],
    ['is all zeros', { prompt_tokens: 0, completion_tokens: 0 }],
  ])('is estimated when it %s', async (_, usage) => {
    const text = 'When counting pairs, subtract the overlaps.';
    const { url } = await serve((_, response) => sendStream(response, chatStream([{ pieces: [text] }], usage)));
    const answer = await ask(modelAt(url));
    expect(answer.usageReported).toBe(false);
    expect(answer.usage.completionTokens).toBeGreaterThan(5);
    expect(answer.usage.promptTokens).toBeGreaterThan(5);
    expect(answer.usage.cachedTokens).toBe(0);
  });
});

describe('sends', () => {
  test('what sampling asks for, and nothing that was left out', async () => {
    const { url, received } = await serve((_, response) => sendStream(response, chatStream([{ pieces: ['x'] }])));
    await ask(modelAt(url), {
      sampling: { temperature: 0.7, topP: 0.9, topK: 20, maxTokens: 100, stop: ['END'] },
    });
    await ask(modelAt(url));
    expect(received[0]?.path).toBe('/v1/chat/completions');
    expect(received[0]?.body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'What is six times seven?' }],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.7,
      top_p: 0.9,
      top_k: 20,
      max_tokens: 100,
      stop: ['END'],
      seed: 5,
    });
    expect(Object.keys(received[1]?.body)).toEqual(['model', 'messages', 'stream', 'stream_options', 'seed']);
  });

  test('the key, headers of the user, and a session header', async () => {
    const { url, received } = await serve((_, response) => sendStream(response, chatStream([{ pieces: ['x'] }])));
    const model = modelAt(url, { apiKey: 'sk-secret-1', headers: { 'X-Title': 'zoo' } });
    await ask(model, { purpose: { stage: 'rollout', role: 'student', item: 'p', prefix: 'run 1/é' } });
    expect(received[0]?.headers).toMatchObject({
      authorization: 'Bearer sk-secret-1',
      'x-title': 'zoo',
      'x-session-id': 'run-1--',
    });
  });

  test('nothing of OpenAI in the environment to an endpoint that was given none of it', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    vi.stubEnv('OPENAI_ORG_ID', 'org-env');
    vi.stubEnv('OPENAI_PROJECT_ID', 'project-env');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'X-Env: secret-env\nAuthorization: Bearer sk-env');
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1/v1');
    const { url, received } = await serve((_, response) => sendStream(response, chatStream([{ pieces: ['x'] }])));
    await ask(modelAt(url));
    vi.unstubAllEnvs();
    expect(received[0]?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(received[0]?.headers)).not.toContain('env');
  });

  test('credentials of the address as Basic authorization, and tells them nobody', async () => {
    const { url, received } = await serve((_, response) => sendJson(response, 401, { error: 'no entry for hunter2' }));
    const model = modelAt(url.replace('http://', 'http://me:hunter2@'));
    const error = await ask(model).catch((thrown: unknown) => thrown);
    expect(received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:hunter2').toString('base64')}`);
    expect(model.identity.endpoint).toBe(`${url}/v1`);
    expect(String(error)).not.toContain('hunter2');
    expect(error).toMatchObject({ hint: expect.stringContaining('user and password in --base-url') as string });
    const bare = await ask(modelAt(url)).catch((thrown: unknown) => thrown);
    expect(bare).toMatchObject({
      hint: expect.stringMatching(/Neither .* was sent.*--resume needs them again/) as string,
    });
  });

  test('images as content parts', async () => {
    const { url, received } = await serve((_, response) => sendStream(response, chatStream([{ pieces: ['x'] }])));
    await ask(modelAt(url), {
      messages: [{ role: 'user', content: 'What is it?', images: ['data:image/png;base64,AA'] }],
    });
    expect(received[0]?.body.messages[0].content).toEqual([
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
    ]);
  });

  test('a schema, strict where the schema allows it', async () => {
    const { url, received } = await serve((_, response) => sendStream(response, chatStream([{ pieces: ['{}'] }])));
    await ask(modelAt(url), { reply: { name: 'all', schema: z.object({ a: z.string().nullable() }) } });
    await ask(modelAt(url), { reply: { name: 'some', schema: z.object({ a: z.string().optional() }) } });
    const [all, some] = received.map(({ body }) => body.response_format);
    expect(all).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'all',
        strict: true,
        schema: {
          type: 'object',
          properties: { a: { type: ['string', 'null'] } },
          required: ['a'],
          additionalProperties: false,
        },
      },
    });
    expect(some.json_schema.strict).toBeUndefined();
  });

  test('as many requests at once as there are connections: no other pool is narrower', async () => {
    const all = Promise.withResolvers<void>();
    const { url } = await serve(async (_, response, count) => {
      // Nobody is answered before all have come.
      if (count === 24) all.resolve();
      await all.promise;
      sendStream(response, chatStream([{ pieces: ['x'] }]));
    });
    const model = modelAt(url, { connections: 24 });
    const answers = await Promise.all(Array.from({ length: 24 }, () => ask(model)));
    expect(answers).toHaveLength(24);
  });
});
