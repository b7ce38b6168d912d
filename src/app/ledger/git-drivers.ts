import { dirname, join } from 'node:path';
import { ZooError } from '../../core/error.ts';
import {
  type MergedKind,
  describeGitFile,
  gitAttributes,
  mergeGitFile,
  mergedKinds,
} from '../../ledger/git/git-drivers.ts';
import { mergesHistories } from '../../ledger/git/stopped-operation.ts';
import { repositoryRoot } from '../../ledger/git/git-revision.ts';
import { packageFolder } from '../package.ts';
import { git } from '../wire/git.ts';
import { ledgerAt } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';
import { addMergeHead } from './merge-heads.ts';

export interface InstalledDrivers {
  readonly repository: string;
  /** The `.gitattributes` that names the drivers; it goes into git. */
  readonly attributes: string;
  /** What stands in the repository's own configuration now, which does not. */
  readonly configured: Readonly<Record<string, string>>;
}

/**
 * Teaches a git repository to show and merge the library in it. Doing it again is doing it once.
 *
 * @param library its folder; an empty library is made where there is none
 * @throws ZooError `not-a-repository`, `no-git`, `git-failed`
 */
export async function installGitDrivers(library: string): Promise<InstalledDrivers> {
  await ledgerAt(library).create();
  const repository = await repositoryRoot(git, library);
  const attributes = join(library, '.gitattributes');
  const there = (await files.readText(attributes)) ?? '';
  const missing = gitAttributes.split('\n').filter((line) => line !== '' && !there.split('\n').includes(line));
  if (missing.length > 0) {
    const before = there === '' || there.endsWith('\n') ? there : `${there}\n`;
    await files.writeAtomic(attributes, `${before}${missing.map((line) => `${line}\n`).join('')}`);
  }
  const configured = configuration();
  for (const [key, value] of Object.entries(configured)) {
    const { code, stderr } = await git.run(repository, ['config', '--local', key, value]);
    if (code !== 0)
      throw new ZooError('git-failed', `git did not take ${key}: ${stderr.trim()}`, {
        hint: `Look into ${join(repository, '.git/config')}.`,
      });
  }
  return { repository, attributes, configured };
}

function configuration(): Record<string, string> {
  const zoo = [process.execPath, join(packageFolder, 'bin/zoo.js')].map(quoted).join(' ');
  return {
    // Where zoo is not there any more, git shows the file as it is.
    'diff.zoo.textconv': `show() { ${zoo} ledger git-textconv -- "$1" || cat "$1"; }; show`,
    'diff.zoo.cachetextconv': 'true',
    // What git writes behind @@: whose field it is, in a shard that holds many.
    'diff.zoo.xfuncname': '^id +(.*)$',
    ...Object.fromEntries(
      mergedKinds.flatMap((kind) => [
        [`merge.zoo-${kind}.name`, `zoo: ${kind} of an experience library`],
        [`merge.zoo-${kind}.driver`, `${zoo} ledger git-merge -- ${kind} %O %A %B %P`],
      ]),
    ),
  };
}

/** For the shell that git runs drivers in. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

export async function describeFile(path: string): Promise<string> {
  return describeGitFile((await files.readText(path)) ?? '');
}

/**
 * Merges three files as git's merge driver: the result goes where ours was.
 *
 * @param path where the file lies in the repository, for messages and to find the library
 * @returns the conflicts that are left
 */
export async function mergeFiles(
  kind: string,
  [base, ours, theirs]: readonly [base: string, ours: string, theirs: string],
  path: string,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  if (!isMergedKind(kind)) return [`${path}: there is no merge driver "${kind}"`];
  const [before, our, their] = await Promise.all(
    [base, ours, theirs].map(async (file) => (await files.readText(join(folder, file))) ?? ''),
  );
  const merged = mergeGitFile(kind, before ?? '', our ?? '', their ?? '', path, sha256);
  await files.writeAtomic(join(folder, ours), merged.text);
  const head = (their ?? '').trim();
  // The library is two folders above refs/HEAD.
  if (kind === 'head' && mergesHistories(environment) && /^[0-9a-f]{64}$/.test(head))
    await addMergeHead(join(folder, dirname(dirname(path))), head);
  return merged.conflicts;
}

function isMergedKind(kind: string): kind is MergedKind {
  return (mergedKinds as readonly string[]).includes(kind);
}
