import { describe, expect, test } from 'vitest';
import type { EndpointMemory } from '../../../src/world/model/endpoint-memory.ts';
import { ephemeralEndpointMemory } from '../../../src/world/model/endpoint-memory.ts';
import type { Sampled } from '../../../src/world/model/model.ts';
import { openaiModel } from '../../../src/world/model/openai.ts';
import { siblings } from '../../../src/world/model/siblings.ts';
import type { Answer } from './endpoint-server.ts';
import { chatStream, fixture, request, samples, sendJson, sendStream, serve } from './endpoint-server.ts';

async function setUp(answer: Answer, memory: EndpointMemory = ephemeralEndpointMemory()) {
  const { url, received } = await serve(answer);
  const adapter = openaiModel({ provider: 'vllm', baseUrl: url, model: 'm', connections: 8, memory });
  return { adapter, model: siblings(adapter), received, known: () => memory.recall(`${url} m`) };
}

const texts = (sampled: readonly Sampled[]) => sampled.map((one) => (one.kind === 'completion' ? one.text : one.code));
/** Takes `n`, and answers every choice with its seed. */
const takesN: Answer = ({ body }, response) =>
  sendStream(
    response,
    chatStream(Array.from({ length: body.n ?? 1 }, (_, index) => ({ pieces: [`seed ${body.seed + index}`] }))),
  );
/** Answers one choice, whatever `n` says. */
const ignoresN: Answer = ({ body }, response) => sendStream(response, chatStream([{ pieces: [`seed ${body.seed}`] }]));
const refusesN =
  (status: number, refusal: object): Answer =>
  (received, response, count) =>
    received.body.n === undefined ? ignoresN(received, response, count) : sendJson(response, status, refusal);

describe('an endpoint that takes n', () => {
  test('gets one call a group, and choices that arrive mixed are put in order', async () => {
    const { model, received, known } = await setUp((_, response) => sendStream(response, fixture('openai-n2.sse')));
    const sampled = await model.generate(request({ samples: samples(2, 9) }));
    expect(texts(sampled)).toEqual(['First', 'Second']);
    expect(sampled).toMatchObject([{ finish: 'stop' }, { finish: 'length' }]);
    expect(received.map(({ body }) => [body.n, body.seed])).toEqual([[2, 9]]);
    expect(known()).toEqual({ groups: true });
  });

  test('tells its usage once, and the parts add up to it', async () => {
    const { model } = await setUp((_, response) => sendStream(response, fixture('openai-n2.sse')));
    const usages = (await model.generate(request({ samples: samples(2) }))).map((one) =>
      one.kind === 'completion' ? one.usage : undefined,
    );
    const sum = (name: 'promptTokens' | 'cachedTokens' | 'completionTokens') =>
      usages.reduce((total, usage) => total + (usage?.[name] ?? Number.NaN), 0);
    expect([sum('promptTokens'), sum('cachedTokens'), sum('completionTokens')]).toEqual([101, 64, 7]);
  });

  test('tells the first token of every sample', async () => {
    const { model } = await setUp(takesN);
    let first = 0;
    await model.generate(request({ samples: samples(3) }), { onFirstToken: () => first++ });
    expect(first).toBe(3);
  });

  test('tells the end of every sample, so that its slot is free while the others run', async () => {
    const { model } = await setUp(takesN);
    let ended = 0;
    await model.generate(request({ samples: samples(3) }), { onSampleEnd: () => ended++ });
    expect(ended).toBe(3);
  });

  test('is an error when one of the choices does not end', async () => {
    const { model } = await setUp((_, response) =>
      sendStream(response, fixture('openai-n2.sse').replace('"finish_reason":"length"', '"finish_reason":null')),
    );
    await expect(model.generate(request({ samples: samples(2) }))).rejects.toMatchObject({ kind: 'connection' });
  });
});

describe('an endpoint that does not take n', () => {
  test.each<[string, number, object]>([
    ['OpenAI-like', 400, { error: { message: 'n must be 1', param: 'n', code: null } }],
    [
      'pydantic-like',
      422,
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'n'], msg: 'Extra inputs are not permitted' }] },
    ],
    [
      'llama.cpp-like',
      400,
      { error: { code: 400, message: 'Only one completion choice is allowed', type: 'invalid_request_error' } },
    ],
    ['without a reason', 400, {}],
  ])('and refuses it (%s) is asked for it once', async (_, status, refusal) => {
    const { model, received, known } = await setUp(refusesN(status, refusal));
    const groups = [0, 10, 20].map((seed) => model.generate(request({ samples: samples(3, seed) })));
    expect((await Promise.all(groups)).map(texts)).toEqual(
      [0, 10, 20].map((seed) => [`seed ${seed}`, `seed ${seed + 1}`, `seed ${seed + 2}`]),
    );
    expect(received.filter(({ body }) => body.n !== undefined)).toHaveLength(1);
    expect(received).toHaveLength(10);
    expect(known()).toEqual({ groups: false });
  });

  test('and ignores it: what came is kept, the rest is drawn singly', async () => {
    const { model, received } = await setUp(ignoresN);
    expect(texts(await model.generate(request({ samples: samples(3) })))).toEqual(['seed 5', 'seed 6', 'seed 7']);
    expect(texts(await model.generate(request({ samples: samples(2) })))).toEqual(['seed 5', 'seed 6']);
    expect(received.map(({ body }) => [body.n, body.seed])).toEqual([
      [3, 5],
      [undefined, 6],
      [undefined, 7],
      [undefined, 5],
      [undefined, 6],
    ]);
  });

  test('and repeats one choice n times: a group without spread is none', async () => {
    const long = (seed: number) => `seed ${seed} ${'says a long sentence '.repeat(6)}`;
    const { model, received } = await setUp(({ body }, response) =>
      sendStream(response, chatStream(Array.from({ length: body.n ?? 1 }, () => ({ pieces: [long(body.seed)] })))),
    );
    const sampled = await model.generate(request({ samples: samples(3), sampling: { temperature: 0.7 } }));
    expect(texts(sampled)).toEqual([long(5), long(6), long(7)]);
    expect(received).toHaveLength(3);
  });

  test('is remembered', async () => {
    const memory = ephemeralEndpointMemory();
    const { model, received, adapter } = await setUp(ignoresN, memory);
    memory.learn(`${adapter.identity.endpoint} m`, { groups: false });
    await model.generate(request({ samples: samples(2) }));
    expect(received.map(({ body }) => body.n)).toEqual([undefined, undefined]);
  });

  test('is served by the adapter alone as well', async () => {
    const { adapter } = await setUp(ignoresN);
    await adapter.generate(request({ samples: samples(2) }));
    expect(texts(await adapter.generate(request({ samples: samples(3) })))).toEqual(['seed 5', 'seed 6', 'seed 7']);
  });
});

describe('what is no word about n', () => {
  test.each([
    [429, { error: 'slow down' }],
    [500, { error: 'n is broken' }],
    [400, { error: { message: 'maximum context length exceeded' } }],
  ])('teaches nothing (%d)', async (status, body) => {
    const { model, received, known } = await setUp((_, response) => sendJson(response, status, body));
    await expect(model.generate(request({ samples: samples(3) }))).rejects.toMatchObject({ status });
    expect(received).toHaveLength(1);
    expect(known()).toEqual({});
  });
});

test('siblings of a model without groups are asked for next to one another, in order', async () => {
  const asked: number[] = [];
  const model = siblings({
    identity: { provider: 'p', model: 'm', endpoint: 'e' },
    generate: async ({ samples: [sample] }) => {
      asked.push(sample?.seed ?? -1);
      await Promise.resolve();
      return [{ kind: 'failed', boundary: 'model', code: `c${sample?.seed}`, reason: '' }];
    },
  });
  const drawn = model.generate(request({ samples: samples(3) }));
  expect(asked).toEqual([5, 6, 7]);
  expect(texts(await drawn)).toEqual(['c5', 'c6', 'c7']);
});
