import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GitPlace, openGitRevision } from '../../../src/ledger/git/git-revision.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { gitCommand } from '../../../src/world/git/command.ts';
import type { Git } from '../../../src/world/git/git.ts';

const long = 'A line of a large shard.\n'.repeat(4000);
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'zoo-revision-'));
  await mkdir(join(home, 'library/records'), { recursive: true });
  await writeFile(join(home, 'library/library.json'), '{"format":"zoo-library","v":1,"layout":"shards"}');
  await writeFile(join(home, 'library/records/0a.jsonl'), long);
  await writeFile(join(home, 'library/records/0b.jsonl'), 'short\n');
  for (const line of ['init -q', 'add library', '-c user.name=a -c user.email=a@b commit -qm one', 'rm -rq library'])
    execFileSync('git', line.split(' '), { cwd: home });
  await mkdir(join(home, 'library'));
}, 60_000);

afterAll(() => rm(home, { recursive: true, force: true }));

/** Git that counts how often a blob is asked for by itself. */
function counting(): { readonly git: Git; readonly asked: () => number } {
  let asked = 0;
  const git: Git = {
    run: (folder, words, input) => {
      if (words.includes('blob')) asked++;
      return gitCommand.run(folder, words, input);
    },
  };
  return { git, asked: () => asked };
}

const placeOf = (git: Git): GitPlace => ({
  git,
  disk: diskFiles,
  folder: join(home, 'library'),
  makeScratch: () => mkdtemp(join(home, 'scratch-')),
});

describe('openGitRevision', { timeout: 60_000 }, () => {
  it('reads what is large when it is asked for, and from a file when it is asked for again and again', async () => {
    const { git, asked } = counting();
    const { files, head } = await openGitRevision(placeOf(git), 'HEAD');
    expect(head).toBeNull();
    expect(await files.list('/records')).toEqual(['0a.jsonl', '0b.jsonl']);
    expect(await files.readText('/records/0b.jsonl')).toBe('short\n');
    expect(asked()).toBe(0);
    for (const times of [1, 2, 2, 2]) {
      expect(await files.readText('/records/0a.jsonl')).toBe(long);
      expect(asked()).toBe(times);
    }
    expect((await readdir(home)).filter((name) => name.startsWith('scratch-'))).toHaveLength(1);
    expect(await files.readText('/records/0c.jsonl')).toBeUndefined();
  });

  it('takes nothing for an empty shard that git cannot read', async () => {
    const failing: Git = {
      run: (folder, words, input) =>
        words.includes('blob')
          ? Promise.resolve({ code: 128, stdout: new Uint8Array(), stderr: 'fatal: bad object\n' })
          : gitCommand.run(folder, words, input),
    };
    const { files } = await openGitRevision(placeOf(failing), 'HEAD');
    await expect(files.readText('/records/0a.jsonl')).rejects.toMatchObject({ code: 'git-failed' });
    const missing: Git = {
      run: (folder, words, input) => gitCommand.run(folder, words, input?.replace(/[0-9a-f]{40}/, '0'.repeat(40))),
    };
    await expect(openGitRevision(placeOf(missing), 'HEAD')).rejects.toMatchObject({ code: 'git-failed' });
  });
});
