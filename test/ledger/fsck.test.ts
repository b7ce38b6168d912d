import { describe, expect, it } from 'vitest';
import { type EncodedVector, encodeVector } from '../../src/core/library/vector.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { collectGarbage } from '../../src/ledger/gc.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, memoryFiles } from '../fakes/files.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';
import { missedFlips, versionIn, wholeStore } from './fsck-stores.ts';

const layouts = ['files', 'shards'] as const;

const open = (files: MemoryFiles): Ledger => openLedger({ files, sha256, clock: systemClock, folder: 'library' });
/** The path of a record of its own. */
const recordIn = (files: MemoryFiles) => [...files.contents.keys()].find((path) => path.includes('/records/')) ?? '';
const check = (files: MemoryFiles) => fsck(files, 'library', sha256);

describe('fsck', { timeout: 120_000 }, () => {
  it.each(layouts)('finds nothing in a whole library: %s', async (layout) => {
    expect(await check(await wholeStore(layout))).toEqual([]);
  });

  it('finds nothing in an empty folder', async () => {
    expect(await check(memoryFiles())).toEqual([]);
  });

  it('finds every flipped bit of the smallest library', async () => {
    const files = memoryFiles();
    await versionIn('files', files, { experiences: [exampleExperience(5, { text: 'When x, y.' })] });
    files.set('library/refs/tags/first', files.text('library/refs/HEAD') ?? '');
    expect(await missedFlips(files, 1)).toEqual([]);
  });

  /** All of them in the slow tests. */
  it.each(layouts)('finds flipped bits wherever they are: %s', async (layout) => {
    expect(await missedFlips(await wholeStore(layout), 149)).toEqual([]);
  });

  it.each(layouts)('finds every missing file, but those that a clone does without: %s', async (layout) => {
    const files = await wholeStore(layout);
    for (const [path, bytes] of Array.from(files.contents)) {
      await files.remove(path);
      const findings = await check(files);
      if (!/\.zoo\/(?:index|generation)|\.git(?:ignore|attributes)|refs\/tags/.test(path))
        expect(findings, path).not.toEqual([]);
      files.set(path, bytes);
    }
  });

  it.each([
    ['uncommitted', 'note', (files: MemoryFiles) => files.remove(recordIn(files))],
    [
      'invalid-json',
      'error',
      (files: MemoryFiles) =>
        files.set(
          'library/library.json',
          `{"format":"zoo-library","v":1,"layout":"files","x":${'['.repeat(5e4)}${']'.repeat(5e4)}}`,
        ),
    ],
    ['stray-file', 'note', (files: MemoryFiles) => files.set('library/records/notes.txt', 'x')],
    ['unreferenced', 'note', (files: MemoryFiles) => files.set('library/packs/bafk.jsonl', 'x')],
    ['log-damaged', 'error', (files: MemoryFiles) => files.set('library/log.txt', 'x')],
    ['pending-damaged', 'error', (files: MemoryFiles) => files.set('library/.zoo/pending.jsonl', 'x')],
    ['stray-file', 'note', (files: MemoryFiles) => files.set('library/refs/tags/working', 'x')],
    ['wrong-tag', 'error', (files: MemoryFiles) => files.set('library/refs/tags/t', `${'0'.repeat(64)}\n`)],
    ['wrong-head', 'error', (files: MemoryFiles) => files.set('library/refs/HEAD', `${'0'.repeat(64)}\n`)],
  ])('calls it %s', async (code, level, damage) => {
    const files = await wholeStore('files');
    await Promise.resolve(damage(files));
    expect(await check(files)).toContainEqual(expect.objectContaining({ code, level }));
  });
});

describe('the sidecar of vectors', () => {
  const [kept, old, stray] = [[0.5, 1], [2], [3]].map((numbers) => encodeVector(numbers, 'm', sha256));
  if (kept === undefined || old === undefined || stray === undefined) throw new Error('three are needed');
  const pathOf = ({ reference }: EncodedVector) => `library/vectors/${reference.sha256}`;

  /** Two versions; the first names another vector than the second, and nothing names a third. */
  async function withVectors(layout: 'files' | 'shards'): Promise<MemoryFiles> {
    const files = memoryFiles();
    for (const vector of [kept, old, stray])
      files.set(pathOf(vector as EncodedVector), (vector as EncodedVector).bytes);
    for (const vector of [old, kept])
      await versionIn(layout, files, {
        experiences: [exampleExperience(0, { embedding: (vector as EncodedVector).reference }), exampleExperience(1)],
      });
    return files;
  }

  it.each(layouts)('is checked: %s', async (layout) => {
    const files = await withVectors(layout);
    const unnamed = expect.objectContaining({ code: 'unreferenced', path: pathOf(stray).slice(8) }) as unknown;
    expect(await check(files)).toEqual([unnamed]);
    files.set('library/vectors/notes.txt', 'x');
    files.set(pathOf(kept), kept.bytes.with(3, 1));
    const codes = async () => (await check(files)).map(({ code }) => code).filter((code) => code !== 'unreferenced');
    expect(await codes()).toEqual(['vector-damaged', 'stray-file']);
    files.set(pathOf(kept), kept.bytes.slice(1));
    expect(await codes()).toEqual(['vector-damaged', 'stray-file', 'vector-size']);
    await files.remove('library/vectors/notes.txt');
    await files.remove(pathOf(kept));
    expect(await codes()).toEqual(['vector-missing']);
  });

  it.each(layouts)('keeps what a version names: %s', async (layout) => {
    const files = await withVectors(layout);
    const collect = () => collectGarbage(files, systemClock, open(files), sha256, { grace: 0 });
    const pack = [...files.contents.keys()].find((path) => path.startsWith('library/packs/')) ?? '';
    const bytes = files.contents.get(pack) as Uint8Array;
    await files.remove(pack);
    // What a version names that is not here is not known.
    expect((await collect()).removed).toEqual([]);
    files.set(pack, bytes);
    expect((await collect()).removed).toEqual([pathOf(stray).slice(8)]);
    expect(await check(files)).toEqual([]);
  });
});

describe('collectGarbage', () => {
  it('removes only what nothing names, and only after the grace period', async () => {
    const files = await wholeStore('files');
    let now = 1000;
    const clock = { ...systemClock, now: () => now };
    const before = new Set(files.contents.keys());
    files.set('library/packs/orphan.jsonl', 'x');
    files.set('library/commits/orphan.json', 'x');
    const collect = (dryRun = false) => collectGarbage(files, clock, open(files), sha256, { grace: 100, dryRun });
    expect((await collect()).removed).toEqual([]);
    now += 99;
    expect((await collect()).removed).toEqual([]);
    files.set('library/packs/later.jsonl', 'x');
    now += 1;
    expect((await collect(true)).removed).toHaveLength(2);
    expect((await collect()).removed).toEqual(['commits/orphan.json', 'packs/orphan.jsonl']);
    expect((await collect()).waiting.map(({ path }) => path)).toEqual(['packs/later.jsonl']);
    await files.remove('library/packs/later.jsonl');
    await files.remove('library/.zoo/unreferenced.json');
    expect(new Set(files.contents.keys())).toEqual(before);
    // What it noted is only noted.
    files.set('library/packs/orphan.jsonl', 'x');
    files.set('library/.zoo/unreferenced.json', '{"packs/orphan.jsonl": ');
    expect((await collect()).waiting.map(({ path }) => path)).toEqual(['packs/orphan.jsonl']);
    await files.remove('library/packs/orphan.jsonl');
    expect(await check(files)).toEqual([]);
  });

  it('keeps what a merge brought along: the commits merged in, those before them, and their packs', async () => {
    const files = await wholeStore('files');
    const other = memoryFiles();
    const theirs = open(other);
    for (const seq of [7, 8]) {
      const library = { experiences: [exampleExperience(seq, { text: 'When y, z.' })] };
      await theirs.commitVersion(library, { author: 'other', time: seq, message: '' });
    }
    for (const [path, bytes] of other.contents) if (/(commits|packs)\//.test(path)) files.set(path, bytes);
    const head = (await theirs.history()).at(-1)?.id ?? '';
    const options = { author: 'zoo', time: 1, message: 'Merge', mergedFrom: [head] };
    await open(files).commitVersion(exampleLibrary(2), options);
    const collected = await collectGarbage(files, systemClock, open(files), sha256, { grace: 0 });
    expect(collected).toEqual({ removed: [], waiting: [] });
  });
});
