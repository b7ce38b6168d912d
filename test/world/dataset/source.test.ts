import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { datasetSource } from '../../../src/world/dataset/source.ts';
import type { DatasetSourceOptions } from '../../../src/world/dataset/source.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';

const form = '{"id": "tiny-1", "problem": "1+1?", "answer": "2"}\n{"id": "tiny-2", "problem": "2+2?", "answer": "4"}\n';
const digest = toHex(sha256(form));
const card = {
  name: 'tiny',
  title: 'Two sums',
  problems: 2,
  domain: 'math.sums',
  verifier: 'numeric',
  licence: 'CC0-1.0',
  sha256: digest as string | null,
  source: { hub: 'owner/tiny', revision: 'main', file: 'data/test.jsonl' },
  fields: { id: 'number', problem: 'question', answer: 'target' },
  idPrefix: 'tiny-',
};
const upstream = '{"number":1,"question":"1+1?","target":2}\n{"number":2,"question":"2+2?","target":4}\n';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-dataset-'));
  for (const name of ['cards', 'mirror', 'cache']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'cards/tiny.json'), JSON.stringify(card));
});
afterEach(() => rm(folder, { recursive: true }));

function source(options: Partial<DatasetSourceOptions> = {}) {
  return datasetSource({
    files: diskFiles,
    clock: { now: () => 0, sleep: async () => {} },
    sha256,
    cards: join(folder, 'cards'),
    mirror: join(folder, 'mirror'),
    cache: join(folder, 'cache'),
    fetch: async (url) => {
      throw new TypeError('fetch failed', { cause: new Error(`no route to ${new URL(addressOf(url)).host}`) });
    },
    ...options,
  });
}

const addressOf = (input: Parameters<typeof fetch>[0]) =>
  typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;

const answering = (body: string, seen: string[] = []) =>
  (async (url: Parameters<typeof fetch>[0]) => {
    seen.push(addressOf(url));
    return new Response(body, { headers: { 'x-repo-commit': 'c0ffee' } });
  }) as typeof fetch;

describe('a card', () => {
  it('is read from the mirror first', async () => {
    await writeFile(join(folder, 'mirror/tiny.jsonl'), form);
    await writeFile(join(folder, 'cache/tiny.jsonl'), 'not read');
    const opened = await source().open('tiny');
    expect(opened).toMatchObject({
      name: 'tiny',
      sha256: digest,
      verifier: 'numeric',
      domain: 'math.sums',
      origin: 'mirror',
    });
    expect(opened.problems).toHaveLength(2);
  });

  it('is read from the cache next', async () => {
    await writeFile(join(folder, 'cache/tiny.jsonl'), form);
    expect(await source().open('tiny')).toMatchObject({ origin: 'cache', sha256: digest });
  });

  it('is fetched from the hub last, converted, checked and kept', async () => {
    const seen: string[] = [];
    const opened = await source({ fetch: answering(upstream, seen), endpoint: 'http://hub.test/' }).open('tiny');
    expect(opened).toMatchObject({ origin: 'hub', sha256: digest });
    expect(seen).toEqual(['http://hub.test/datasets/owner/tiny/resolve/main/data/test.jsonl']);
    expect(await readFile(join(folder, 'cache/tiny.jsonl'), 'utf8')).toBe(form);
    expect(JSON.parse(await readFile(join(folder, 'cache/tiny.jsonl.origin.json'), 'utf8'))).toMatchObject({
      commit: 'c0ffee',
      sha256: digest,
    });
    expect(await source().open('tiny')).toMatchObject({ origin: 'cache' });
  });

  it('is refused when its source has changed, and nothing is kept', async () => {
    const changed = source({ fetch: answering(upstream.replace('2+2', '2+3')) });
    await expect(changed.open('tiny')).rejects.toMatchObject({
      code: 'checksum-mismatch',
      hint: expect.stringContaining('hf:owner/tiny/data/test.jsonl'),
    });
    await expect(readFile(join(folder, 'cache/tiny.jsonl'))).rejects.toThrow('ENOENT');
  });

  it('is refused when the copy in the mirror is another', async () => {
    await writeFile(join(folder, 'mirror/tiny.jsonl'), form.replace('4', '5'));
    await expect(source().open('tiny')).rejects.toMatchObject({
      code: 'checksum-mismatch',
      data: { expected: digest },
    });
  });

  it('without a pinned checksum holds to what arrived first', async () => {
    await writeFile(join(folder, 'cards/tiny.json'), JSON.stringify({ ...card, sha256: null }));
    await source({ fetch: answering(upstream) }).open('tiny');
    await writeFile(join(folder, 'cache/tiny.jsonl'), form.replace('4', '5'));
    await expect(source().open('tiny')).rejects.toMatchObject({
      code: 'checksum-mismatch',
      hint: expect.stringContaining('zoo dataset pull tiny'),
    });
    expect(await source({ fetch: answering(upstream) }).pull('tiny')).toMatchObject({ origin: 'hub', sha256: digest });
  });

  it('that is nowhere gives an error that names every way to get it', async () => {
    const error: unknown = await source()
      .open('tiny')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'dataset-unavailable' });
    const { message, hint } = error as { message: string; hint: string };
    for (const part of [
      join(folder, 'mirror/tiny.jsonl'),
      join(folder, 'cache/tiny.jsonl'),
      'https://huggingface.co/datasets/owner/tiny',
      'no route to huggingface.co',
    ]) {
      expect(message).toContain(part);
    }
    for (const part of [
      'ZOO_DATASETS_DIR',
      'HF_ENDPOINT',
      'zoo dataset pull tiny',
      '--dataset ./problems.jsonl',
      'quickstart',
    ])
      expect(hint).toContain(part);
  });

  it('that does not exist suggests the nearest', async () => {
    await expect(source().open('tino')).rejects.toMatchObject({
      code: 'dataset-unknown',
      message: 'there is no dataset "tino"; did you mean "tiny"?',
    });
  });

  it('is listed with where it is', async () => {
    expect((await source().list()).map(({ card: { name }, origin }) => [name, origin])).toEqual([['tiny', 'hub']]);
    await writeFile(join(folder, 'mirror/tiny.jsonl'), form);
    expect((await source().list())[0]?.origin).toBe('mirror');
  });

  it('that breaks its schema is told', async () => {
    await writeFile(join(folder, 'cards/broken.json'), JSON.stringify({ ...card, name: 'broken', sha256: 'x' }));
    await expect(source().list()).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining('broken.json'),
    });
  });
});

describe('a path', () => {
  it('is read with notes on what was guessed', async () => {
    const path = join(folder, 'mine.jsonl');
    await writeFile(path, '{"question":"1+1?","target":2}\n');
    const opened = await source().open(path);
    expect(opened).toMatchObject({ name: 'mine', origin: 'file', problems: [{ id: 'mine-1', answer: '2' }] });
    expect(opened.notes).toHaveLength(2);
  });

  it('that is missing is told', async () => {
    await expect(source().open(join(folder, 'none.jsonl'))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('hf:', () => {
  it('fetches a named file once and then reads the copy', async () => {
    const seen: string[] = [];
    const name = 'hf:owner/set/data/x.jsonl@v1';
    const first = await source({ fetch: answering(upstream, seen) }).open(name);
    expect(first).toMatchObject({ name, origin: 'hub', problems: [{ id: 'x-1' }, { id: 'x-2' }] });
    expect(seen).toEqual(['https://huggingface.co/datasets/owner/set/resolve/v1/data/x.jsonl']);
    expect(await source().open(name)).toMatchObject({ origin: 'cache', sha256: first.sha256 });
  });

  it('takes the only file that can hold problems', async () => {
    const files = ['README.md', '.gitattributes', 'dataset_infos.json', 'train.jsonl'];
    const fetch = (async (url: Parameters<typeof globalThis.fetch>[0]) =>
      addressOf(url).includes('/api/')
        ? Response.json({ siblings: files.map((rfilename) => ({ rfilename })) })
        : new Response(upstream)) as typeof globalThis.fetch;
    expect(await source({ fetch }).open('hf:owner/set')).toMatchObject({
      problems: [{ id: 'train-1' }, { id: 'train-2' }],
    });
    files.push('test.jsonl');
    await expect(source({ fetch }).open('hf:owner/set')).rejects.toMatchObject({
      code: 'dataset-ambiguous',
      message: expect.stringContaining('hf:owner/set/test.jsonl'),
    });
  });

  it.each(['hf:owner', 'hf:owner/../x', 'hf:owner/name/../../x.jsonl', 'hf:owner/name/x.jsonl@a b'])(
    'refuses %s',
    async (name) => {
      await expect(source().open(name)).rejects.toMatchObject({ code: 'dataset-reference' });
    },
  );
});
