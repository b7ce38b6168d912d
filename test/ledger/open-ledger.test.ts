import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import type { Library } from '../../src/core/library/library.ts';
import { libraryRoots } from '../../src/core/tree/library-roots.ts';
import { amendLibrary } from '../../src/ledger/amend.ts';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { openShards } from '../../src/ledger/shards/shards.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { type MemoryFiles, Stopped, memoryFiles } from '../fakes/files.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

const emptyRoot = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const options = { message: 'Learn', author: 'zoo', time: 0 };
const rootOf = (library: Library) => toHex(libraryRoots(sha256, library.experiences).recordsRoot);
const openIn = (files: MemoryFiles) => openLedger({ files, sha256, clock: systemClock, folder: 'library' });

describe('openLedger', () => {
  it('reads a folder without a library as an empty one', async () => {
    const ledger = openIn(memoryFiles());
    expect(await ledger.library()).toEqual({ experiences: [] });
    expect(await ledger.state()).toEqual({ version: null, root: emptyRoot, count: 0 });
    expect(await ledger.history()).toEqual([]);
    await expect(ledger.readVersion('HEAD')).rejects.toMatchObject({ code: 'unknown-version' });
  });

  it('keeps versions, their order and their roots', async () => {
    const ledger = openIn(memoryFiles());
    const [one, two, three] = exampleLibrary(3).experiences;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three are needed');
    const replaced = exampleExperience(99, { lineage: [one.id] });
    const versions = [
      { experiences: [one, two] },
      { experiences: [replaced, two, three] },
      { experiences: [three, { ...two, confidence: 0.75 }, replaced] },
      { experiences: [] },
      { experiences: [one] },
    ];
    for (const [index, library] of versions.entries()) {
      const made = await ledger.commitVersion(library, options);
      expect(made).toMatchObject({ version: `v${index + 1}`, root: rootOf(library) });
      expect(await ledger.library()).toEqual(library);
    }
    for (const [index, library] of versions.entries())
      expect(await ledger.readVersion(`v${index + 1}`)).toEqual(library);
    const history = await ledger.history();
    expect(history.map(({ commit }) => commit.parents)).toEqual([[], ...history.slice(0, -1).map(({ id }) => [id])]);
    expect(await ledger.state()).toEqual({ version: 'v5', root: rootOf({ experiences: [one] }), count: 1 });
    expect((await ledger.findVersion('HEAD~3')).version).toBe('v2');
    expect((await ledger.findVersion(rootOf(versions[2] as Library).slice(0, 12))).version).toBe('v3');
  });

  it('keeps a large version in parts, of which those alone are new that changed', { timeout: 60_000 }, async () => {
    const files = memoryFiles();
    const ledger = openIn(files);
    const packs = () => [...files.contents.keys()].filter((path) => path.includes('/packs/')).length;
    const [first, ...others] = exampleLibrary(2100).experiences;
    if (first === undefined) throw new Error('one is needed');
    await ledger.commitVersion({ experiences: [first, ...others] }, options);
    const before = packs();
    const next = { experiences: [{ ...first, confidence: 0.75 }, ...others] };
    await ledger.commitVersion(next, options);
    // One shard, and what names all of them.
    expect(packs() - before).toBe(2);
    for (const version of ['v1', 'v2']) expect(await openShards(files, ledger, version, sha256)).toBeDefined();
    expect(await ledger.readVersion('v2')).toEqual(next);
    // What becomes small is a pack of its own.
    await ledger.commitVersion({ experiences: others.slice(0, 3) }, options);
    expect(await openShards(files, ledger, 'v3', sha256)).toBeUndefined();
    expect(await ledger.readVersion('v3')).toEqual({ experiences: others.slice(0, 3) });
  });

  it('gives the same commit for the same library, time and author', async () => {
    const commits = [];
    for (let time = 0; time < 2; time++)
      commits.push(await openIn(memoryFiles()).commitVersion(exampleLibrary(5), options));
    expect(commits[0]).toEqual(commits[1]);
  });

  it('saves a working library without a version, and commits over it', async () => {
    const ledger = openIn(memoryFiles());
    await ledger.commitVersion(exampleLibrary(2), options);
    await ledger.save(exampleLibrary(4));
    expect(await ledger.state()).toMatchObject({ version: 'v1', count: 4 });
    expect(await ledger.readVersion('v1')).toEqual(exampleLibrary(2));
    await ledger.commitVersion(exampleLibrary(3), options);
    expect(await ledger.readVersion('HEAD')).toEqual(exampleLibrary(3));
    expect(await ledger.library()).toEqual(exampleLibrary(3));
  });

  it('moves to shards and back without changing a root', async () => {
    const files = memoryFiles();
    const ledger = openIn(files);
    for (const count of [3, 2001, 1500, 900]) {
      const library = exampleLibrary(count);
      await ledger.save(library);
      expect(await ledger.library()).toEqual(library);
      expect((await ledger.state()).root).toBe(rootOf(library));
      const names = await files.list('library/records');
      expect(names.every((name) => name.endsWith(count > 1000 ? '.jsonl' : '.json'))).toBe(true);
    }
  });

  it('puts ids that differ in case alone into shards', async () => {
    const files = memoryFiles();
    const ledger = openIn(files);
    const library = { experiences: [exampleExperience(1, { id: 'G0' }), exampleExperience(2, { id: 'g0' })] };
    await ledger.save(library);
    expect(await ledger.library()).toEqual(library);
    expect((await files.list('library/records')).every((name) => name.endsWith('.jsonl'))).toBe(true);
  });

  it.each([2, 2001])('lets go of all experiences, also of %i', async (count) => {
    const files = memoryFiles();
    const ledger = openIn(files);
    await ledger.save(exampleLibrary(count));
    await ledger.save({ experiences: [] });
    expect(await ledger.state()).toEqual({ version: null, root: emptyRoot, count: 0 });
    expect(await files.list('library/records')).toEqual([]);
  });

  it.each([
    ['too-long', { text: `When counting, ${'count '.repeat(31)}` }],
    ['unsafe-text', { text: 'When \u202Ereading, look twice.' }],
    ['not-normal', { text: 'When in a cafe\u0301, count the tables.' }],
    ['invalid-data', { metadata: { ...exampleExperience(1).metadata, created_at: '2026-02-30T00:00:00Z' } }],
  ])('makes no version with a record that is %s, whoever wrote its file', async (code, change) => {
    const bad = exampleExperience(1, change);
    for (const layout of ['files', 'shards'] as const) {
      const files = memoryFiles();
      const ledger = openIn(files);
      const changes = { complete: true, puts: [exampleExperience(0), bad], deletes: [], order: undefined };
      await ledger.change(() => Promise.resolve({ change: { layout, changes, version: null }, result: undefined }));
      expect((await ledger.library()).experiences).toContainEqual(bad);
      await expect(commitWorking(files, systemClock, ledger, options, sha256)).rejects.toMatchObject({ code });
      expect(await ledger.history()).toEqual([]);
    }
  });

  it('makes no version of lines that two programs may read differently', async () => {
    const files = memoryFiles();
    const ledger = openIn(files);
    await ledger.save(exampleLibrary(2001));
    const [shard = ''] = await files.list('library/records');
    const path = `library/records/${shard}`;
    files.set(path, (files.text(path) ?? '').replace('"confidence":0.5', '"confidence":0.9,"confidence":0.5'));
    await expect(commitWorking(files, systemClock, ledger, options, sha256)).rejects.toMatchObject({
      code: 'not-canonical',
    });
    const small = memoryFiles();
    await openIn(small).save(exampleLibrary(1));
    const record = `library/records/${exampleExperience(0).id}.json`;
    small.set(record, (small.text(record) ?? '').replace('"confidence": 0.5', '"confidence": 0.9, "confidence": 0.5'));
    await expect(openIn(small).library()).rejects.toMatchObject({ code: 'invalid-json' });
  });

  it('loses nothing that another writer did between reading and writing', async () => {
    for (const count of [3, 2005])
      for (let at = 0; ; at++) {
        const files = memoryFiles();
        await openIn(files).save(exampleLibrary(count));
        const [first, second] = [exampleExperience(5000), exampleExperience(6000)];
        // The other writer comes before the n-th lock.
        let locks = 0;
        const disturbed: MemoryFiles = {
          ...files,
          lock: async (path, folders) => {
            if (locks++ === at) await amendLibrary(files, openIn(files), { puts: [second] }, sha256);
            return await files.lock(path, folders);
          },
        };
        await amendLibrary(disturbed, openIn(disturbed), { puts: [first] }, sha256);
        if (locks <= at) break;
        const { experiences } = await openIn(files).library();
        expect(experiences).toHaveLength(count + 2);
        locks = 0;
        await commitWorking(disturbed, systemClock, openIn(disturbed), options, sha256);
        expect((await openIn(files).library()).experiences).toHaveLength(count + 2);
      }
  });

  it('refuses two experiences of one id', async () => {
    const twice = exampleExperience(1);
    await expect(openIn(memoryFiles()).save({ experiences: [twice, twice] })).rejects.toMatchObject({
      code: 'duplicate-id',
    });
  });

  it('finds what people added, edited and removed by hand', async () => {
    const files = memoryFiles();
    const ledger = openIn(files);
    await ledger.save(exampleLibrary(3));
    const added = exampleExperience(77);
    const [first, second, third] = exampleLibrary(3).experiences;
    await files.remove(`library/records/${first?.id}.json`);
    files.set(`library/records/${second?.id}.json`, JSON.stringify({ ...second, confidence: 1 }));
    files.set(`library/records/${added.id}.json`, JSON.stringify(added));
    expect((await ledger.library()).experiences).toEqual([{ ...second, confidence: 1 }, third, added]);
    files.set('library/records/other.json', JSON.stringify(added));
    await expect(ledger.library()).rejects.toMatchObject({ code: 'misnamed-record' });
  });

  it('tells a damaged pack, commit and log', async () => {
    const files = memoryFiles();
    const ledger = openIn(files);
    await ledger.commitVersion(exampleLibrary(2), options);
    const { commit } = await ledger.commitVersion(exampleLibrary(3), options);
    const pack = [...files.contents.keys()].find((path) => path.startsWith('library/packs/')) as string;
    const whole = files.text(pack) as string;
    files.set(pack, whole.replace('case 0', 'case 7'));
    await expect(ledger.readVersion('v1')).rejects.toMatchObject({ code: 'pack-damaged' });
    await files.remove(pack);
    await expect(ledger.readVersion('v1')).rejects.toMatchObject({ code: 'pack-missing' });
    expect(await ledger.readVersion('v2')).toEqual(exampleLibrary(3));
    const path = `library/commits/${commit}.json`;
    files.set(path, (files.text(path) as string).replace('Learn', 'Leorn'));
    await expect(ledger.history()).rejects.toMatchObject({ code: 'commit-damaged' });
    files.set('library/log.txt', 'nonsense\n');
    await expect(ledger.history()).rejects.toMatchObject({ code: 'log-damaged' });
  });

  it('keeps a second writer out and lets its own writes pass', async () => {
    const files = memoryFiles();
    const ledger = openIn(files);
    const lock = await ledger.lock();
    await expect(openIn(files).save(exampleLibrary(1))).rejects.toMatchObject({ code: 'library-locked' });
    await Promise.all([ledger.save(exampleLibrary(1)), ledger.save(exampleLibrary(2))]);
    await lock.release();
    await openIn(files).save(exampleLibrary(3));
    expect(await ledger.library()).toEqual(exampleLibrary(3));
  });
});

describe('a ledger whose process ends at any step', () => {
  const before = exampleLibrary(4);
  const after = {
    experiences: [exampleExperience(50), ...before.experiences.slice(1, 3), ...exampleLibrary(2, 60).experiences],
  };

  async function prepared(): Promise<MemoryFiles> {
    const files = memoryFiles();
    await openIn(files).commitVersion(before, options);
    return files;
  }

  const states = [`v1 ${rootOf(before)}`, `v2 ${rootOf(after)}`];

  it.each(['stop', 'disk-full', 'read-only'] as const)('is in the old or the new state after %s', async (kind) => {
    const start = await prepared();
    const seen = new Set<number>();
    for (let at = 0; ; at++) {
      const files = start.restart({ at, kind });
      const outcome = await openIn(files)
        .commitVersion(after, options)
        .then(
          () => 'done',
          (thrown: unknown) => thrown,
        );
      const survivor = files.restart();
      const read = await openIn(survivor).state();
      const index = states.indexOf(`${read.version} ${read.root}`);
      expect(index).toBeGreaterThanOrEqual(0);
      // Never back from the new state to the old one.
      expect(index).toBeGreaterThanOrEqual(Math.max(0, ...seen));
      seen.add(index);
      // Reading changes nothing; the next writer carries on from there.
      expect(survivor.steps).toBe(0);
      await openIn(survivor).commitVersion(after, { ...options, message: 'Again' });
      expect(await openIn(survivor).readVersion('HEAD')).toEqual(after);
      expect(await openIn(survivor).readVersion('v1')).toEqual(before);
      expect((await openIn(survivor).history()).length).toBe(index + 2);
      if (outcome === 'done') break;
      if (kind === 'stop') expect(outcome).toBeInstanceOf(Stopped);
      else expect(outcome).toMatchObject({ code: kind });
    }
    expect([...seen]).toEqual([0, 1]);
  });

  it('keeps working after one full disk in between', async () => {
    const start = await prepared();
    for (let at = 0; at < 20; at++) {
      const ledger = openIn(start.restart({ at, kind: 'disk-full', steps: 1 }));
      await ledger.commitVersion(after, options).catch(() => undefined);
      await ledger.save(before).catch(() => ledger.save(before));
      expect(await ledger.library()).toEqual(before);
    }
  });
});

describe('a ledger on the disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zoo-ledger-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is what people expect to see in git', async () => {
    const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
    const library = exampleLibrary(2);
    await ledger.commitVersion(library, options);
    expect((await readdir(folder)).sort()).toEqual(
      [
        '.gitignore',
        '.zoo',
        'checkpoint',
        'commits',
        'library.json',
        'log.txt',
        'order.txt',
        'packs',
        'records',
        'refs',
      ].sort(),
    );
    const [first] = library.experiences;
    const text = await readFile(join(folder, 'records', `${first?.id}.json`), 'utf8');
    expect(text.split('\n').slice(0, 4)).toEqual([
      '{',
      `  "id": "${first?.id}",`,
      '  "domain": "math.algebra",',
      `  "text": "${first?.text}",`,
    ]);
    expect(await readdir(join(folder, '.zoo'))).toEqual(['generation']);
    expect(await ledger.readVersion('v1')).toEqual(library);
  });

  it('shows readers no mixture while a writer writes', async () => {
    const writer = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
    const reader = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
    const libraries = [exampleLibrary(3), exampleLibrary(5, 2), exampleLibrary(1, 9)];
    const roots = new Set(['', emptyRoot, ...libraries.map(rootOf)]);
    const writes = (async () => {
      for (let round = 0; round < 12; round++) await writer.save(libraries[round % 3] as Library);
    })();
    for (let round = 0; round < 60; round++) expect(roots).toContain((await reader.state()).root);
    await writes;
  });
});
