import { isAbsolute, join } from 'node:path';
import { ZooError, exitCode } from '../core/error.ts';
import type { Library } from '../core/library/library.ts';
import { openGitRevision } from '../ledger/git/git-revision.ts';
import type { CommitEntry } from '../ledger/history.ts';
import type { CommitOrigin } from '../ledger/merging/adopt-commits.ts';
import { type Shards, openShards, shardsOfLibrary } from '../ledger/shards/shards.ts';
import type { VersionShards } from '../ledger/shards/version-shards.ts';
import type { Files } from '../world/files/files.ts';
import type { Config } from './config.ts';
import { openLargeFile } from './ledger/large-file.ts';
import { readLibraryFile } from './ledger/library-file.ts';
import {
  type OnDropped,
  type PublishedAddress,
  fetchPublished,
  isPublished,
  resolvePublished,
} from './published-library.ts';
import { git } from './wire/git.ts';
import { keepHeapSmall } from './wire/keep-heap-small.ts';
import { type Ledger, ledgerAt } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';
import { makeScratch } from './wire/scratch.ts';

/** A library that somebody named. */
export interface NamedLibrary extends OpenedLibrary {
  /** As it was named. */
  readonly reference: string;
}

/** A library, of which no more than a shard has to be in memory. */
export interface OpenedLibrary {
  readonly kind: 'working' | 'git' | 'version' | 'published' | 'folder' | 'file';
  /** For people, such as `v3` or `git main (0a1b2c3d)`. */
  readonly title: string;
  readonly shards: Shards;
  /** All of it, where it is small; undefined for a large one. */
  readonly small: Library | undefined;
  /** The version that it is; null where it is none, or none that is known. */
  readonly version: () => Promise<CommitEntry | null>;
  /** The library's folder that has its indexes. */
  readonly folder: string;
  /** Where its history lies, when that is not the one that versions are looked up in. */
  readonly origin?: CommitOrigin | undefined;
}

/** One way to name a library. */
interface ReferenceSource {
  /** What it names, for messages. */
  readonly names: string;
  /** Undefined when the reference is not of this kind. @throws ZooError when it is, and cannot be had */
  open(reference: string, context: ReferenceContext): Promise<OpenedLibrary | undefined>;
}

export interface ReferenceContext {
  readonly config: Config;
  /** The library that versions are looked up in. */
  readonly ledger: Ledger;
  /** The folder that relative paths start at. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** Every way to name a library, the first that knows a reference counts. */
const sources: readonly ReferenceSource[] = [
  { names: 'the working library (working)', open: openWorking },
  { names: 'a git revision (git:main)', open: openGit },
  { names: 'a version, tag or root (v3, HEAD~1, 0x…)', open: openVersion },
  { names: 'what was published (a CID, ipfs://<cid>, ar://<id>)', open: openPublished },
  { names: 'a folder or a file (path/to/library)', open: openPath },
];

/** @throws ZooError `unknown-reference`, and whatever its source throws */
export async function openReference(reference: string, context: ReferenceContext): Promise<NamedLibrary> {
  for (const source of sources) {
    const found = await source.open(reference, context);
    if (found !== undefined) return { reference, ...found };
  }
  throw new ZooError('unknown-reference', `"${reference}" names no library`, {
    exitCode: exitCode.usage,
    hint: `A library is named by ${sources.map(({ names }) => names).join(', ')}.`,
  });
}

/** A library with the version that it is. */
export async function asVersion({ shards, version }: NamedLibrary): Promise<VersionShards> {
  return { shards, commit: (await version())?.commit ?? null };
}

/** What there is before the first version. */
export const nothingYet: NamedLibrary = {
  reference: 'HEAD',
  kind: 'version',
  title: 'nothing',
  ...inMemory({ experiences: [] }),
  version: () => Promise.resolve(null),
  folder: '',
};

async function openWorking(reference: string, { ledger }: ReferenceContext): Promise<OpenedLibrary | undefined> {
  if (reference !== 'working') return undefined;
  return { kind: 'working', title: 'the working library', ...(await workingOf(ledger)) };
}

async function openVersion(reference: string, { ledger }: ReferenceContext): Promise<OpenedLibrary | undefined> {
  const entry = await ledger.findVersion(reference).catch((thrown: unknown) => {
    if (thrown instanceof ZooError && thrown.code === 'unknown-version' && !isVersionName(reference)) return undefined;
    throw thrown;
  });
  if (entry === undefined) return undefined;
  return { kind: 'version', title: entry.version, ...(await versionOf(ledger, entry)) };
}

/** What can mean nothing but a version; a missing one is told as such. */
function isVersionName(reference: string): boolean {
  return /^(HEAD(~\d+)?|v\d+)$/.test(reference);
}

async function openGit(reference: string, { config, ledger }: ReferenceContext): Promise<OpenedLibrary | undefined> {
  if (!reference.startsWith('git:')) return undefined;
  const named = reference.slice('git:'.length);
  const {
    revision,
    head,
    files: tree,
  } = await openGitRevision({ git, disk: files, folder: ledger.folder, makeScratch: () => makeScratch(config) }, named);
  const opened = await openIn(tree, ledgerAt('', tree), 'working');
  return {
    kind: 'git',
    title: `git ${named} (${revision.slice(0, 8)})`,
    ...opened,
    version: () => versionWithRoot(ledger, opened.shards, head),
    folder: ledger.folder,
    origin: { files: tree, folder: '', head },
  };
}

async function openPublished(
  reference: string,
  { config, ledger, signal = new AbortController().signal }: ReferenceContext,
): Promise<OpenedLibrary | undefined> {
  if (!isPublished(reference)) return undefined;
  return await openFetched(config, await resolvePublished(reference, { config, ledger, signal }), signal);
}

/** What was published, fetched and verified. @throws ZooError of exit code 5 for what does not verify */
export async function openFetched(
  config: Config,
  address: PublishedAddress,
  signal: AbortSignal,
  onDropped?: OnDropped,
): Promise<OpenedLibrary> {
  // Verifying it reads all of it, however large it is.
  keepHeapSmall();
  const { cid, entry, folder } = await fetchPublished(config, address, signal, onDropped);
  return {
    kind: 'published',
    title: `${entry.version} (${cid.slice(0, 16)}…)`,
    ...(await versionOf(ledgerAt(folder), entry)),
    origin: { files, folder, head: entry.id },
  };
}

/** The same; a version of this ledger where it is one whose records are here, so that nothing needs to be fetched. */
export async function openAddress(
  address: PublishedAddress,
  { config, ledger, signal = new AbortController().signal }: Pick<ReferenceContext, 'config' | 'ledger' | 'signal'>,
  onDropped?: OnDropped,
): Promise<OpenedLibrary> {
  const own = (await ledger.history()).find(({ id }) => id === address.commit);
  if (own === undefined) return await openFetched(config, address, signal, onDropped);
  try {
    return { kind: 'version', title: own.version, ...(await versionOf(ledger, own)) };
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || thrown.code !== 'pack-missing') throw thrown;
    return await openFetched(config, address, signal, onDropped);
  }
}

async function openPath(reference: string, { config, folder }: ReferenceContext): Promise<OpenedLibrary | undefined> {
  const path = isAbsolute(reference) ? reference : join(folder, reference);
  if (!(await files.exists(path))) return undefined;
  if (await files.exists(join(path, 'library.json'))) {
    const ledger = ledgerAt(path);
    const head = (await ledger.history()).at(-1)?.id ?? null;
    return { kind: 'folder', title: reference, ...(await workingOf(ledger)), origin: { files, folder: path, head } };
  }
  const scratch = await openLargeFile(path, config);
  return {
    kind: 'file',
    title: reference,
    ...(scratch === undefined
      ? inMemory({ experiences: (await readLibraryFile(path, undefined)).experiences })
      : await openIn(files, scratch, 'working')),
    version: () => Promise.resolve(null),
    folder: scratch?.folder ?? '',
  };
}

async function workingOf(ledger: Ledger): Promise<Pick<OpenedLibrary, 'shards' | 'small' | 'version' | 'folder'>> {
  const opened = await openIn(files, ledger, 'working');
  const version = async () => await versionWithRoot(ledger, opened.shards, (await ledger.history()).at(-1)?.id ?? null);
  return { ...opened, version, folder: ledger.folder };
}

async function versionOf(
  ledger: Ledger,
  entry: CommitEntry,
): Promise<Pick<OpenedLibrary, 'shards' | 'small' | 'version' | 'folder'>> {
  const opened = await openIn(files, ledger, entry.id);
  return { ...opened, version: () => Promise.resolve(entry), folder: ledger.folder };
}

/** @param reference `working`, or a version */
async function openIn(
  where: Files,
  ledger: Ledger,
  reference: string,
): Promise<Pick<OpenedLibrary, 'shards' | 'small'>> {
  const shards = await openShards(where, ledger, reference, sha256);
  if (shards === undefined) return inMemory(await ledger.readVersion(reference));
  keepHeapSmall();
  return { shards, small: undefined };
}

function inMemory(library: Library): Pick<OpenedLibrary, 'shards' | 'small'> {
  return { shards: shardsOfLibrary(library, sha256), small: library };
}

/** The version of a commit id, when the library is what that version holds. */
async function versionWithRoot(ledger: Ledger, shards: Shards, id: string | null): Promise<CommitEntry | null> {
  const entry = id === null ? undefined : (await ledger.history()).find((one) => one.id === id);
  if (entry === undefined) return null;
  return (await shards.roots()).recordsRoot === entry.commit.recordsRoot ? entry : null;
}
