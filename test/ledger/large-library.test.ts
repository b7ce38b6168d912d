import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import { libraryRoots } from '../../src/core/tree/library-roots.ts';
import { proveIds, renderProof, verifyProof } from '../../src/core/tree/proof.ts';
import { amendLibrary } from '../../src/ledger/amend.ts';
import { compareLibraries } from '../../src/ledger/comparing/compare-libraries.ts';
import { compareShards } from '../../src/ledger/shards/compare-shards.ts';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { collectGarbage } from '../../src/ledger/gc.ts';
import { packPath } from '../../src/ledger/pack.ts';
import { type LinesToImport, importLines } from '../../src/ledger/forms/import-lines.ts';
import { lookUp } from '../../src/ledger/look-up.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { openAsShards } from '../../src/ledger/shards/shards.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, Stopped, memoryFiles } from '../fakes/files.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';
import { certify, prove } from './in-shards.ts';

const folder = 'library';
const clock = { now: () => 0, sleep: () => Promise.resolve() };
const many = exampleLibrary(2100);

function open(files: MemoryFiles) {
  return openLedger({ files, sha256, clock, folder });
}

function lines(files: MemoryFiles, experiences = many.experiences, change: Partial<LinesToImport> = {}): LinesToImport {
  files.set('many.jsonl', experiences.map((experience) => `${JSON.stringify(experience)}\n`).join(''));
  return {
    path: 'many.jsonl',
    defaults: { domain: 'general', createdAt: '2026-01-01T00:00:00Z', createdBy: 'test', embeddingModel: 'none' },
    existing: 'keep',
    replace: false,
    dryRun: false,
    ...change,
  };
}

const rootOf = (experiences: typeof many.experiences) => toHex(libraryRoots(sha256, experiences).recordsRoot);

describe('a large library', () => {
  it('takes lines as if it had taken them at once, in the order of the file', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    const before = exampleExperience(9_999_999);
    await ledger.save({ experiences: [before] });
    expect(await importLines(files, ledger, lines(files), sha256)).toEqual({ added: 2100, updated: 0, kept: 0 });
    expect((await ledger.library()).experiences).toEqual([before, ...many.experiences]);
    expect((await ledger.state()).root).toBe(rootOf([before, ...many.experiences]));
    expect([...files.contents.keys()].filter((path) => path.includes('.zoo/import'))).toEqual([]);
    expect(await fsck(files, folder, sha256)).not.toContainEqual(expect.objectContaining({ level: 'error' }));
  });

  it('takes lines after an order that an editor left without a last line feed', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    await ledger.save(many);
    files.set(`${folder}/order.txt`, (files.text(`${folder}/order.txt`) ?? '').trimEnd());
    const fresh = exampleExperience(5000);
    await importLines(files, ledger, lines(files, [fresh]), sha256);
    expect(files.text(`${folder}/order.txt`)).toBe([...many.experiences, fresh].map(({ id }) => `${id}\n`).join(''));
  });

  it('keeps, updates or refuses what it has, and replaces all', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    await importLines(files, ledger, lines(files), sha256);
    const changed = exampleExperience(5, { confidence: 0.75 });
    const more = [changed, exampleExperience(5000)];
    expect(await importLines(files, ledger, lines(files, more, { dryRun: true }), sha256)).toMatchObject({ added: 1 });
    expect((await ledger.state()).count).toBe(2100);
    const refuse = importLines(files, ledger, lines(files, more, { existing: 'refuse' }), sha256);
    await expect(refuse).rejects.toMatchObject({ code: 'experience-exists' });
    expect(await importLines(files, ledger, lines(files, more), sha256)).toEqual({ added: 1, updated: 0, kept: 1 });
    const update = lines(files, more, { existing: 'update' });
    expect(await importLines(files, ledger, update, sha256)).toEqual({ added: 0, updated: 1, kept: 1 });
    const next = many.experiences.with(5, changed);
    expect((await ledger.library()).experiences).toEqual([...next, exampleExperience(5000)]);
    const others = exampleLibrary(2050, 50_000).experiences;
    await importLines(files, ledger, lines(files, others, { replace: true }), sha256);
    expect((await ledger.library()).experiences).toEqual(others);
  });

  it('takes all lines or none, and leaves few to the other way', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    const request = lines(files);
    const twice = { ...request, path: 'twice.jsonl' };
    files.set('twice.jsonl', `${files.text('many.jsonl')}${JSON.stringify(many.experiences[7])}\n`);
    await expect(importLines(files, ledger, twice, sha256)).rejects.toMatchObject({ code: 'duplicate-id' });
    files.set('bad.jsonl', `${files.text('many.jsonl')}{"text": 7}\n`);
    const bad = importLines(files, ledger, { ...request, path: 'bad.jsonl' }, sha256);
    await expect(bad).rejects.toThrow('line 2101 of bad.jsonl');
    expect(await importLines(files, ledger, lines(files, exampleLibrary(9).experiences), sha256)).toBeUndefined();
    expect(await ledger.state()).toMatchObject({ count: 0 });
  });

  it('is the old or the new one wherever an import is broken off', { timeout: 60_000 }, async () => {
    const first = memoryFiles();
    await importLines(first, open(first), lines(first), sha256);
    const fresh = exampleLibrary(3, 90_000).experiences;
    const request = lines(first, fresh);
    const whole = first.restart();
    const begin = whole.steps;
    await importLines(whole, open(whole), request, sha256);
    const steps = whole.steps - begin;
    const [old, next] = [rootOf(many.experiences), rootOf([...many.experiences, ...fresh])];
    const found = new Set<string>();
    for (let at = 0; at < steps; at++) {
      const files = first.restart({ at, kind: 'stop' });
      await expect(importLines(files, open(files), request, sha256)).rejects.toThrow(Stopped);
      const after = files.restart();
      const { root } = await open(after).state();
      expect([old, next]).toContain(root);
      expect(rootOf((await open(after).library()).experiences)).toBe(root);
      found.add(root);
    }
    expect(found.size).toBe(2);
  });

  it('is changed, compared, proven and looked up by shards', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    await importLines(files, ledger, lines(files), sha256);
    const made = await commitWorking(files, clock, ledger, { message: 'first', author: 'test' }, sha256);
    expect(made.root).toBe(rootOf(many.experiences));
    expect((await ledger.readVersion('v1')).experiences).toEqual(many.experiences);

    const [old] = many.experiences.slice(40, 41);
    const reworded = exampleExperience(700_000);
    const id = old?.id ?? '';
    await amendLibrary(files, ledger, { puts: [reworded], deletes: [id], renames: [[id, reworded.id]] }, sha256);
    const expected = many.experiences.with(40, reworded);
    expect((await ledger.library()).experiences).toEqual(expected);
    expect((await ledger.state()).root).toBe(rootOf(expected));

    const parts = [...files.contents.keys()].filter((path) => path.includes('/packs/')).length;
    await commitWorking(files, clock, ledger, { message: 'second', author: 'test' }, sha256);
    // Two shards, the order, and the pack that names them: all others are those of the first version.
    expect([...files.contents.keys()].filter((path) => path.includes('/packs/')).length - parts).toBe(4);
    expect((await ledger.readVersion('v2')).experiences).toEqual(expected);
    const entries = await ledger.history();
    const [was, is] = await Promise.all(['v1', 'v2'].map((name) => openAsShards(files, ledger, name, sha256)));
    const changed = await compareShards(was as never, is as never, sha256);
    expect(changed).toEqual(compareLibraries(many, { experiences: expected }));

    expect((await lookUp(files, ledger, [id], 'v1', sha256)).experiences).toEqual([old]);
    expect((await lookUp(files, ledger, [id], 'working', sha256)).experiences).toEqual([]);
    const beginning = reworded.id.slice(4, 18);
    expect((await lookUp(files, ledger, [beginning], 'working', sha256)).experiences).toEqual([reworded]);

    const proof = await prove(files, ledger, [beginning, id], 'v2', sha256);
    const commit = entries[1];
    expect(proof).toEqual(proveIds({ experiences: expected }, [reworded.id, id], commit?.commit ?? null, sha256));
    const proven = verifyProof(renderProof(proof), commit?.id ?? '', sha256);
    expect(proven).toMatchObject({ included: [reworded], absent: [id] });
    const { changes } = await certify(files, ledger, 'v1', 'v2', sha256);
    expect(changes.map((change) => change.id).sort()).toEqual([id, reworded.id].sort());
  });

  it('makes a damaged index anew, and names a record that lies in another shard', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    await importLines(files, ledger, lines(files), sha256);
    await commitWorking(files, clock, ledger, { message: 'first', author: 'test' }, sha256);
    const { root } = await ledger.state();
    for (const [path, bytes] of files.contents)
      if (path.includes('.zoo/index'))
        files.set(path, bytes.with(bytes.length >> 1, 255 ^ (bytes[bytes.length >> 1] ?? 0)));
    expect((await ledger.state()).root).toBe(root);
    expect(await prove(files, ledger, [many.experiences[3]?.id ?? ''], 'v1', sha256)).toMatchObject({
      recordsRoot: root,
    });
    const [path = '', ...others] = [...files.contents.keys()].filter((name) => /records\/..\.jsonl$/.test(name));
    files.set(path, `${files.text(path)}${files.text(others[0] ?? '')}`);
    await expect(ledger.state()).rejects.toMatchObject({ code: 'misplaced-record' });
  });

  it('lets go of the indexes of parts and versions that are no more', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    await importLines(files, ledger, lines(files), sha256);
    await commitWorking(files, clock, ledger, { message: 'first', author: 'test' }, sha256);
    const indexes = () => [...files.contents.keys()].filter((name) => name.includes('/.zoo/index/')).sort();
    const used = indexes();
    expect(used.length).toBeGreaterThan(100);
    for (const stale of ['bafkgone.part', `${'0'.repeat(64)}.blocks`, 'former.idx'])
      files.set(`library/.zoo/index/${stale}`, 'x');
    await collectGarbage(files, clock, ledger, sha256, { dryRun: true });
    expect(indexes()).toHaveLength(used.length + 3);
    await collectGarbage(files, clock, ledger, sha256);
    expect(indexes()).toEqual(used);
  });

  it('keeps all parts while it cannot tell what a damaged manifest names', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    await importLines(files, ledger, lines(files), sha256);
    await commitWorking(files, clock, ledger, { message: 'first', author: 'test' }, sha256);
    files.set('library/packs/bafkstray.jsonl', 'left by a writer that ended early');
    const collect = () => collectGarbage(files, clock, ledger, sha256, { grace: 0 });
    const { commit } = (await ledger.history())[0] as never;
    const path = packPath(folder, (commit as { packCid: string }).packCid);
    const whole = files.text(path) ?? '';
    const parts = [...files.contents.keys()].filter((name) => name.includes('/packs/')).length;
    // Each hides in another way that there are parts, or says so plainly.
    for (const damaged of [
      whole.replace('"shards"', '"shardz"'),
      whole.replace('{', '['),
      whole.slice(0, -1),
      `${whole}\n`,
      whole.replace(/"00":"b/, '"00":"c'),
      '',
    ]) {
      files.set(path, damaged);
      expect((await collect()).removed).toEqual([]);
      expect(await fsck(files, folder, sha256)).toContainEqual(expect.objectContaining({ level: 'error' }));
    }
    files.set(path, whole);
    expect((await collect()).removed).toEqual(['packs/bafkstray.jsonl']);
    expect([...files.contents.keys()].filter((name) => name.includes('/packs/')).length).toBe(parts - 1);
    expect(await fsck(files, folder, sha256)).toEqual([]);
  });

  it('keeps the parts of a change that was saved and not committed, as long as it stands', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    await importLines(files, ledger, lines(files), sha256);
    const unreferenced = async () =>
      (await fsck(files, folder, sha256)).filter(({ code }) => code === 'unreferenced').length;
    expect(await unreferenced()).toBe(0);
    await amendLibrary(files, ledger, { puts: [exampleExperience(9_999_999)] }, sha256);
    // What that shard and the order were before.
    expect(await unreferenced()).toBe(2);
    expect((await collectGarbage(files, clock, ledger, sha256, { grace: 0 })).removed).toHaveLength(2);
    await commitWorking(files, clock, ledger, { message: 'first', author: 'test' }, sha256);
    expect(await unreferenced()).toBe(0);
    expect((await openAsShards(files, ledger, 'v1', sha256)).names).toHaveLength(256);
  });

  it('names damage of a shard and of a part', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    await importLines(files, ledger, lines(files), sha256);
    await commitWorking(files, clock, ledger, { message: 'first', author: 'test' }, sha256);
    const kinds = [/records\/7f\.jsonl$/, /packs\/.*\.jsonl$/, /order\.txt$/];
    for (const kind of kinds) {
      const path = [...files.contents.keys()].filter((name) => kind.test(name)).at(-1) ?? '';
      const bytes = files.contents.get(path) as Uint8Array;
      for (let bit = 3; bit < bytes.length * 8; bit += bytes.length * 3) {
        const flipped = bytes.slice();
        flipped[bit >>> 3] = (flipped[bit >>> 3] as number) ^ (1 << (bit & 7));
        files.set(path, flipped);
        expect(await fsck(files, folder, sha256), `${path} bit ${bit}`).not.toEqual([]);
      }
      files.set(path, bytes);
    }
  });
});
