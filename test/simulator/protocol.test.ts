import { describe, expect, it } from 'vitest';
import { shuffle, randomFor } from '../../src/core/random.ts';
import { startSimulator } from '../../src/simulator/start-simulator.ts';
import { collect, rolloutOf, serve } from './serving.ts';

describe('the simulated server, through the openai client', () => {
  it('lists its models as simulated ones and says on every answer that it is a simulation', async () => {
    await using serving = await serve();
    const { data, response } = await serving.client.models.list().withResponse();
    expect(data.data.map(({ id, owned_by: owner }) => `${owner} ${id}`)).toContain('simulator zoo-sim-student');
    expect(response.headers.get('x-zoo-simulation')).toBe('true');
    const completion = await serving.client.chat.completions.create(rolloutOf(0, 1)).withResponse();
    expect(completion.response.headers.get('x-zoo-simulation')).toBe('true');
    expect(completion.data.system_fingerprint).toBe('zoo-simulator-seed-0');
  });

  it('answers health and statistics', async () => {
    await using serving = await serve();
    await serving.client.chat.completions.create(rolloutOf(0, 1));
    const root = serving.simulator.url.replace('/v1', '');
    expect(await (await fetch(`${root}/health`)).json()).toEqual({ status: 'ok', simulation: true });
    expect(await (await fetch(`${root}/stats`)).json()).toMatchObject({
      simulation: true,
      requests: 1,
      byStage: { rollout: { sequences: 1 } },
    });
  });

  it('streams what it answers at once, with the same usage', async () => {
    await using serving = await serve({ capacity: { cacheTokens: 0 } });
    const whole = await serving.client.chat.completions.create({ ...rolloutOf(0, 5), n: 2 });
    const streamed = await collect(serving.client, rolloutOf(0, 5), { n: 2 });
    expect(streamed.texts).toEqual(whole.choices.map(({ message }) => message.content));
    expect(streamed.reasons).toEqual(whole.choices.map(({ finish_reason: reason }) => reason));
    expect(streamed.usage).toEqual(whole.usage);
    expect(whole.choices[0]?.message.content).toContain('\\boxed{');
  });

  it('answers n choices as it would answer n consecutive seeds', async () => {
    await using serving = await serve();
    const group = await serving.client.chat.completions.create({ ...rolloutOf(3, 40), n: 4 });
    const alone = await Promise.all(
      [40, 41, 42, 43].map((seed) => serving.client.chat.completions.create(rolloutOf(3, seed))),
    );
    expect(group.choices.map(({ message }) => message.content)).toEqual(
      alone.map(({ choices }) => choices[0]?.message.content),
    );
    expect(new Set(group.choices.map(({ message }) => message.content)).size).toBe(4);
  });

  it('gives each request its answer whatever the order and the concurrency', async () => {
    const bodies = Array.from({ length: 60 }, (_, index) => rolloutOf(index, index % 7));
    const ask = async (order: readonly number[], atOnce: number) => {
      await using serving = await serve({ faults: { truncation: 0.2 } });
      const texts: (string | null | undefined)[] = [];
      const waiting = [...order];
      const work = async () => {
        for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
          const { choices } = await serving.client.chat.completions.create(bodies[index] ?? rolloutOf(0));
          texts[index] = choices[0]?.message.content;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      return texts;
    };
    const forwards = [...bodies.keys()];
    const first = await ask(forwards, 1);
    expect(await ask(shuffle(forwards, randomFor(1)), 20)).toEqual(first);
  });

  it('answers differently under another seed of the simulator', async () => {
    await using one = await serve({ seed: 1 });
    await using two = await serve({ seed: 2 });
    const texts = await Promise.all([one, two].map(({ client }) => collect(client, rolloutOf(0, 5))));
    expect(texts[0]?.texts).not.toEqual(texts[1]?.texts);
  });

  it('draws new samples without a seed, and the same one at temperature 0', async () => {
    await using serving = await serve();
    const ask = async (temperature: number) =>
      (await serving.client.chat.completions.create({ ...rolloutOf(0), temperature })).choices[0]?.message.content;
    expect(await ask(1)).not.toBe(await ask(1));
    expect(await ask(0)).toBe(await ask(0));
  });

  it('counts the cached part of a prompt that it saw before, in whole blocks', async () => {
    await using serving = await serve({ capacity: { blockTokens: 8 } });
    const usage = async (index: number) => (await serving.client.chat.completions.create(rolloutOf(index, 1))).usage;
    const cached = async (index: number) => (await usage(index))?.prompt_tokens_details?.cached_tokens ?? -1;
    expect(await cached(0)).toBe(0);
    const shared = await cached(30);
    expect(shared).toBeGreaterThan(0);
    expect(shared % 8).toBe(0);
    const again = await usage(0);
    expect(again?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(shared);
    expect(again?.prompt_tokens_details?.cached_tokens).toBeLessThan(again?.prompt_tokens ?? 0);
  });

  it('forgets the oldest blocks of a full cache', async () => {
    await using serving = await serve({ capacity: { blockTokens: 8, cacheTokens: 48 } });
    const cached = async (index: number) =>
      (await serving.client.chat.completions.create(rolloutOf(index, 1))).usage?.prompt_tokens_details?.cached_tokens;
    await cached(0);
    await cached(30);
    expect(await cached(0)).toBe(0);
  });

  it('ends at max_tokens with finish reason length, and before a stop sequence', async () => {
    await using serving = await serve();
    const cut = await serving.client.chat.completions.create({ ...rolloutOf(0, 1), max_tokens: 10 });
    expect(cut.choices[0]?.finish_reason).toBe('length');
    expect(cut.usage?.completion_tokens).toBe(10);
    const stopped = await serving.client.chat.completions.create({ ...rolloutOf(0, 1), stop: ['\n\n'] });
    expect(stopped.choices[0]?.finish_reason).toBe('stop');
    expect(stopped.choices[0]?.message.content).not.toContain('\n\n');
  });

  it('keeps reasoning in a field of its own, or in tags', async () => {
    await using apart = await serve({ reasoning: 'field' });
    await using tagged = await serve({ reasoning: 'tags' });
    const message = (await apart.client.chat.completions.create(rolloutOf(0, 1))).choices[0]?.message;
    const reasoning = (message as { reasoning_content?: string } | undefined)?.reasoning_content ?? '';
    expect(reasoning.length).toBeGreaterThan(0);
    expect(reasoning).not.toContain('\\boxed');
    const { texts } = await collect(tagged.client, rolloutOf(0, 1));
    expect(texts[0]).toBe(`<think>\n${reasoning}</think>\n${message?.content}`);
    expect((await collect(apart.client, rolloutOf(0, 1))).texts[0]).toBe(message?.content);
  });

  it.each([
    ['operations', 'operations'],
    ['consolidation', 'operations'],
    ['experience', 'experience'],
    ['experiences', 'experiences'],
    ['verdict', 'correct'],
    ['anything', 'correct'],
  ])('answers a structured request named %s with JSON that has "%s"', async (name, key) => {
    await using serving = await serve();
    const schema = { type: 'object', properties: { correct: { type: 'boolean' } }, required: ['correct'] };
    const { choices } = await serving.client.chat.completions.create({
      ...rolloutOf(0, 1),
      response_format: { type: 'json_schema', json_schema: { name, schema } },
    });
    expect(Object.keys(JSON.parse(choices[0]?.message.content ?? '') as object)).toEqual([key]);
  });

  it('judges by the true answer', async () => {
    await using serving = await serve();
    const judge = async (answer: string) => {
      const { choices } = await serving.client.chat.completions.create({
        model: 'zoo-sim-teacher',
        messages: [{ role: 'user', content: `${rolloutOf(0).messages[1]?.content}\nResponse: \\boxed{${answer}}` }],
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'verdict', schema: { type: 'object', properties: { correct: { type: 'boolean' } } } },
        },
      });
      return choices[0]?.message.content;
    };
    expect(await judge('48')).toBe('{"correct":true}');
    expect(await judge('47')).toBe('{"correct":false}');
  });

  it('recognises a problem without tags', async () => {
    await using serving = await serve();
    const plain = { model: 'zoo-sim-student', seed: 5, n: 30 };
    const text = rolloutOf(0).messages[1]?.content.split('\n')[2] ?? '';
    const bare = await serving.client.chat.completions.create({
      ...plain,
      messages: [{ role: 'user', content: text }],
    });
    const framed = await serving.client.chat.completions.create({
      ...plain,
      messages: [{ role: 'user', content: `Please solve this: ${text} Thank you.` }],
    });
    for (const { choices } of [bare, framed]) {
      expect(choices.some(({ message }) => message.content?.includes('\\boxed{48}'))).toBe(true);
    }
  });

  it.each([
    ['a model that it has not', { model: 'gpt-4o' }, 404],
    ['no messages', { messages: [] }, 400],
    ['no choices', { n: 0 }, 400],
  ])('refuses %s', async (_, change, status) => {
    await using serving = await serve();
    await expect(serving.client.chat.completions.create({ ...rolloutOf(0), ...change })).rejects.toMatchObject({
      status,
    });
  });

  it('refuses a body that is no JSON, an unknown path, and a wrong key', async () => {
    await using serving = await serve({ apiKey: 'open-sesame' });
    const headers = { authorization: 'Bearer open-sesame' };
    const { url } = serving.simulator;
    const broken = await fetch(`${url}/chat/completions`, { method: 'POST', headers, body: '{' });
    expect(broken.status).toBe(400);
    expect((await fetch(`${url}/embeddings`, { method: 'POST', headers, body: '{}' })).status).toBe(404);
    expect((await fetch(`${url}/models`)).status).toBe(401);
    expect(await serving.client.chat.completions.create(rolloutOf(0))).toMatchObject({ object: 'chat.completion' });
  });

  it('refuses options out of their range, and a port that is taken', async () => {
    await expect(startSimulator({ faults: { stall: 2 } })).rejects.toMatchObject({ code: 'invalid-data' });
    await using serving = await serve();
    const port = Number(new URL(serving.simulator.url).port);
    await expect(startSimulator({ port })).rejects.toMatchObject({ code: 'simulator-port' });
  });
});
