import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Completion, Model, ModelRequest, Sampled } from '../../../src/world/model/model.ts';
import { structured } from '../../../src/world/model/structured.ts';
import { request, samples } from './endpoint-server.ts';

const reply = { name: 'r', schema: z.object({ count: z.number().int().min(0) }) };

function said(text: string, changes: Partial<Completion> = {}): Completion {
  return {
    kind: 'completion',
    text,
    reasoning: '',
    finish: 'stop',
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 2 },
    usageReported: true,
    timing: { firstTokenMs: 1, totalMs: 2 },
    ...changes,
  };
}

function scripted(...answers: readonly (readonly Sampled[])[]) {
  const asked: ModelRequest[] = [];
  const inner: Model = {
    identity: { provider: 'p', model: 'm', endpoint: 'e' },
    takesGroups: () => true,
    generate: async (one) => {
      asked.push(one);
      return answers[asked.length - 1] ?? [];
    },
  };
  return { model: structured(inner, (fault) => `Mend it: ${fault}`), asked };
}

test('passes on what asks for no JSON', async () => {
  const { model, asked } = scripted([said('{"count": "no"}')]);
  expect(await model.generate(request())).toEqual([said('{"count": "no"}')]);
  expect(asked).toHaveLength(1);
  expect(model.takesGroups?.()).toBe(true);
});

test('gives the value of what fits, and asks once only', async () => {
  const { model, asked } = scripted([said('Sure:\n```json\n{"count": 3,}\n```')]);
  expect(await model.generate(request({ reply }))).toMatchObject([{ kind: 'completion', value: { count: 3 } }]);
  expect(asked).toHaveLength(1);
});

test('asks for a mended answer, with the answer and what is wrong with it', async () => {
  const { model, asked } = scripted(
    [said('{"count": 1}'), said('{"count": -1}')],
    [said('{"count": 2}', { usage: { promptTokens: 30, cachedTokens: 20, completionTokens: 5 } })],
  );
  const sampled = await model.generate(request({ reply, samples: samples(2) }));
  expect(sampled).toMatchObject([
    { value: { count: 1 } },
    { value: { count: 2 }, text: '{"count": 2}', usage: { promptTokens: 40, cachedTokens: 24, completionTokens: 7 } },
  ]);
  expect(asked[1]).toMatchObject({
    reply,
    samples: [{ index: 1, seed: 6 }],
    messages: [
      { role: 'user', content: 'What is six times seven?' },
      { role: 'assistant', content: '{"count": -1}' },
      { role: 'user', content: expect.stringMatching(/^Mend it: .*count/) },
    ],
  });
});

test('is a failure when that does not help, after two requests', async () => {
  const { model, asked } = scripted([said('none')], [said('still none')]);
  expect(await model.generate(request({ reply }))).toEqual([
    { kind: 'failed', boundary: 'model', code: 'unusable-reply', reason: 'There is no JSON in it.' },
  ]);
  expect(asked).toHaveLength(2);
});

describe('does not take', () => {
  test('half a list for a whole one', async () => {
    const list = { name: 'l', schema: z.array(z.number()) };
    const { model, asked } = scripted([said('[1, 2, 3', { finish: 'length' })], [said('[1]')]);
    expect(await model.generate(request({ reply: list }))).toMatchObject([{ value: [1] }]);
    expect(asked[1]?.messages.at(-1)?.content).toContain('briefly');
  });

  test('a failure for an answer', async () => {
    const failure = { kind: 'failed', boundary: 'model', code: 'server', reason: 'down' } as const;
    expect(await scripted([failure]).model.generate(request({ reply }))).toEqual([failure]);
    expect(await scripted([said('none')], [failure]).model.generate(request({ reply }))).toEqual([failure]);
  });
});

test('finds an answer that a server filed under reasoning', async () => {
  const { model } = scripted([said(' ', { reasoning: 'Well. {"count": 4}' })]);
  expect(await model.generate(request({ reply }))).toMatchObject([{ value: { count: 4 } }]);
});
