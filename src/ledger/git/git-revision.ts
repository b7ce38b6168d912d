import { ZooError, exitCode } from '../../core/error.ts';
import type { Files } from '../../world/files/files.ts';
import type { Git } from '../../world/git/git.ts';
import { paths } from '../layout.ts';
import { readHeader } from '../working.ts';

/** A library's folder as a git revision has it. */
export interface GitRevision {
  /** The git commit, 40 or 64 hexadecimal digits. */
  readonly revision: string;
  /** The id of the ledger's newest version there; null where there is none. */
  readonly head: string | null;
  /** Its own root is the empty path. What is large is read from git when it is asked for. */
  readonly files: Files;
}

/** Where a library that lies in git is opened. */
export interface GitPlace {
  readonly git: Git;
  /** Where the library's folder lies, whose indexes are of use, since records are found in them by digest. */
  readonly disk: Files;
  /** The library's folder in the working tree. */
  readonly folder: string;
  /** Makes a folder for what is read from git again and again, which takes far longer than from a file. */
  readonly makeScratch: () => Promise<string>;
}

/**
 * Opens the library of a git revision.
 *
 * @param reference `<rev>` or `<rev>:<path from the repository's root>`
 * @throws ZooError `not-a-repository`, `unknown-revision`, `no-library`
 */
export async function openGitRevision(place: GitPlace, reference: string): Promise<GitRevision> {
  const { git, disk, folder } = place;
  const colon = reference.indexOf(':');
  const [name, path] = colon === -1 ? [reference, undefined] : [reference.slice(0, colon), reference.slice(colon + 1)];
  const revision = await resolveRevision(git, folder, name);
  const prefix = path ?? (await pathInRepository(git, folder));
  const tree = await openTree(place, revision, prefix.replace(/\/+$/, ''));
  const files = withIndexes(filesOf(tree), disk, folder);
  if ((await readHeader(files, '')) === undefined)
    throw new ZooError('no-library', `git revision ${name} has no library in ${prefix === '' ? 'its root' : prefix}`, {
      hint: 'Name the folder behind the revision, as in git:main:path/to/library.',
    });
  const head = /^[0-9a-f]{64}$/.exec(((await files.readText(`/${paths.head}`)) ?? '').trim())?.[0] ?? null;
  return { revision, head, files };
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

/** What a library's folder holds, packs and what is not text aside. */
interface Tree {
  /** Paths within it. */
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** Undefined for what is not there. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** Files of more bytes are read by themselves, when they are asked for; all others at once. */
const smallAtMost = 65_536;

async function openTree(place: GitPlace, revision: string, prefix: string): Promise<Tree> {
  const { git, folder } = place;
  const root = await repositoryRoot(git, folder);
  const within = prefix === '' ? [] : [`${prefix}/`];
  const listed = await read(git, root, ['ls-tree', '-r', '-z', '-l', '--full-tree', revision, '--', ...within]);
  const [small, large] = [new Map<string, string>(), new Map<string, string>()];
  for (const line of text(listed).split('\0')) {
    const [, object, size, name = ''] = /^\d+ blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(line) ?? [];
    const path = prefix === '' ? name : name.slice(prefix.length + 1);
    if (object === undefined || !/^(records\/|commits\/|refs\/|library\.json$|order\.txt$|log\.txt$)/.test(path))
      continue;
    (Number(size) <= smallAtMost ? small : large).set(path, object);
  }
  const held = await readBlobs(git, root, small);
  const readLarge = createBlobReader(place, root);
  return {
    paths: [...small.keys(), ...large.keys()].sort(),
    has: (path) => small.has(path) || large.has(path),
    read: async (path) => {
      const object = large.get(path);
      return object === undefined ? held.get(path) : await readLarge(object);
    },
  };
}

/** @param objects by path */
async function readBlobs(
  git: Git,
  root: string,
  objects: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const asked = [...objects.values()].map((object) => `${object}\n`).join('');
  const stdout = await read(git, root, ['cat-file', '--batch'], asked);
  const blobs = new Map<string, Uint8Array>();
  let offset = 0;
  for (const path of objects.keys()) {
    const end = stdout.indexOf(10, offset);
    const head = text(stdout.subarray(offset, end));
    const size = Number(head.split(' ')[2]);
    if (!Number.isSafeInteger(size)) throw notRead(root, head);
    blobs.set(path, stdout.subarray(end + 1, end + 1 + size));
    offset = end + 1 + size + 1;
  }
  return blobs;
}

/** Reads blobs from git; what is read a second time is kept in a file from then on. */
function createBlobReader({ git, disk, makeScratch }: GitPlace, root: string): (object: string) => Promise<Uint8Array> {
  const before = new Set<string>();
  const kept = new Set<string>();
  let scratch: Promise<string> | undefined;
  return async (object) => {
    if (kept.has(object)) return await disk.read(`${await scratch}/${object}`);
    const blob = await read(git, root, ['cat-file', 'blob', object]);
    if (before.has(object)) {
      await disk.writeAtomic(`${await (scratch ??= makeScratch())}/${object}`, blob);
      kept.add(object);
    }
    before.add(object);
    return blob;
  };
}

/** What git writes. @throws ZooError `git-failed` */
async function read(git: Git, root: string, words: readonly string[], input?: string): Promise<Uint8Array> {
  const { code, stdout, stderr } = await git.run(root, words, input);
  if (code === 0) return stdout;
  throw notRead(root, stderr.trim());
}

function notRead(root: string, why: string): ZooError {
  return new ZooError('git-failed', `git could not read what it has in ${root}: ${why}`, {
    hint: 'Run "git fsck" there, and fetch what is missing.',
  });
}

/** As much of a file system as reading a library takes. */
function filesOf(tree: Tree): Files {
  const readOnly = () => Promise.reject(new ZooError('read-only', 'a git revision cannot be written to'));
  return {
    read: async (path) => (await tree.read(path.slice(1))) ?? new Uint8Array(),
    readText: async (path) => {
      const bytes = await tree.read(path.slice(1));
      return bytes === undefined ? undefined : text(bytes);
    },
    list: async (folder) => {
      const prefix = `${folder.slice(1)}/`;
      return tree.paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    },
    exists: async (path) => tree.has(path.slice(1)),
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

/**
 * The same with the indexes of the library in the working tree, which has most of its shards in common with its revisions.
 * Indexes of other shards are kept there too, by what these hold; the index of what lies there stays its own.
 */
function withIndexes(files: Files, disk: Files, folder: string): Files {
  const isIndex = (path: string) => path.startsWith(`/${paths.index}/`);
  const within = (path: string) => `${folder}${path}`;
  return {
    ...files,
    read: (path) => (isIndex(path) ? disk.read(within(path)) : files.read(path)),
    readText: (path) => (isIndex(path) ? disk.readText(within(path)) : files.readText(path)),
    open: (path) => (isIndex(path) ? disk.open(within(path)) : files.open(path)),
    writeAtomic: (path, data) =>
      isIndex(path) && path.endsWith('.part') ? disk.writeAtomic(within(path), data) : files.writeAtomic(path, data),
  };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
