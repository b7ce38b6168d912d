import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ephemeralEndpointMemory } from '../../../src/world/model/endpoint-memory.ts';
import type { ModelRequest } from '../../../src/world/model/model.ts';
import { openaiModel } from '../../../src/world/model/openai.ts';
import { chatStream, request, sendJson, sendStream, serve } from './endpoint-server.ts';

type Refuse = (body: Record<string, never> & { readonly [name: string]: unknown }) => object | undefined;

/** An endpoint that refuses some requests, asked twice. */
async function askTwice(refuse: Refuse, changes: Partial<ModelRequest>, status = 400) {
  const { url, received } = await serve(({ body }, response) => {
    const refusal = refuse(body);
    if (refusal === undefined) sendStream(response, chatStream([{ pieces: ['{"a":1}'] }]));
    else sendJson(response, status, refusal);
  });
  const notices: string[] = [];
  const memory = ephemeralEndpointMemory();
  const notice = (message: string) => void notices.push(message);
  const model = openaiModel({ provider: 'vllm', baseUrl: url, model: 'm', connections: 4, memory, notice });
  const first = await model.generate(request(changes)).catch((thrown: unknown) => thrown);
  const calls = received.length;
  const second = await model.generate(request(changes)).catch((thrown: unknown) => thrown);
  return { first, second, calls, bodies: received.map(({ body }) => body), notices, facts: memory.recall(`${url} m`) };
}

const reply = { name: 'r', schema: z.object({ a: z.number() }) };
const answered = [{ kind: 'completion', text: '{"a":1}' }];

describe('response_format', () => {
  test('without strict, where strict is refused', async () => {
    const { first, second, bodies, facts } = await askTwice(
      (body) =>
        JSON.stringify(body).includes('"strict":true')
          ? { error: { message: "Invalid schema for response_format 'r': …", param: 'response_format' } }
          : undefined,
      { reply },
    );
    expect([first, second]).toMatchObject([answered, answered]);
    expect(bodies.map((body) => body.response_format.json_schema.strict)).toEqual([true, undefined, undefined]);
    expect(facts).toEqual({ replyForm: 'schema' });
  });

  test('as json_object, where schemas are refused', async () => {
    const { bodies, facts } = await askTwice(
      (body) =>
        JSON.stringify(body).includes('json_schema')
          ? {
              error: {
                message: "response_format type 'json_schema' is unavailable now",
                type: 'invalid_request_error',
              },
            }
          : undefined,
      { reply },
    );
    expect(bodies.at(-1).response_format).toEqual({ type: 'json_object' });
    expect(bodies).toHaveLength(4);
    expect(facts).toEqual({ replyForm: 'object' });
  });

  test('as json_object, where a 500 says that the form is not valid, as llama-cpp-python does', async () => {
    const message =
      "1 validation error: {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}";
    const { first, facts } = await askTwice(
      (body) =>
        JSON.stringify(body).includes('json_schema')
          ? { error: { message, type: 'internal_server_error' } }
          : undefined,
      { reply },
      500,
    );
    expect(first).toMatchObject(answered);
    expect(facts).toEqual({ replyForm: 'object' });
  });

  test('takes any other 500 as one', async () => {
    const { first, facts } = await askTwice(
      () => ({ error: { message: 'response_format: out of memory' } }),
      { reply },
      500,
    );
    expect(first).toMatchObject({ kind: 'server' });
    expect(facts).toEqual({});
  });

  test.each([400, 422, 501])('not at all, where every form is refused (%d)', async (status) => {
    const { first, bodies, facts, notices } = await askTwice(
      (body) => ('response_format' in body ? { message: 'structured outputs are not enabled' } : undefined),
      { reply },
      status,
    );
    expect(first).toMatchObject(answered);
    expect(bodies).toHaveLength(5);
    expect(facts).toEqual({ replyForm: 'none' });
    expect(notices).toEqual([]);
  });
});

describe('parameters', () => {
  test('max_completion_tokens for reasoning models that want it', async () => {
    const { first, bodies, facts } = await askTwice(
      (body) =>
        'max_tokens' in body
          ? {
              error: {
                message:
                  "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                type: 'invalid_request_error',
                param: 'max_tokens',
                code: 'unsupported_parameter',
              },
            }
          : undefined,
      { sampling: { maxTokens: 50 } },
    );
    expect(first).toMatchObject(answered);
    expect(bodies.map((body) => [body.max_tokens, body.max_completion_tokens])).toEqual([
      [50, undefined],
      [undefined, 50],
      [undefined, 50],
    ]);
    expect(facts).toEqual({ maxTokensField: 'max_completion_tokens' });
  });

  test('that are refused are left out, and the user is told once', async () => {
    const { first, calls, bodies, notices, facts } = await askTwice(
      (body) => {
        if ('stream_options' in body) return { error: 'Unrecognized request argument supplied: stream_options' };
        if ('top_k' in body)
          return { detail: [{ type: 'extra_forbidden', loc: ['body', 'top_k'], msg: 'Extra inputs' }] };
        if ('temperature' in body) {
          return { error: { message: "Unsupported value: 'temperature' does not support 0.7 with this model." } };
        }
        return undefined;
      },
      { sampling: { temperature: 0.7, topK: 20, topP: 0.9 } },
    );
    expect(first).toMatchObject(answered);
    expect(calls).toBe(4);
    expect(bodies).toHaveLength(5);
    expect(bodies.at(-1)).toMatchObject({ top_p: 0.9, seed: 5 });
    expect(notices).toEqual([expect.stringContaining('`top_k`'), expect.stringContaining('`temperature`')]);
    expect(facts.omitted).toEqual(['stream_options', 'top_k', 'temperature']);
  });

  test.each([
    ['a value out of range', { error: { message: "Invalid value for 'temperature': must be between 0 and 2." } }],
    ['another parameter', { error: { message: "Unsupported parameter: 'logit_bias'" } }],
    ['the context', { error: { message: "This model's maximum context length is 8192 tokens" } }],
  ])('stay when the refusal is about %s', async (_, refusal) => {
    const { first, bodies, facts } = await askTwice(() => refusal, { sampling: { temperature: 3 }, reply });
    expect(first).toMatchObject({ kind: 'invalid-request', status: 400 });
    expect(bodies).toHaveLength(2);
    expect(facts).toEqual({});
  });

  test('refused without end end in an error', async () => {
    const { first, calls } = await askTwice(() => ({ message: 'unknown field seed, temperature, response_format' }), {
      sampling: { temperature: 1 },
      reply,
    });
    expect(first).toMatchObject({ kind: 'invalid-request' });
    expect(calls).toBeLessThanOrEqual(12);
  });
});
