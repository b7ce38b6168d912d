import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runLedger } from '../cli/ledger/run-ledger.ts';
import type { InstalledZoo } from './installed-zoo.ts';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A git repository that holds a library. */
export interface LibraryInGit {
  readonly folder: string;
  /** The ledger's commands run inside this process; git starts the installed program for its drivers. */
  zoo(...words: string[]): Promise<Ran>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they need
  json(...words: string[]): Promise<any>;
  /** Words of a line, then words that hold spaces. */
  git(line: string, ...words: string[]): Promise<Ran>;
  /** Everything that changed. */
  commit(message: string): Promise<void>;
  /** Works on a branch of its own, makes a version and a commit there, and comes back to main. */
  onBranch(name: string, work: () => Promise<unknown>): Promise<void>;
  /** Makes a version of what is here, and a commit. */
  version(message: string): Promise<void>;
  /** As the prompt has them. */
  ids(): Promise<string[]>;
}

/** @param folder which a repository with a library is in already */
export function libraryInGit(zooProgram: InstalledZoo, folder: string): LibraryInGit {
  const environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_EDITOR: 'true',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
  const library: LibraryInGit = {
    folder,
    zoo: async (...words) => {
      if (words[0] === 'ledger') return await runLedger(folder, words.slice(1));
      const { code, stdout, stderr } = await zooProgram.start(folder, words).ended;
      return { code: code ?? -1, stdout, stderr };
    },
    json: async (...words) => JSON.parse((await library.zoo(...words, '--json')).stdout) as unknown,
    git: (line, ...words) =>
      new Promise((resolve) => {
        execFile('git', [...line.split(' '), ...words], { cwd: folder, env: environment }, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
        );
      }),
    commit: async (message) => {
      await library.git('add -A');
      expect(await library.git('commit --quiet -m', message)).toMatchObject({ code: 0 });
    },
    version: async (message) => {
      expect(await library.zoo('ledger', 'commit', '-m', message)).toMatchObject({ code: 0 });
      await library.commit(message);
    },
    onBranch: async (name, work) => {
      await library.git(`switch --quiet -c ${name}`);
      await work();
      await library.version(name);
      await library.git('switch --quiet main');
    },
    ids: async () => (await readFile(join(folder, 'library/order.txt'), 'utf8')).trim().split('\n'),
  };
  return library;
}

/** With the starter for mathematics, its first version and its first commit. */
export async function beginInGit(zooProgram: InstalledZoo, folder: string): Promise<LibraryInGit> {
  const library = libraryInGit(zooProgram, folder);
  await library.git('init --quiet --initial-branch main .');
  await library.zoo('init', '--provider', 'sim', '--yes', '--git');
  await library.zoo('ledger', 'import', 'starter:mathematics');
  await library.version('Begin');
  return library;
}
