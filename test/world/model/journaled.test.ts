import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CallEntry, Journal, JournalEntry } from '../../../src/world/journal/journal.ts';
import { toHex } from '../../../src/core/digest.ts';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';
import { createCallKeys } from '../../../src/world/model/call-key.ts';
import { type JournaledOptions, journaled } from '../../../src/world/model/journaled.ts';
import type { ModelRequest, SampleIdentity, Sampled } from '../../../src/world/model/model.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createFakeModel, fakeCompletion, fakeIdentity, fakeRequest } from '../../fakes/model.ts';

const sha256 = (data: Uint8Array | string) => hash('sha256', data, 'buffer');
const failure = { kind: 'failed', boundary: 'model', code: 'server', reason: 'down' } as const;

function memoryJournal(entries: JournalEntry[] = []) {
  return {
    entries,
    checkpoint: () => Promise.resolve(undefined),
    commit: () => Promise.resolve(),
    find: (key: string) => Promise.resolve(calls(entries).findLast((entry) => entry.key === key)?.result),
    append: (entry: JournalEntry) => {
      entries.push(entry);
      return Promise.resolve();
    },
  };
}

const calls = (entries: readonly JournalEntry[]) =>
  entries.filter((entry): entry is CallEntry => entry.type === 'call');

function setUp(
  extra: { mode?: 'live' | 'replay'; scope?: string; entries?: JournalEntry[]; answer?: () => Sampled } & Pick<
    JournaledOptions,
    'found'
  > = {},
) {
  const clock = createFakeClock(5);
  const { mode = 'live', scope = 'data', entries = [], answer, found } = extra;
  const server = createFakeModel(answer === undefined ? {} : { answer });
  const journal = memoryJournal(entries);
  const port: Journal = { ...journal, entries: async function* () {} };
  return { server, entries, port, model: journaled(server, port, { mode, scope, clock, sha256, found }) };
}

const answered = (sampled: readonly Sampled[]) =>
  sampled.map((one) => (one.kind === 'completion' ? one.text : one.code));

describe('journaled', () => {
  it('writes messages once and every call before it is answered', async () => {
    const { model, entries } = setUp();
    const request = fakeRequest({ count: 2 });
    await model.generate(request);
    await model.generate({ ...request, samples: [{ index: 2, seed: 3 }] });
    expect(entries.map(({ type }) => type)).toEqual(['message', 'call', 'call', 'call']);
    const [message] = entries;
    expect(message).toMatchObject({ role: 'user', content: 'What is 6 x 7?' });
    for (const call of calls(entries)) {
      expect(call).toMatchObject({ model: fakeIdentity, purpose: request.purpose, at: 5 });
      expect(call.messages).toEqual([message?.type === 'message' && message.digest]);
    }
  });

  it('asks nothing twice', async () => {
    const first = setUp();
    const request = fakeRequest({ count: 3 });
    const answers = await first.model.generate(request);
    const recalled: string[] = [];
    const second = setUp({
      entries: first.entries,
      found: ({ item }, { text }) => void recalled.push(`${item} ${text}`),
    });
    expect(await second.model.generate(structuredClone(request))).toEqual(answers);
    expect(second.server.requests).toHaveLength(0);
    expect(recalled).toEqual(['p1 answer 0', 'p1 answer 1', 'p1 answer 2']);
  });

  it('asks only what is missing, each sample once, neighbours with consecutive seeds together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 12 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        async (known, gaps) => {
          let seed = 0;
          const samples: SampleIdentity[] = gaps.map((gap, index) => ({ index, seed: (seed += gap ? 10 : 1) }));
          const request: ModelRequest = { ...fakeRequest(), samples };
          const { model, server } = setUp();
          for (const index of known) await model.generate({ ...request, samples: [samples[index] as SampleIdentity] });
          const before = server.requests.length;
          const answers = await model.generate(request);
          expect(answered(answers)).toEqual(samples.map(({ index }) => `answer ${index}`));
          const asked = server.requests.slice(before).map((part) => part.samples);
          expect(asked.flat()).toEqual(samples.filter(({ index }) => !known.includes(index)));
          for (const part of asked)
            for (const [place, sample] of part.entries())
              expect(sample).toEqual({ index: (part[0]?.index ?? 0) + place, seed: (part[0]?.seed ?? 0) + place });
          for (const [place, part] of asked.entries()) {
            const end = asked[place - 1]?.at(-1);
            expect(end?.index === (part[0]?.index ?? 0) - 1 && end?.seed === (part[0]?.seed ?? 0) - 1).toBe(false);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('asks two equal calls at once only once', async () => {
    const { model, server, entries } = setUp();
    const request = fakeRequest({ count: 2 });
    const [one, two] = await Promise.all([model.generate(request), model.generate(structuredClone(request))]);
    expect(one).toEqual(two);
    expect(server.requests).toHaveLength(1);
    expect(calls(entries)).toHaveLength(2);
  });

  it('asks itself when the call that it waited for was aborted', async () => {
    const clock = createFakeClock();
    const server = createFakeModel({ clock });
    const port: Journal = { ...memoryJournal(), entries: async function* () {} };
    const model = journaled(server, port, { mode: 'live', scope: '', clock, sha256 });
    const controller = new AbortController();
    const first = model.generate(fakeRequest(), { signal: controller.signal });
    const outcome = first.catch((thrown: unknown) => thrown);
    const second = model.generate(fakeRequest());
    await clock.pass(50);
    const reason = new Error('stop');
    controller.abort(reason);
    expect(await outcome).toBe(reason);
    expect(answered(await clock.settle(second))).toEqual(['answer 0']);
    expect(server.requests).toHaveLength(2);
  });

  it('asks again what had failed, and in a replay tells the failure', async () => {
    const first = setUp({ answer: () => failure });
    expect(answered(await first.model.generate(fakeRequest()))).toEqual(['server']);
    const replay = setUp({ entries: first.entries, mode: 'replay' });
    expect(await replay.model.generate(fakeRequest())).toEqual([failure]);
    const live = setUp({ entries: first.entries });
    expect(answered(await live.model.generate(fakeRequest()))).toEqual(['answer 0']);
    const later = setUp({ entries: first.entries, mode: 'replay' });
    expect(answered(await later.model.generate(fakeRequest()))).toEqual(['answer 0']);
    expect(replay.server.requests.length + later.server.requests.length).toBe(0);
  });

  it('does not ask in a replay: it says what is missing', async () => {
    const { model, server } = setUp({ mode: 'replay' });
    await expect(model.generate(fakeRequest({ stage: 'summarize', item: 'aime-7' }))).rejects.toMatchObject({
      code: 'replay-miss',
      message: expect.stringMatching(/summarize.*aime-7.*sample 0 in step 0/),
    });
    expect(server.requests).toHaveLength(0);
  });

  it('returns nothing that the journal could not keep', async () => {
    const { server, port } = setUp();
    const full: Journal = { ...port, append: () => Promise.reject(new Error('the disk is full')) };
    const model = journaled(server, full, { mode: 'live', scope: '', clock: createFakeClock(), sha256 });
    await expect(model.generate(fakeRequest())).rejects.toThrow('the disk is full');
  });
});

describe('the key of a call', () => {
  const base = fakeRequest({ count: 1 });
  const reply = { name: 'operations', schema: z.object({ a: z.string() }) };
  const keyOf = (request: ModelRequest, scope = 'data', identity = fakeIdentity) =>
    createCallKeys(scope, sha256).callKeys(identity, request)[0];
  const key = keyOf(base);

  it('is SHA-256 in hexadecimal and depends on values, not on objects or who asks', () => {
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(keyOf(structuredClone(base))).toBe(key);
    expect(keyOf({ ...base, purpose: { ...base.purpose, item: 'other', step: 9 } })).toBe(key);
    expect(keyOf({ ...base, sampling: { maxTokens: 50, temperature: 0.7, topK: undefined } })).toBe(key);
    expect(keyOf({ ...base, reply })).toBe(
      keyOf({ ...base, reply: { ...reply, schema: z.object({ a: z.string() }) } }),
    );
  });

  it('is that of the canonical JSON of all that it covers, so that journals stay readable', () => {
    const digest = (value: unknown) => toHex(sha256(typeof value === 'string' ? value : canonicalJson(value)));
    const request = { ...base, reply };
    const sampling = JSON.parse(JSON.stringify(base.sampling)) as unknown;
    const call = digest({
      scope: 'data',
      model: fakeIdentity,
      messages: base.messages.map(({ role, content }) => digest({ role, content: digest(content), images: [] })),
      sampling,
      reply: digest({ name: reply.name, schema: JSON.parse(JSON.stringify(z.toJSONSchema(reply.schema))) }),
    });
    expect(keyOf(request)).toBe(digest({ call, sample: base.samples[0] }));
  });

  it.each<[string, string | undefined]>([
    ['scope', keyOf(base, 'other data')],
    ['provider', keyOf(base, 'data', { ...fakeIdentity, provider: 'openai' })],
    ['model', keyOf(base, 'data', { ...fakeIdentity, model: 'other' })],
    ['endpoint', keyOf(base, 'data', { ...fakeIdentity, endpoint: 'other:' })],
    ['content', keyOf({ ...base, messages: [{ role: 'user', content: 'What is 6 x 8?' }] })],
    ['role', keyOf({ ...base, messages: [{ role: 'system', content: 'What is 6 x 7?' }] })],
    ['images', keyOf({ ...base, messages: [{ role: 'user', content: 'What is 6 x 7?', images: ['data:,1'] }] })],
    ['temperature', keyOf({ ...base, sampling: { ...base.sampling, temperature: 0 } })],
    ['stop', keyOf({ ...base, sampling: { ...base.sampling, stop: ['\n'] } })],
    ['index', keyOf({ ...base, samples: [{ index: 1, seed: 1 }] })],
    ['seed', keyOf({ ...base, samples: [{ index: 0, seed: 2 }] })],
    ['reply', keyOf({ ...base, reply })],
    ['schema', keyOf({ ...base, reply: { ...reply, schema: z.object({ a: z.number() }) } })],
  ])('covers the %s', (_, other) => {
    expect(other).not.toBe(key);
  });

  it('exists for text that ends in half of a surrogate pair', () => {
    expect(keyOf(fakeRequest({ text: 'cut \ud83d' }))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is not confused by where one message ends and the next begins', () => {
    const two = (first: string, second: string) =>
      keyOf(
        fakeRequest({
          messages: [
            { role: 'user', content: first },
            { role: 'user', content: second },
          ],
        }),
      );
    expect(two('ab', 'c')).not.toBe(two('a', 'bc'));
    expect(fakeCompletion().kind).toBe('completion');
  });
});
