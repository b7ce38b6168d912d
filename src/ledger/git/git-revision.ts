import { ZooError, exitCode } from '../../core/error.ts';
import type { Library } from '../../core/library/library.ts';
import type { Files } from '../../world/files/files.ts';
import type { Git } from '../../world/git/git.ts';
import { paths } from '../layout.ts';
import { readHeader, readWorking } from '../working.ts';

export interface GitLibrary {
  readonly library: Library;
  /** The git commit, 40 or 64 hexadecimal digits. */
  readonly revision: string;
  /** The id of the ledger's newest version there; null where there is none. */
  readonly head: string | null;
  /** The library's folder as that revision has it: its own root is the empty path. */
  readonly files: Files;
}

/**
 * The working library as a git revision has it.
 *
 * @param folder the library's folder in the working tree; it need not be there any more
 * @param reference `<rev>` or `<rev>:<path from the repository's root>`
 * @throws ZooError `not-a-repository`, `unknown-revision`, `no-library`
 */
export async function readGitLibrary(git: Git, folder: string, reference: string): Promise<GitLibrary> {
  const colon = reference.indexOf(':');
  const [name, path] = colon === -1 ? [reference, undefined] : [reference.slice(0, colon), reference.slice(colon + 1)];
  const revision = await resolveRevision(git, folder, name);
  const prefix = path ?? (await pathInRepository(git, folder));
  const texts = await readTree(git, folder, revision, prefix.replace(/\/+$/, ''));
  const files = filesOf(texts);
  if ((await readHeader(files, '')) === undefined)
    throw new ZooError('no-library', `git revision ${name} has no library in ${prefix === '' ? 'its root' : prefix}`, {
      hint: 'Name the folder behind the revision, as in git:main:path/to/library.',
    });
  const head = /^[0-9a-f]{64}$/.exec((texts.get(paths.head) ?? '').trim())?.[0] ?? null;
  return {
    library: await readWorking(files, ''),
    revision,
    head,
    files,
  };
}

/** The newest common ancestor of two revisions; undefined when they have none. */
export async function mergeBase(git: Git, folder: string, one: string, other: string): Promise<string | undefined> {
  const { code, stdout } = await git.run(folder, ['merge-base', one, other]);
  return code === 0 ? text(stdout).trim() : undefined;
}

/** @throws ZooError `unknown-revision`, `not-a-repository` */
export async function resolveRevision(git: Git, folder: string, name: string): Promise<string> {
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  const { code, stdout } = await git.run(folder, words);
  if (code === 0) return text(stdout).trim();
  await repositoryRoot(git, folder);
  throw new ZooError('unknown-revision', `git knows no revision "${name}"`, {
    exitCode: exitCode.usage,
    hint: 'Name a branch, a tag or a commit, as in git:main or git:HEAD~1; fetch it first when it is elsewhere.',
  });
}

/** @throws ZooError `not-a-repository` */
export async function repositoryRoot(git: Git, folder: string): Promise<string> {
  const { code, stdout } = await git.run(folder, ['rev-parse', '--show-toplevel']);
  if (code === 0) return text(stdout).replace(/\n$/, '');
  throw new ZooError('not-a-repository', `${folder} is in no git repository`, {
    hint: 'Run "git init" first, or name a library that is in one with --library (ZOO_LIBRARY).',
  });
}

/** The library's folder as git names it, with `/`; empty for the root itself. */
async function pathInRepository(git: Git, folder: string): Promise<string> {
  await repositoryRoot(git, folder);
  const { stdout } = await git.run(folder, ['rev-parse', '--show-prefix']);
  return text(stdout).trim().replace(/\/$/, '');
}

/** What a library's folder holds, packs and what is not text aside, by path within it. */
async function readTree(
  git: Git,
  folder: string,
  revision: string,
  prefix: string,
): Promise<ReadonlyMap<string, string>> {
  const root = await repositoryRoot(git, folder);
  const listed = await git.run(root, [
    'ls-tree',
    '-r',
    '-z',
    '--full-tree',
    revision,
    '--',
    ...(prefix === '' ? [] : [`${prefix}/`]),
  ]);
  const wanted: { readonly path: string; readonly object: string }[] = [];
  for (const line of text(listed.stdout).split('\0')) {
    const [, object, name = ''] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    const path = prefix === '' ? name : name.slice(prefix.length + 1);
    if (object !== undefined && /^(records\/|commits\/|refs\/|library\.json$|order\.txt$)/.test(path))
      wanted.push({ path, object });
  }
  const contents = await git.run(root, ['cat-file', '--batch'], wanted.map(({ object }) => `${object}\n`).join(''));
  const texts = new Map<string, string>();
  let offset = 0;
  for (const { path } of wanted) {
    const end = contents.stdout.indexOf(10, offset);
    const size = Number(text(contents.stdout.subarray(offset, end)).split(' ')[2]);
    texts.set(path, text(contents.stdout.subarray(end + 1, end + 1 + size)));
    offset = end + 1 + size + 1;
  }
  return texts;
}

/** As much of a file system as reading a library takes. */
function filesOf(texts: ReadonlyMap<string, string>): Files {
  const readOnly = () => Promise.reject(new ZooError('read-only', 'a git revision cannot be written to'));
  return {
    read: async (path) => new TextEncoder().encode(texts.get(path.slice(1)) ?? ''),
    readText: async (path) => texts.get(path.slice(1)),
    list: async (folder) => {
      const prefix = `${folder.slice(1)}/`;
      return [...texts.keys()]
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length))
        .sort();
    },
    exists: async (path) => texts.has(path.slice(1)),
    lockedBy: () => Promise.resolve(undefined),
    writeAtomic: readOnly,
    writeAll: readOnly,
    makeFolder: readOnly,
    remove: readOnly,
    truncate: readOnly,
    append: readOnly,
    open: readOnly,
    lock: readOnly,
  };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
