import { isAbsolute, join } from 'node:path';
import { ZooError, exitCode } from '../core/error.ts';
import type { Library } from '../core/library/library.ts';
import { libraryRoots } from '../core/tree/library-roots.ts';
import { toHex } from '../core/digest.ts';
import type { CommitOrigin } from '../ledger/merging/adopt-commits.ts';
import { readGitLibrary } from '../ledger/git/git-revision.ts';
import type { CommitEntry } from '../ledger/history.ts';
import type { Config } from './config.ts';
import { readLibraryFile } from './ledger/library-file.ts';
import { fetchLibrary, isPublished, resolvePublished } from './published-library.ts';
import { git } from './wire/git.ts';
import { type Ledger, ledgerAt } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';

/** A library that somebody named. */
export interface NamedLibrary {
  /** As it was named. */
  readonly reference: string;
  readonly kind: string;
  /** For people, such as `v3` or `git main (0a1b2c3d)`. */
  readonly title: string;
  readonly library: Library;
  /** The version that it is; null where it is none, or none that is known. */
  readonly version: CommitEntry | null;
  /** Where its history lies, when that is not the one that versions are looked up in. */
  readonly origin?: CommitOrigin | undefined;
}

/** One way to name a library. */
interface ReferenceSource {
  /** What it names, for messages. */
  readonly names: string;
  /** Undefined when the reference is not of this kind. @throws ZooError when it is, and cannot be had */
  open(reference: string, context: ReferenceContext): Promise<Omit<NamedLibrary, 'reference'> | undefined>;
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
  { names: 'a git revision (git:main)', open: openGitRevision },
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

async function openWorking(
  reference: string,
  { ledger }: ReferenceContext,
): Promise<Omit<NamedLibrary, 'reference'> | undefined> {
  if (reference !== 'working') return undefined;
  return { kind: 'working', title: 'the working library', ...(await workingOf(ledger)) };
}

async function openVersion(
  reference: string,
  { ledger }: ReferenceContext,
): Promise<Omit<NamedLibrary, 'reference'> | undefined> {
  const entry = await ledger.findVersion(reference).catch((thrown: unknown) => {
    if (thrown instanceof ZooError && thrown.code === 'unknown-version' && !isVersionName(reference)) return undefined;
    throw thrown;
  });
  if (entry === undefined) return undefined;
  return { kind: 'version', title: entry.version, library: await ledger.readVersion(entry.version), version: entry };
}

/** What can mean nothing but a version; a missing one is told as such. */
function isVersionName(reference: string): boolean {
  return /^(HEAD(~\d+)?|v\d+)$/.test(reference);
}

async function openGitRevision(
  reference: string,
  { ledger }: ReferenceContext,
): Promise<Omit<NamedLibrary, 'reference'> | undefined> {
  if (!reference.startsWith('git:')) return undefined;
  const named = reference.slice('git:'.length);
  const { library, revision, head, files: tree } = await readGitLibrary(git, ledger.folder, named);
  const version = await versionWithRoot(ledger, library, head);
  const origin = { files: tree, folder: '', head };
  return { kind: 'git', title: `git ${named} (${revision.slice(0, 8)})`, library, version, origin };
}

async function openPublished(
  reference: string,
  { config, ledger, signal = new AbortController().signal }: ReferenceContext,
): Promise<Omit<NamedLibrary, 'reference'> | undefined> {
  if (!isPublished(reference)) return undefined;
  const address = await resolvePublished(reference, { config, ledger, signal });
  const { cid, library, entry, folder } = await fetchLibrary(config, address, signal);
  return {
    kind: 'published',
    title: `${entry.version} (${cid.slice(0, 16)}…)`,
    library,
    version: entry,
    origin: { files, folder, head: entry.id },
  };
}

async function openPath(
  reference: string,
  { folder }: ReferenceContext,
): Promise<Omit<NamedLibrary, 'reference'> | undefined> {
  const path = isAbsolute(reference) ? reference : join(folder, reference);
  if (!(await files.exists(path))) return undefined;
  if (await files.exists(join(path, 'library.json')))
    return { kind: 'folder', title: reference, ...(await workingOf(ledgerAt(path))), origin: await originOf(path) };
  const { experiences } = await readLibraryFile(path, undefined);
  return { kind: 'file', title: reference, library: { experiences }, version: null };
}

async function originOf(path: string): Promise<CommitOrigin> {
  return { files, folder: path, head: (await ledgerAt(path).history()).at(-1)?.id ?? null };
}

async function workingOf(ledger: Ledger): Promise<Pick<NamedLibrary, 'library' | 'version'>> {
  const library = await ledger.library();
  const newest = (await ledger.history()).at(-1);
  return { library, version: await versionWithRoot(ledger, library, newest?.id ?? null) };
}

/** The version of a commit id, when the library is what that version holds. */
async function versionWithRoot(ledger: Ledger, library: Library, id: string | null): Promise<CommitEntry | null> {
  const entry = id === null ? undefined : (await ledger.history()).find((one) => one.id === id);
  if (entry === undefined) return null;
  return toHex(libraryRoots(sha256, library.experiences).recordsRoot) === entry.commit.recordsRoot ? entry : null;
}
