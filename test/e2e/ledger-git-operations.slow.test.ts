import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exampleLibrary } from '../ledger/experience.ts';
import { type InstalledZoo, installZoo } from './installed-zoo.ts';
import { type LibraryInGit, beginInGit, libraryInGit } from './library-in-git.ts';

const ours = 'When arrangements have restrictions, count the complement first.';
const theirs = 'When arrangements have restrictions, use inclusion and exclusion.';

let program: InstalledZoo;
let library: LibraryInGit;
let count = 0;

beforeAll(async () => {
  program = await installZoo();
}, 120_000);
afterAll(() => program.remove());

beforeEach(async () => {
  library = await beginInGit(program, await program.workFolder(`a folder's ${count++}`));
});

/** A branch with two versions; its second and main reword the same experience. */
async function partWays(): Promise<{ first: string; second: string }> {
  const [first = '', second = ''] = await library.ids();
  await library.onBranch('feature', async () => {
    await library.zoo('ledger', 'edit', second, '--confidence', '0.8');
    await library.version('Trust the second more');
    await library.zoo('ledger', 'edit', first, '--text', theirs);
  });
  await library.zoo('ledger', 'edit', first, '--text', ours);
  await library.version('main');
  return { first, second };
}

const texts = async (): Promise<string[]> =>
  (await library.json('ledger', 'list')).experiences.map(({ text }: { text: string }) => text);
const confidenceOf = async (id: string): Promise<number> =>
  (await library.json('ledger', 'show', id)).experiences[0].confidence;
const merging = async (): Promise<string[]> => (await library.json('ledger', 'status')).merging;
const newestParents = async (): Promise<string[]> =>
  (await library.json('ledger', 'log', '--limit', '1')).versions[0].commit.parents;

describe('git on a library', () => {
  it('rebases: versions of the branch become changes, and zoo decides where it stopped', async () => {
    const { first, second } = await partWays();
    await library.git('switch --quiet feature');
    const stopped = await library.git('rebase main');
    expect(stopped).toMatchObject({ code: 1 });
    expect(stopped.stderr).toContain(`${first}: both sides reworded it`);
    const told = await library.json('ledger', 'merge', 'git:MERGE_HEAD');
    expect(told.error.data.conflicts).toMatchObject([{ id: first, ours: { text: ours }, theirs: { text: theirs } }]);
    expect(await library.zoo('ledger', 'merge', 'git:REBASE_HEAD', '--theirs')).toMatchObject({ code: 0 });
    await library.git('add -A library');
    expect(await library.git('rebase --continue')).toMatchObject({ code: 0 });
    expect((await library.git('status --short')).stdout).toBe('');
    expect((await texts())[0]).toBe(theirs);
    expect(await confidenceOf(second)).toBe(0.8);
    expect(await merging()).toEqual([]);
    expect(await library.zoo('ledger', 'commit', '-m', 'Rebased')).toMatchObject({ code: 0 });
    expect(await newestParents()).toHaveLength(1);
    expect(await library.zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
  });

  it('picks one commit, and a later merge brings the rest', async () => {
    const { second } = await partWays();
    expect(await library.git('cherry-pick feature')).toMatchObject({ code: 1 });
    expect(await library.zoo('ledger', 'merge', 'git:CHERRY_PICK_HEAD', '--theirs')).toMatchObject({ code: 0 });
    await library.git('add -A library');
    expect(await library.git('cherry-pick --continue')).toMatchObject({ code: 0 });
    expect((await texts())[0]).toBe(theirs);
    // What the branch did before is not picked, and so counts as not merged.
    expect(await confidenceOf(second)).toBe(0.5);
    expect(await merging()).toEqual([]);
    await library.version('Pick');
    expect(await library.git('merge feature -m merge')).toMatchObject({ code: 0 });
    expect(await confidenceOf(second)).toBe(0.8);
    expect(await merging()).toHaveLength(1);
    await library.version('Merge');
    expect(await newestParents()).toHaveLength(2);
    expect(await library.zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
  });

  it('names no parent where a merge was given up', async () => {
    await partWays();
    expect(await library.git('merge feature')).toMatchObject({ code: 1 });
    expect(await merging()).toHaveLength(1);
    await library.git('merge --abort');
    expect(await library.json('ledger', 'status')).toMatchObject({ merging: [], clean: true });
    await library.zoo('ledger', 'commit', '-m', 'Go on', '--allow-empty');
    expect(await newestParents()).toHaveLength(1);
  });

  it('takes a commit back', async () => {
    const { first, second } = await partWays();
    expect(await library.git('revert --no-edit HEAD')).toMatchObject({ code: 0 });
    expect(await library.json('ledger', 'status')).toMatchObject({ clean: true, library: { version: 'v1' } });
    expect(await library.ids()).toContain(first);
    await library.zoo('ledger', 'edit', second, '--confidence', '0.9');
    await library.version('v2 again');
    await library.zoo('ledger', 'edit', second, '--confidence', '0.7');
    await library.version('v3');
    // A version in the middle stays in the history, and what it changed can be taken back all the same.
    const stopped = await library.git('revert --no-edit HEAD~1');
    expect(stopped.stderr).toMatch(/version [0-9a-f]{12} cannot leave the history/);
    expect(await library.zoo('ledger', 'merge', 'git:MERGE_HEAD')).toMatchObject({ code: 0 });
    await library.git('add -A library');
    expect(await library.git('revert --continue')).toMatchObject({ code: 0 });
    expect(await confidenceOf(second)).toBe(0.3);
    await library.version('Take v2 back');
    expect((await library.json('ledger', 'log')).versions).toHaveLength(4);
    expect(await library.zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
  });

  it('keeps changes in a stash, and looks at old branches', async () => {
    const { first, second } = await partWays();
    await library.zoo('ledger', 'edit', second, '--confidence', '0.9');
    expect(await library.git('stash --quiet')).toMatchObject({ code: 0 });
    expect(await library.json('ledger', 'status')).toMatchObject({ clean: true });
    await library.zoo('ledger', 'edit', second, '--example', 'a => b');
    await library.version('Example');
    expect(await library.git('stash pop --quiet')).toMatchObject({ code: 0 });
    expect((await library.json('ledger', 'diff')).modified).toMatchObject([{ id: second, fields: ['confidence'] }]);
    await library.version('Trust');
    await library.git('switch --quiet feature');
    expect(await library.json('ledger', 'status')).toMatchObject({ clean: true, library: { version: 'v3' } });
    await library.git('switch --quiet --detach main~3');
    expect(await library.json('ledger', 'status')).toMatchObject({ clean: true, library: { version: 'v1' } });
    expect(await library.ids()).toContain(first);
    await library.git('worktree add --quiet ../beside main');
    const beside = libraryInGit(program, join(library.folder, '../beside'));
    expect(await beside.json('ledger', 'status')).toMatchObject({ clean: true, library: { version: 'v4' } });
    await beside.zoo('ledger', 'edit', second, '--confidence', '0.3');
    expect((await beside.git('diff --unified=0')).stdout).toContain('-confidence   0.9\n+confidence   0.3');
    expect(await library.json('ledger', 'status')).toMatchObject({ clean: true });
    await library.git('worktree remove --force ../beside');
  });

  it('says what to do in a clone that has no drivers, and settles the library there', async () => {
    const { first, second } = await partWays();
    await library.git(`clone --quiet . ../clone-${count}`);
    const clone = libraryInGit(program, join(library.folder, `../clone-${count}`));
    expect((await clone.git('diff HEAD~1')).stdout).toContain(`+  "text": "${ours}"`);
    expect(await clone.git('merge origin/feature')).toMatchObject({ code: 1 });
    const lost = await clone.zoo('ledger', 'status');
    expect(lost.code).toBe(1);
    expect(lost.stderr).toContain('zoo ledger merge git:MERGE_HEAD');
    expect((await clone.json('ledger', 'merge', 'git:MERGE_HEAD')).error.data.conflicts).toMatchObject([{ id: first }]);
    expect(await clone.zoo('ledger', 'merge', 'git:MERGE_HEAD', '--ours')).toMatchObject({ code: 0 });
    await clone.git('add -A library');
    expect(await clone.git('commit --quiet --no-edit')).toMatchObject({ code: 0 });
    const { merging: heads, changes } = await clone.json('ledger', 'status');
    expect(heads).toHaveLength(1);
    expect(changes === null || changes.modified.length > 0).toBe(true);
    expect((await clone.json('ledger', 'show', second)).experiences[0].confidence).toBe(0.8);
    await clone.version('Merge');
    expect(await clone.zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
  });

  it('brings the history back in a clone, as far as git has it and it has the roots that it should', async () => {
    const { second } = await partWays();
    // Of two versions in one commit git has the later one.
    for (const confidence of ['0.6', '0.7']) {
      await library.zoo('ledger', 'edit', second, '--confidence', confidence);
      await library.zoo('ledger', 'commit', '-m', confidence);
    }
    await library.commit('Two versions');
    await library.zoo('ledger', 'edit', second, '--example', 'a => b');
    await library.commit('Without a version');
    await library.git(`clone --quiet . ../history-${count}`);
    const clone = libraryInGit(program, join(library.folder, `../history-${count}`));
    expect((await clone.zoo('ledger', 'diff', 'v1')).stderr).toContain('zoo init --git');
    const { git } = await clone.json('init', '--git');
    expect(git).toMatchObject({ restored: ['v1', 'v2', 'v4'], missing: ['v3'] });
    expect(await clone.json('init', '--git')).toMatchObject({ git: { restored: [], missing: ['v3'] } });
    for (const line of ['diff v1 v2', 'diff v2 v4', 'diff', 'list --at v2', 'blame', 'status']) {
      const words = line.split(' ');
      expect((await clone.zoo('ledger', ...words)).stdout, line).toBe(
        (await library.zoo('ledger', ...words)).stdout.replaceAll(library.folder, clone.folder),
      );
    }
    await clone.version('Example');
    expect(await clone.json('ledger', 'revert', 'v2')).toMatchObject({ changes: { modified: [{}] } });
    expect(await clone.zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
  });

  it('shows files as they are where zoo is no longer', async () => {
    const [first = ''] = await library.ids();
    await library.zoo('ledger', 'edit', first, '--confidence', '0.9');
    const config = join(library.folder, '.git/config');
    await writeFile(config, (await readFile(config, 'utf8')).replaceAll('bin/zoo.js', 'bin/gone.js'));
    const shown = await library.git('diff');
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('+  "confidence": 0.9,');
  });

  it('stops where one side removed what the other reworded', async () => {
    const [first = ''] = await library.ids();
    await library.onBranch('feature', () => library.zoo('ledger', 'edit', first, '--text', theirs));
    await library.zoo('ledger', 'remove', first);
    await library.version('main');
    const stopped = await library.git('merge feature');
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain(`${first}: ours removed it, theirs reworded it as exp_`);
    expect(await library.zoo('ledger', 'merge', 'git:MERGE_HEAD', '--ours')).toMatchObject({ code: 0 });
    expect(await texts()).not.toContain(theirs);
  });

  it('takes two who added the same, and tags of both', async () => {
    const same = 'When a ratio repeats, divide consecutive terms before guessing a formula.';
    await library.onBranch('feature', async () => {
      await library.zoo('ledger', 'add', same, '--confidence', '0.9');
      await library.zoo('ledger', 'tag', 'theirs', 'v1');
    });
    await library.zoo('ledger', 'add', same);
    await library.zoo('ledger', 'tag', 'ours', 'v1');
    await library.version('main');
    expect(await library.git('merge feature -m merge')).toMatchObject({ code: 0 });
    const tags = (await library.json('ledger', 'tag')).tags.map(({ name }: { name: string }) => name);
    expect(tags).toEqual(['ours', 'theirs']);
    expect((await texts()).filter((text) => text === same)).toHaveLength(1);
    expect(await library.zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
  });
});

describe('git on a library in shards', () => {
  it('shows whose field changed, merges records, and stops where both reworded one', async () => {
    const many = exampleLibrary(2_100).experiences;
    await writeFile(join(library.folder, 'many.json'), JSON.stringify({ experiences: many }));
    expect(await library.zoo('ledger', 'import', 'many.json')).toMatchObject({ code: 0 });
    await rename(join(library.folder, 'many.json'), join(library.folder, '../many.json'));
    await library.version('Many');
    const [one = '', other = '', third = ''] = many.slice(7).map(({ id }) => id);
    await library.zoo('ledger', 'edit', one, '--example', 'a => b');
    const shown = (await library.git('diff --unified=0')).stdout;
    expect(shown).toMatch(new RegExp(`^@@ .* @@ ${one}\n\\+example      a => b$`, 'm'));
    expect(shown.match(/^[-+](?![-+])/gm)).toHaveLength(1);
    await library.version('Example');

    await library.onBranch('feature', async () => {
      await library.zoo('ledger', 'edit', one, '--confidence', '0.9');
      await library.zoo('ledger', 'remove', other);
      await library.zoo('ledger', 'edit', third, '--text', theirs);
    });
    await library.zoo('ledger', 'edit', one, '--example', 'c => d');
    await library.zoo('ledger', 'add', 'When a ratio repeats, divide consecutive terms before guessing a formula.');
    await library.version('main');
    expect(await library.git('merge feature -m merge')).toMatchObject({ code: 0 });
    expect((await library.json('ledger', 'show', one)).experiences[0]).toMatchObject({
      confidence: 0.9,
      examples: [{ input: 'c', output: 'd' }],
    });
    expect(await library.json('ledger', 'status')).toMatchObject({ library: { count: many.length + 11 } });
    await library.version('Merge');
    expect(await newestParents()).toHaveLength(2);
    expect(await library.zoo('ledger', 'fsck')).toMatchObject({ code: 0 });

    const [next = ''] = many.slice(20).map(({ id }) => id);
    await library.onBranch('again', () => library.zoo('ledger', 'edit', next, '--text', `${theirs} Again.`));
    await library.zoo('ledger', 'edit', next, '--text', `${ours} Again.`);
    await library.version('Reword');
    const stopped = await library.git('merge again');
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('both sides reworded it');
    expect(await library.zoo('ledger', 'merge', 'git:MERGE_HEAD', '--theirs')).toMatchObject({ code: 0 });
    await library.git('add -A library');
    expect(await library.git('commit --quiet --no-edit')).toMatchObject({ code: 0 });
    await library.version('Merge again');
    expect((await library.json('ledger', 'search', 'Again')).found).toHaveLength(1);
    expect(await library.zoo('ledger', 'fsck')).toMatchObject({ code: 0 });
  }, 240_000);
});
