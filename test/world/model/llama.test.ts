import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { messageOf } from '../../../src/core/error.ts';
import { type LlamaModel, type LlamaOptions, checkLlama, llamaModel } from '../../../src/world/model/llama.ts';
import { grammarSchema } from '../../../src/world/model/llama/grammar.ts';
import type { LlamaSequence } from '../../../src/world/model/llama/library.ts';
import { sequencePool } from '../../../src/world/model/llama/sequences.ts';
import type { Completion, ModelRequest } from '../../../src/world/model/model.ts';
import { findLlama } from '../../real/install-llama.ts';
import { tinyGguf } from './tiny-gguf.ts';

const library = findLlama();
if (library === undefined) {
  console.log(
    'llama.test: skipped what needs node-llama-cpp, which is not installed (node test/real/install-llama.ts)',
  );
}

const folder = mkdtempSync(join(tmpdir(), 'zoo-llama-'));
const tiny = join(folder, 'tiny.gguf');
beforeAll(() => writeFileSync(tiny, tinyGguf()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function request(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hello there' },
    ],
    sampling: { temperature: 0.7, maxTokens: 16 },
    samples: [{ index: 0, seed: 1 }],
    purpose: { stage: 'rollout', role: 'student', item: 'p1' },
    ...changes,
  };
}

describe('without the library', () => {
  test('says how to install it', async () => {
    const model = llamaModel({ model: tiny, library: folder });
    await expect(model.generate(request())).rejects.toMatchObject({
      code: 'llama-not-installed',
      message: expect.stringContaining(folder),
      hint: expect.stringMatching(/npm install .*node-llama-cpp@3\.22\.1.*ZOO_LLAMA_MODULE/s),
    });
  });

  test('can be told before anything is loaded', async () => {
    await expect(checkLlama({ model: tiny, library: folder })).rejects.toMatchObject({ code: 'llama-not-installed' });
  });

  test('names the model by its file, and by its URI when it is remote', () => {
    expect(llamaModel({ model: '/some/where/small.gguf' }).identity).toEqual({
      provider: 'llama',
      model: 'small.gguf',
      endpoint: '/some/where/small.gguf',
    });
    expect(llamaModel({ model: 'hf:owner/repo:Q4_K_M' }).identity.model).toBe('hf:owner/repo:Q4_K_M');
  });
});

describe.skipIf(library === undefined)('a tiny model', () => {
  let open: LlamaModel[] = [];
  function start(changes: Partial<LlamaOptions> = {}): LlamaModel {
    const model = llamaModel({ model: tiny, library, gpu: false, sequences: 2, ...changes });
    open.push(model);
    return model;
  }
  afterEach(async () => {
    await Promise.all(open.map((model) => model.close()));
    open = [];
  });

  const shared = llamaModel({ model: tiny, library, gpu: false, sequences: 2 });
  afterAll(() => shared.close());

  async function completions(model: LlamaModel, changes: Partial<ModelRequest> = {}): Promise<readonly Completion[]> {
    const sampled = await model.generate(request(changes));
    return sampled.filter((one) => one.kind === 'completion');
  }

  test('draws one completion a sample, more than it has sequences, the same for the same seed', async () => {
    const samples = [5, 6, 5, 7].map((seed, index) => ({ index, seed }));
    const drawn = await completions(shared, { samples });
    expect(drawn).toHaveLength(4);
    expect(drawn[2]?.text).toBe(drawn[0]?.text);
    expect(new Set(drawn.map((one) => one.text)).size).toBe(3);
  });

  test('tells the tokens that it used, and that it ran into the limit', async () => {
    const [one] = await completions(start());
    expect(one).toMatchObject({
      finish: 'length',
      usageReported: true,
      usage: { completionTokens: 16, cachedTokens: 0 },
    });
    // Every character of the prompt is a token or more here, and the template's markers are one each.
    expect(one?.usage.promptTokens).toBeGreaterThanOrEqual('be briefhello there'.length);
    expect(one?.timing.firstTokenMs).toBeLessThanOrEqual(one?.timing.totalMs ?? 0);
  });

  test('evaluates a shared prefix once', async () => {
    const model = start();
    const [first] = await completions(model);
    const [again] = await completions(model);
    const [other] = await completions(model, {
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'help me' },
      ],
    });
    expect(again?.usage.cachedTokens).toBe((first?.usage.promptTokens ?? 0) - 1);
    expect(again?.text).toBe(first?.text);
    expect(other?.usage.cachedTokens).toBeGreaterThan('be brief'.length);
    expect(other?.usage.cachedTokens).toBeLessThan(again?.usage.cachedTokens ?? 0);
  });

  test('tells the first token and the end of each sample once', async () => {
    const firsts: number[] = [];
    let ends = 0;
    const samples = [1, 2, 3].map((seed, index) => ({ index, seed }));
    await shared.generate(request({ samples }), {
      onFirstToken: (milliseconds) => firsts.push(milliseconds),
      onSampleEnd: () => ends++,
    });
    expect(firsts).toHaveLength(3);
    expect(ends).toBe(3);
  });

  test('is greedy without a temperature', async () => {
    const samples = [1, 2].map((seed, index) => ({ index, seed }));
    const [one, two] = await completions(shared, { samples, sampling: { maxTokens: 8 } });
    expect(two?.text).toBe(one?.text);
  });

  test('takes the likeliest token only with top-k 1, whatever the temperature', async () => {
    const model = shared;
    const [greedy] = await completions(model, { sampling: { maxTokens: 8 } });
    const [narrow] = await completions(model, { sampling: { temperature: 5, topK: 1, maxTokens: 8 } });
    const [wide] = await completions(model, { sampling: { temperature: 5, topK: 300, topP: 1, maxTokens: 8 } });
    expect(narrow?.text).toBe(greedy?.text);
    expect(wide?.text).not.toBe(greedy?.text);
  });

  test('stops at a stop text and leaves it out', async () => {
    const sampling = { temperature: 0.7, maxTokens: 16 };
    const [whole] = await completions(shared, { sampling });
    const text = whole?.text ?? '';
    const stop = /[!-~]/.exec(text)?.[0] ?? '';
    expect(stop).not.toBe('');
    const [cut] = await completions(shared, { sampling: { ...sampling, stop: [stop] } });
    expect(cut?.finish).toBe('stop');
    expect(cut?.usage.completionTokens).toBeLessThan(16);
    // What stands before may end in half a character, which is never shown.
    expect(text.slice(0, text.indexOf(stop))).toContain(cut?.text);
    expect(cut?.text).not.toContain(stop);
  });

  test('answers with JSON of the schema, even from random weights', async () => {
    const schema = z.object({
      verdict: z.enum(['keep', 'drop']),
      level: z.literal([1, 2, 3]).nullish(),
      certain: z.boolean().optional(),
    });
    const samples = [1, 2, 3, 4, 5].map((seed, index) => ({ index, seed }));
    const drawn = await completions(shared, {
      samples,
      sampling: { temperature: 0.7, maxTokens: 200 },
      reply: { name: 'verdict', schema },
    });
    const finished = drawn.filter((one) => one.finish === 'stop');
    expect(finished.length).toBeGreaterThan(0);
    for (const one of finished) expect(schema.safeParse(JSON.parse(one.text)).error).toBeUndefined();
  });

  test('takes the largest grammar that a schema may ask for', async () => {
    const schema = z.object({ text: z.string().max(100_000), list: z.array(z.int()).max(100_000) });
    const drawn = await completions(shared, { reply: { name: 'large', schema } });
    expect(drawn[0]?.text).toMatch(/^\{/);
  });

  test('refuses a prompt that does not fit, and says how to mend it', async () => {
    const messages = [{ role: 'user', content: 'x'.repeat(600) }] as const;
    await expect(shared.generate(request({ messages }))).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('512'),
      hint: expect.stringContaining('--library-tokens'),
    });
  });

  test('ends a completion at the end of the context', async () => {
    const messages = [{ role: 'user', content: 'x'.repeat(460) }] as const;
    const [one] = await completions(shared, { messages, sampling: {} });
    expect(one?.finish).toBe('length');
    const used = (one?.usage.promptTokens ?? 0) + (one?.usage.completionTokens ?? 0);
    expect(used).toBe(510);
  });

  test('refuses images', async () => {
    const messages = [{ role: 'user', content: 'look', images: ['data:image/png;base64,AA=='] }] as const;
    await expect(shared.generate(request({ messages }))).rejects.toMatchObject({ kind: 'invalid-request' });
  });

  test('stops when aborted, and serves the next request', async () => {
    const model = start({ sequences: 1 });
    await completions(model);
    const controller = new AbortController();
    const reason = new Error('enough');
    const samples = [1, 2, 3].map((seed, index) => ({ index, seed }));
    const long = model.generate(request({ samples, sampling: { temperature: 0.7, maxTokens: 400 } }), {
      signal: controller.signal,
      onFirstToken: () => controller.abort(reason),
    });
    await expect(long).rejects.toBe(reason);
    expect(await completions(model)).toHaveLength(1);
    await expect(model.generate(request(), { signal: controller.signal })).rejects.toBe(reason);
  });

  test('gives up at a deadline', async () => {
    const model = start({ sequences: 1, timeoutMs: 1 });
    const samples = [1, 2, 3, 4].map((seed, index) => ({ index, seed }));
    await expect(model.generate(request({ samples, sampling: { maxTokens: 400 } }))).rejects.toMatchObject({
      kind: 'timeout',
      retryable: true,
      hint: expect.stringContaining('--timeout'),
    });
  });

  test('loads the model once for requests that come together', async () => {
    const model = start();
    const both = await Promise.all([completions(model), completions(model)]);
    expect(both.flat()).toHaveLength(2);
  });

  test('says so when it was closed', async () => {
    const model = start();
    await completions(model);
    await model.close();
    await expect(model.generate(request())).rejects.toMatchObject({ code: 'llama-closed' });
  });

  test('says which file is missing or no model', async () => {
    await expect(checkLlama({ model: join(folder, 'none.gguf'), library })).rejects.toMatchObject({
      code: 'llama-model-not-found',
    });
    await expect(checkLlama({ model: tiny, library })).resolves.toBeUndefined();
    await expect(start({ model: join(folder, 'none.gguf') }).generate(request())).rejects.toMatchObject({
      code: 'llama-model-not-found',
      message: expect.stringContaining('none.gguf'),
    });
    const broken = join(folder, 'broken.gguf');
    writeFileSync(broken, tinyGguf().slice(0, 20_000));
    await expect(start({ model: broken }).generate(request())).rejects.toMatchObject({
      code: 'llama-model-unusable',
      message: expect.stringContaining('broken.gguf'),
      hint: expect.stringContaining('GGUF'),
    });
  });

  describe('from a hub', () => {
    let server: Server;
    let asked: string[] = [];
    const before = process.env['HF_ENDPOINT'];
    beforeAll(async () => {
      server = createServer((incoming, outgoing) => {
        const url = incoming.url ?? '';
        asked.push(`${incoming.method} ${url.split('?')[0]}`);
        if (url.startsWith('/v2/owner/small-GGUF/manifests/')) {
          outgoing.setHeader('content-type', 'application/json');
          outgoing.end(JSON.stringify({ ggufFile: { rfilename: 'small.Q8_0.gguf' } }));
          return;
        }
        if (!url.startsWith('/owner/small-GGUF/resolve/main/small.Q8_0.gguf')) {
          outgoing.statusCode = 404;
          outgoing.end();
          return;
        }
        sendRange(outgoing, tinyGguf(), incoming.headers.range, incoming.method === 'HEAD');
      });
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      process.env['HF_ENDPOINT'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => {
      server.close();
      if (before === undefined) delete process.env['HF_ENDPOINT'];
      else process.env['HF_ENDPOINT'] = before;
    });

    test.each([
      ['a file', 'hf:owner/small-GGUF/small.Q8_0.gguf', 'a'],
      ['a quantisation', 'hf:owner/small-GGUF:Q8_0', 'b'],
    ])('fetches %s once, from HF_ENDPOINT', async (_, uri, name) => {
      const modelsFolder = join(folder, name);
      asked = [];
      const [one] = await completions(start({ model: uri, modelsFolder }));
      expect(one?.usage.completionTokens).toBe(16);
      expect(asked.some((line) => line.endsWith('/owner/small-GGUF/resolve/main/small.Q8_0.gguf'))).toBe(true);
      asked = [];
      await completions(start({ model: uri, modelsFolder }));
      expect(asked.filter((line) => line.startsWith('GET') && line.includes('/resolve/'))).toEqual([]);
    });

    test('says what the hub does not have', async () => {
      const model = start({ model: 'hf:owner/other/none.gguf', modelsFolder: join(folder, 'c') });
      const failure = await model.generate(request()).catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({ code: 'llama-model-not-found', hint: expect.stringContaining('HF_ENDPOINT') });
      expect(messageOf(failure)).toContain('hf:owner/other/none.gguf');
      expect(existsSync(join(folder, 'c', 'none.gguf'))).toBe(false);
    });
  });
});

function sendRange(outgoing: ServerResponse, bytes: Uint8Array, range: string | undefined, headOnly: boolean): void {
  const parts = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  const from = Number(parts?.[1] ?? 0);
  const to = parts?.[2] === undefined || parts[2] === '' ? bytes.length - 1 : Number(parts[2]);
  outgoing.statusCode = parts === null ? 200 : 206;
  outgoing.setHeader('accept-ranges', 'bytes');
  outgoing.setHeader('etag', '"tiny"');
  outgoing.setHeader('content-length', to - from + 1);
  if (parts !== null) outgoing.setHeader('content-range', `bytes ${from}-${to}/${bytes.length}`);
  outgoing.end(headOnly ? undefined : bytes.slice(from, to + 1));
}

describe('grammarSchema', () => {
  test('leaves out a property that may be absent, and requires one that may be null', () => {
    const schema = z.object({ kind: z.enum(['a', 'b']), note: z.string().optional(), id: z.string().nullish() });
    const kind = { enum: ['a', 'b'] };
    const text = { type: 'string', maxLength: 400 };
    const id = { oneOf: [text, { type: 'null' }] };
    expect(grammarSchema(schema)).toEqual({
      oneOf: [
        { type: 'object', properties: { kind, note: text, id } },
        { type: 'object', properties: { kind, id } },
      ],
    });
  });

  test('keeps lengths that a grammar can hold', () => {
    const schema = z.array(z.string().min(2).max(40)).min(1).max(3);
    expect(grammarSchema(schema)).toEqual({
      type: 'array',
      items: { type: 'string', minLength: 2, maxLength: 40 },
      minItems: 1,
      maxItems: 3,
    });
    expect(grammarSchema(z.string().max(100_000))).toEqual({ type: 'string', maxLength: 1000 });
  });

  test('writes unions as alternatives and records with their values', () => {
    const schema = z.union([z.literal('none'), z.record(z.string(), z.int())]);
    expect(grammarSchema(schema)).toMatchObject({
      oneOf: [{ const: 'none' }, { type: 'object', additionalProperties: { type: 'integer' } }],
    });
  });

  test('keeps what recurses as a reference', () => {
    const tree = z.object({
      name: z.string(),
      get children() {
        return z.array(tree);
      },
    });
    const converted = JSON.stringify(grammarSchema(z.object({ tree })));
    expect(converted).toContain('"$ref":"#/$defs/');
    expect(converted).toContain('"$defs"');
  });

  test.each([
    ['any value', z.object({ value: z.any() })],
    ['an intersection', z.intersection(z.object({ a: z.string() }), z.record(z.string(), z.string()))],
  ])('gives up on %s', (_, schema) => {
    expect(grammarSchema(schema)).toBeUndefined();
  });

  test('never throws, whatever the object', () => {
    const leaf = fc.constantFrom(z.string(), z.int(), z.boolean(), z.null(), z.unknown(), z.enum(['x', 'y']));
    const property = fc.tuple(leaf, fc.constantFrom('plain', 'optional', 'nullish')).map(([schema, kind]) => {
      if (kind === 'optional') return schema.optional();
      return kind === 'nullish' ? schema.nullish() : schema;
    });
    const objects = fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), property, { maxKeys: 8 });
    fc.assert(
      fc.property(objects, (shape) => {
        const converted = grammarSchema(z.object(shape));
        expect(converted === undefined || JSON.stringify(converted).length < 100_000).toBe(true);
      }),
    );
  });
});

describe('sequencePool', () => {
  function fakeSequence(held: readonly number[]): LlamaSequence {
    return {
      tokenMeter: { getState: () => ({ usedInputTokens: 0, usedOutputTokens: 0 }) },
      compareContextTokens: (tokens) => {
        const different = held.findIndex((token, index) => token !== tokens[index]);
        return { firstDifferentIndex: different === -1 ? held.length : different };
      },
    };
  }

  test('prefers the sequence that holds the longest prefix', async () => {
    const sequences = [fakeSequence([1, 9]), fakeSequence([1, 2, 3]), fakeSequence([1, 2])];
    const used = await sequencePool(sequences).run([1, 2, 3, 4], undefined, (sequence) => Promise.resolve(sequence));
    expect(used).toBe(sequences[1]);
  });

  test('serves in order of arrival, never two at once on a sequence', async () => {
    const pool = sequencePool([fakeSequence([])]);
    const order: number[] = [];
    let active = 0;
    const work = (name: number) =>
      pool.run([], undefined, async () => {
        active++;
        expect(active).toBe(1);
        await Promise.resolve();
        order.push(name);
        active--;
      });
    await Promise.all([1, 2, 3, 4].map(work));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test('forgets those who gave up waiting, and frees a sequence whose work failed', async () => {
    const pool = sequencePool([fakeSequence([])]);
    const controller = new AbortController();
    let fail: ((reason: Error) => void) | undefined;
    const failing = pool.run([], undefined, () => new Promise((_, reject) => (fail = reject)));
    const impatient = pool.run([], controller.signal, () => Promise.resolve('never'));
    const patient = pool.run([], undefined, () => Promise.resolve('served'));
    controller.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    fail?.(new Error('broken'));
    await expect(failing).rejects.toThrow('broken');
    await expect(patient).resolves.toBe('served');
    await expect(pool.run([], undefined, () => Promise.resolve('again'))).resolves.toBe('again');
  });
});
