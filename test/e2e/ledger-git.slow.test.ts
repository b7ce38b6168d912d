import { appendFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type InstalledZoo, installZoo } from './installed-zoo.ts';
import { type LibraryInGit, beginInGit } from './library-in-git.ts';

let zooProgram: InstalledZoo;
let folder: string;
let count = 0;
let library: LibraryInGit;

beforeAll(async () => {
  zooProgram = await installZoo();
}, 120_000);
afterAll(() => zooProgram.remove());

beforeEach(async () => {
  folder = await zooProgram.workFolder(`git-${count++}`);
  library = await beginInGit(zooProgram, folder);
});

const { zoo, json, git, commit, onBranch, ids } = {
  zoo: (...words: string[]) => library.zoo(...words),
  json: (...words: string[]) => library.json(...words),
  git: (line: string, words: readonly string[] = []) => library.git(line, ...words),
  commit: (message: string) => library.commit(message),
  onBranch: (name: string, work: () => Promise<unknown>) => library.onBranch(name, work),
  ids: () => library.ids(),
};

describe('a library in git', () => {
  it('is shown a field a line, without control characters, by git diff and git log -p', async () => {
    const [id = ''] = await ids();
    await zoo('ledger', 'edit', id, '--confidence', '0.9', '--example', 'a => b');
    const changed = await git('diff --unified=0');
    expect(changed.stdout).toContain('-confidence   0.5\n+confidence   0.9');
    expect(changed.stdout).toContain('+example      a => b');
    // Packs and what belongs to this copy alone stay out.
    expect(changed.stdout + (await git('status --short')).stdout).not.toMatch(/packs\/|\.zoo\//);
    await zoo('ledger', 'commit', '-m', 'Trust it more');
    await commit('Trust it more');
    const shown = await git('log -p -1');
    expect(shown.stdout).toContain('+confidence   0.9');
    expect(shown.stdout).toMatch(/\+message\s+Trust it more/);

    const path = join(folder, `library/records/${id}.json`);
    const hostile = (await readFile(path, 'utf8')).replace('"When', String.raw`"\u001b[31mWhen`);
    await writeFile(path, hostile);
    expect((await git('diff')).stdout).not.toContain('\u001B[31m');
    await writeFile(path, '{ broken');
    expect((await git('diff')).stdout).toContain('+{ broken');
  });

  it('merges what two branches changed in one record, and the next version has both as parents', async () => {
    const [first = '', , third = ''] = await ids();
    await onBranch('feature', async () => {
      await zoo('ledger', 'edit', first, '--confidence', '0.9');
      await zoo('ledger', 'add', 'When a ratio repeats, divide consecutive terms before guessing a formula.');
    });
    const feature = await json('ledger', 'log', '--limit', '1');
    await zoo('ledger', 'edit', first, '--example', 'a => b');
    await zoo('ledger', 'remove', third);
    await zoo('ledger', 'commit', '-m', 'main');
    await commit('main');

    expect(await git('merge --quiet feature -m merge')).toMatchObject({ code: 0 });
    const status = await json('ledger', 'status');
    expect(status).toMatchObject({ clean: false, library: { version: 'v2' }, changes: { removed: [], added: [{}] } });
    expect(status.merging).toHaveLength(1);
    expect((await json('ledger', 'show', first)).experiences[0]).toMatchObject({
      confidence: 0.9,
      examples: [{ input: 'a', output: 'b' }],
    });
    expect(await ids()).toHaveLength(11);
    expect(await zoo('ledger', 'commit', '-m', 'Merge feature')).toMatchObject({ code: 0 });
    const [merged, before] = (await json('ledger', 'log')).versions;
    expect(merged.commit.parents).toEqual([before.id, ...status.merging]);
    expect(feature.versions[0].id).not.toBe(merged.id);
    expect(await zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
    expect((await json('ledger', 'fsck')).findings.map(({ path }: { path: string }) => path)).not.toContain(
      `commits/${status.merging[0]}.json`,
    );
    expect((await json('ledger', 'status')).merging).toEqual([]);
  });

  it('stops where both reworded an experience, and zoo decides', async () => {
    const [first = ''] = await ids();
    const ours = 'When arrangements have restrictions, count the complement first.';
    const theirs = 'When arrangements have restrictions, use inclusion and exclusion.';
    await onBranch('feature', () => zoo('ledger', 'edit', first, '--text', theirs));
    await zoo('ledger', 'edit', first, '--text', ours);
    await zoo('ledger', 'commit', '-m', 'main');
    await commit('main');

    const stopped = await git('merge feature -m merge');
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain(`${first}: both sides reworded it`);
    const told = await json('ledger', 'merge', 'git:MERGE_HEAD');
    expect(told.error).toMatchObject({
      code: 'merge-conflict',
      data: { conflicts: [{ id: first, kind: 'text', ours: { text: ours }, theirs: { text: theirs } }] },
    });
    await writeFile(
      join(folder, 'decisions.json'),
      JSON.stringify({ [first]: { text: 'When arrangements have restrictions, count the complement or exclude.' } }),
    );
    expect(await zoo('ledger', 'merge', 'git:MERGE_HEAD', '--edit', 'decisions.json')).toMatchObject({ code: 0 });
    await git('add -A library');
    expect(await git('commit --quiet --no-edit')).toMatchObject({ code: 0 });
    const [decided] = (await json('ledger', 'list')).experiences;
    expect(decided.text).toBe('When arrangements have restrictions, count the complement or exclude.');
    expect(decided.lineage).toHaveLength(3);
    expect((await json('ledger', 'list')).count).toBe(11);
    expect(await zoo('ledger', 'commit', '-m', 'Merge')).toMatchObject({ code: 0 });
    expect(await zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
    await commit('Merge');
    // What was merged once is not merged again.
    expect((await zoo('ledger', 'merge', 'git:feature', '--theirs')).stderr).toContain('error [already-merged]');
  });

  it('does not take two like files for one that was renamed', async () => {
    const [first = ''] = await ids();
    await onBranch('feature', () => zoo('ledger', 'edit', first, '--example', 'a => b'));
    await zoo('ledger', 'remove', first);
    await zoo(
      'ledger',
      'add',
      'When a product is wanted, look for factors that cancel, and write them side by side.',
      '--domain',
      'math.combinatorics',
    );
    await zoo('ledger', 'commit', '-m', 'main');
    await commit('main');
    await git('merge feature -m merge');
    const added = (await readdir(join(folder, 'library/records'))).filter((name) => name !== `${first}.json`);
    for (const name of added) {
      const record = JSON.parse(await readFile(join(folder, 'library/records', name), 'utf8'));
      expect(name).toBe(`${record.id}.json`);
      if ((record.text as string).includes('product is wanted')) expect(record.examples).toEqual([]);
    }
  });

  it('is merged and compared by zoo without git merging anything', async () => {
    const [first = '', second = ''] = await ids();
    await onBranch('feature', () => zoo('ledger', 'edit', first, '--confidence', '0.8'));
    await zoo('ledger', 'edit', second, '--confidence', '0.2');
    expect(await zoo('ledger', 'merge', 'git:feature')).toMatchObject({ code: 1 });
    await zoo('ledger', 'commit', '-m', 'main');
    expect((await json('ledger', 'diff', 'git:feature', 'git:HEAD')).modified).toMatchObject([{ id: first }]);
    expect(await json('ledger', 'merge', 'git:feature', '--dry-run')).toMatchObject({
      version: null,
      changes: { modified: [{ id: first }] },
    });
    expect(await json('ledger', 'merge', 'git:feature')).toMatchObject({ version: { version: 'v3' }, resolved: 0 });
    expect((await json('ledger', 'diff', 'git:HEAD:library')).modified).toHaveLength(2);
    expect((await zoo('ledger', 'diff', 'git:nothing')).stderr).toContain('error [unknown-revision]');
    expect((await zoo('ledger', 'diff', 'git:--upload-pack=x')).stderr).toContain('error [unknown-revision]');
    expect((await zoo('ledger', 'diff', 'git:HEAD:nowhere')).stderr).toContain('error [no-library]');
  });

  it('is set up in a clone by one command, and twice is once', async () => {
    const again = await zoo('init', '--git');
    expect(again).toMatchObject({ code: 0 });
    expect((await git('status --short')).stdout).toBe('');
    await appendFile(join(folder, 'library/.gitattributes'), '*.md text\n');
    await zoo('init', '--git');
    expect((await readFile(join(folder, 'library/.gitattributes'), 'utf8')).match(/zoo-order/g)).toHaveLength(1);
    await mkdir(join(folder, '../elsewhere'), { recursive: true });
    const outside = await zooProgram.start(join(folder, '../elsewhere'), ['init', '--yes', '--git']).ended;
    expect(outside.stderr).toContain('error [not-a-repository]');
  });
});
