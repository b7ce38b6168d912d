import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { ledgerJson, runLedger } from './run-ledger.ts';

let folder: string;
/** Words of a line; double quotes hold some together. */
const wordsOf = (line: string) =>
  Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
const zoo = (line: string) => runLedger(folder, wordsOf(line));
const json = (line: string) => ledgerJson(folder, wordsOf(line));
const theirs = (line: string) => zoo(`${line} --library theirs`);

const text = 'When a sum telescopes, write out its first and last terms.';
const ours = 'When a sum telescopes, cancel before adding.';
const other = 'When a sum telescopes, name the terms that stay.';
let id: string;

/** Ours, and a copy of it that somebody else goes on with. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-merge-'));
  await zoo(`add "${text}"`);
  await zoo('add "When parity decides, count what is odd first."');
  await zoo('commit -m Begin');
  id = (await json('list')).experiences[0].id;
  await cp(join(folder, 'library'), join(folder, 'theirs'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('zoo ledger merge', () => {
  it('finds where two libraries parted, merges, and names both parents', async () => {
    await theirs('add "When a ratio repeats, divide consecutive terms."');
    await theirs(`edit ${id} --confidence 0.9`);
    await theirs('commit -m Theirs');
    await zoo('add "When stuck, try the smallest case."');
    await zoo('commit -m Ours');
    const made = await json('merge theirs');
    expect(made).toMatchObject({
      base: 'v1',
      resolved: 0,
      version: { version: 'v3' },
      changes: { added: [{}], removed: [], modified: [{ id, fields: ['confidence'] }] },
    });
    const [merged, before] = (await json('log')).versions;
    expect(merged.commit.parents[0]).toBe(before.id);
    expect(merged.commit.parents).toHaveLength(2);
    expect((await json('fsck')).errors).toBe(0);
    expect((await zoo('merge theirs')).stderr).toContain('error [already-merged]');
    // They go on from there, and what was merged is the base of the next merge.
    await theirs(`edit ${id} --confidence 0.7`);
    await theirs('commit -m More');
    expect(await json('merge theirs')).toMatchObject({ base: 'v2', changes: { modified: [{ id }] } });
  });

  it('brings the vectors of embeddings along, and none that is not what its name says', async () => {
    await writeFile(join(folder, 'v.json'), '[{"text":"When stuck, draw a picture first.","embedding":[0.5,0.25]}]');
    await theirs('import v.json');
    await theirs('commit -m Theirs');
    const [name = ''] = await readdir(join(folder, 'theirs/vectors'));
    await writeFile(join(folder, 'theirs/vectors', '0'.repeat(64)), 'another');
    expect((await zoo('export --format paper --at theirs')).stdout).toContain('0.25');
    await json('merge theirs');
    expect(await readdir(join(folder, 'library/vectors'))).toEqual([name]);
    expect(await readFile(join(folder, 'library/vectors', name))).toEqual(
      await readFile(join(folder, 'theirs/vectors', name)),
    );
    expect((await json('fsck')).errors).toBe(0);
  });

  it('takes no record that breaks the rules, whoever wrote its file', async () => {
    const path = join(folder, 'theirs/records', `${id}.json`);
    await writeFile(path, (await readFile(path, 'utf8')).replace('telescopes,', 'telescopes\u202E,'));
    const refused = await zoo('merge theirs --theirs');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('error [unsafe-text]')]);
    expect((await json('log')).versions).toHaveLength(1);
  });

  it('counts nothing as merged that could not be written', async () => {
    await theirs('add "When a ratio repeats, divide consecutive terms."');
    await theirs('commit -m Theirs');
    const path = join(folder, 'theirs/records', `${id}.json`);
    await writeFile(path, (await readFile(path, 'utf8')).replace('terms.', `terms ${'w '.repeat(40)}.`));
    expect((await zoo('merge theirs')).stderr).toContain('error [too-long]');
    expect((await json('status')).merging).toEqual([]);
    await theirs('revert HEAD --whole --no-commit');
    expect(await json('merge theirs')).toMatchObject({ version: { version: 'v2' }, changes: { added: [{}] } });
    expect((await json('log')).versions[0].commit.parents).toHaveLength(2);
  });

  it('writes nothing of what git half merged when it is tried out, or somebody else writes', async () => {
    const git = (...words: string[]) =>
      spawnSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', ...words], { cwd: folder });
    const keep = (message: string) => [git('add', 'library'), git('commit', '-qm', message)];
    git('init', '-qb', 'main');
    keep('one');
    git('checkout', '-qb', 'other');
    await zoo(`edit ${id} --confidence 0.9`);
    await zoo('commit -m Other');
    keep('other');
    git('checkout', '-q', 'main');
    await zoo(`edit ${id} --confidence 0.1`);
    await zoo('commit -m Main');
    keep('main');
    git('merge', 'other');
    const log = join(folder, 'library/log.txt');
    const left = await readFile(log, 'utf8');
    expect(left).toContain('<<<<<<<');
    expect(await json('merge git:MERGE_HEAD --dry-run')).toMatchObject({ changes: { modified: [{ id }] } });
    expect(await readFile(log, 'utf8')).toBe(left);
    const lock = await diskFiles.lock(join(folder, 'library/.zoo/lock'));
    expect((await zoo('merge git:MERGE_HEAD')).stderr).toContain('error [library-locked]');
    expect(await readFile(log, 'utf8')).toBe(left);
    await lock.release();
    expect(await zoo('merge git:MERGE_HEAD')).toMatchObject({ code: 0 });
    expect((await json('status')).merging).toHaveLength(1);
  }, 60_000);

  describe('when both reworded one experience', () => {
    beforeEach(async () => {
      await theirs(`edit ${id} --text "${other}"`);
      await theirs('commit -m Theirs');
      await zoo(`edit ${id} --text "${ours}"`);
      await zoo('commit -m Ours');
    });

    it('lists the conflict and changes nothing', async () => {
      const before = await json('status');
      const ended = await zoo('merge theirs');
      expect(ended.code).toBe(1);
      expect(ended.stdout).toBe(
        `both sides reworded ${id}\n  before  ${text}\n  ours    ${ours}\n  theirs  ${other}\n`,
      );
      expect(await json('status')).toEqual(before);
    });

    it.each([
      ['--ours', ours],
      ['--theirs', other],
    ])('takes a side: %s', async (flag, expected) => {
      expect(await json(`merge theirs ${flag}`)).toMatchObject({ resolved: 1 });
      expect((await json('list')).experiences[0]).toMatchObject({ text: expected });
      expect((await json('list')).count).toBe(2);
    });

    it('takes decisions from a file, and refuses what they must not say', async () => {
      const decide = (decision: unknown) => writeFile(join(folder, 'd.json'), JSON.stringify({ [id]: decision }));
      for (const decision of ['both', { text: '' }, { text: 'word '.repeat(33) }, { text: 'a\u202Eb' }]) {
        await decide(decision);
        expect(await zoo('merge theirs --edit d.json'), JSON.stringify(decision)).toMatchObject({ code: 2 });
      }
      await decide({ text: 'When a sum telescopes, cancel and name what stays.' });
      expect(await json('merge theirs --edit d.json --no-commit')).toMatchObject({ resolved: 1, version: null });
      const { experiences } = await json('list');
      expect(experiences[0]).toMatchObject({ text: 'When a sum telescopes, cancel and name what stays.' });
      expect(experiences[0].lineage).toContain(id);
      expect((await json('status')).merging).toHaveLength(1);
      expect((await zoo('merge theirs --edit nothing.json')).stderr).toContain('error [no-such-file]');
      expect(await zoo('merge theirs --edit')).toMatchObject({ code: 1 });
      expect(await zoo('merge theirs --ours --theirs')).toMatchObject({ code: 2 });
    });

    it('asks the model for one text that keeps both', async () => {
      const tried = await zoo('merge theirs --by-model --provider sim --dry-run');
      expect(tried).toMatchObject({ code: 1 });
      expect(tried.stderr).toContain('Without --dry-run the model is asked 1 times');
      const made = await json('merge theirs --by-model --provider sim');
      expect(made).toMatchObject({ resolved: 1, version: { version: 'v3' } });
      expect(made.usage.calls).toBeGreaterThanOrEqual(1);
      const [experience] = (await json('list')).experiences;
      expect(experience.text).toMatch(/^When .+, /);
      expect(experience.lineage).toContain(id);
    });
  });

  it('tells why the model left a conflict, and what asking took', async () => {
    await theirs(`remove ${id}`);
    await theirs('commit -m Theirs');
    await zoo(`edit ${id} --text "${ours}"`);
    await zoo('commit -m Ours');
    const ended = await zoo('merge theirs --by-model --provider sim');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('  model   one side removed it: choose a side\n');
    const { error } = await json('merge theirs --by-model --provider sim');
    expect(error.data).toMatchObject({ left: [{ id }], usage: { calls: 0 } });
  });

  it('merges a file, where nothing but additions is known without a base', async () => {
    await writeFile(join(folder, 'more.jsonl'), '{"text":"When a ratio repeats, divide consecutive terms."}\n');
    expect(await json('merge more.jsonl')).toMatchObject({ base: null, changes: { added: [{}], removed: [] } });
    await writeFile(join(folder, 'v1.json'), (await zoo('export --at v1')).stdout);
    // With v1 as the base, an older copy takes nothing away.
    expect((await zoo('merge v1.json --base v1')).stderr).toContain('error [already-merged]');
    expect((await zoo('merge v1')).stderr).toContain('error [already-merged]');
  });

  it('wants a clean library for a version, and none for the working library alone', async () => {
    await theirs('add "When a ratio repeats, divide consecutive terms."');
    await zoo('add "When stuck, try the smallest case."');
    expect((await zoo('merge theirs')).stderr).toContain('error [uncommitted-changes]');
    expect(await json('merge theirs --no-commit')).toMatchObject({ version: null, changes: { added: [{}] } });
    expect((await json('list')).count).toBe(4);
  });
});
