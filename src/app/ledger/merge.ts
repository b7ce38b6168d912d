import { join } from 'node:path';
import { ZooError } from '../../core/error.ts';
import type { UsageAccount } from '../../core/learning/account.ts';
import type { Library } from '../../core/library/library.ts';
import { type AdoptedHistory, followHistory } from '../../ledger/adopt-commits.ts';
import { type LibraryComparison, compareLibraries } from '../../ledger/compare-libraries.ts';
import { paths } from '../../ledger/layout.ts';
import { mergeBase, resolveRevision } from '../../ledger/git-revision.ts';
import {
  type LibraryMerge,
  type MergeConflict,
  type Resolution,
  mergeLibraries,
} from '../../ledger/merge-libraries.ts';
import type { CommittedVersion, Ledger } from '../../ledger/open-ledger.ts';
import type { Config } from '../config.ts';
import { type NamedLibrary, openReference } from '../library-reference.ts';
import { git } from '../wire/git.ts';
import { ledgerAt } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';
import { resolveByModel } from './merge-by-model.ts';
import { addMergeHead, configuredLedger, forgetMergeHeads, readMergeHeads } from './open.ts';
import { checkClean, commitAs } from './versions.ts';

export interface MergeRequest {
  /** What is merged into the working library. */
  readonly reference: string;
  /** Where both come from, when history does not tell. */
  readonly base?: string | undefined;
  /** Decides conflicts; the model is asked for all of them at once. */
  readonly resolve: 'ours' | 'theirs' | 'model' | 'none' | ReadonlyMap<string, Resolution>;
  readonly commit: boolean;
  readonly message?: string | undefined;
  readonly dryRun: boolean;
  /** The folder that relative paths start at. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface MergeResult {
  /** Where both come from; null for two libraries that have nothing in common. */
  readonly base: string | null;
  readonly changes: LibraryComparison;
  readonly resolved: number;
  /** The new version; null when none was made. */
  readonly version: CommittedVersion | null;
  /** What asking the model took; null when it was not asked. */
  readonly usage: UsageAccount | null;
}

/**
 * Merges another library into the working one, three-way.
 *
 * @throws ZooError `merge-conflict` with the conflicts that are left, and then nothing has changed; `already-merged`;
 *   `uncommitted-changes` unless `commit` is false
 */
export async function mergeReference(config: Config, request: MergeRequest): Promise<MergeResult> {
  const ledger = configuredLedger(config);
  const inGitMerge = request.reference === 'git:MERGE_HEAD';
  if (request.commit && !request.dryRun && !inGitMerge) await checkClean(config);
  const context = { config, ledger, folder: request.folder };
  const theirs = await openReference(request.reference, context);
  // What git has half merged is neither side.
  const ours = inGitMerge ? (await openReference('git:HEAD', context)).library : await ledger.library();
  const history = await followTheirs(theirs, ledger);
  const base = await findBase(request, theirs, history, ledger, context);

  const { merge, resolved, usage } = await mergeWith(config, base.library, ours, theirs.library, request);
  if (merge.conflicts.length > 0) throw conflictError(merge.conflicts, request.reference);
  const changes = compareLibraries(ours, merge.library);
  const merged = history !== undefined && history.fresh.length > 0 ? (theirs.origin?.head ?? null) : null;
  const result = { base: base.title, changes, resolved, usage };
  const nothing = changes.added.length + changes.removed.length + changes.modified.length === 0;
  if (nothing && merged === null && !inGitMerge)
    throw new ZooError('already-merged', `the working library holds everything of ${theirs.title} already`, {
      hint: '"zoo ledger diff" shows how the two differ.',
    });
  if (request.dryRun) return { ...result, version: null };

  if (history !== undefined) await files.writeAll(history.fresh);
  if (merged !== null) await addMergeHead(ledger.folder, merged);
  // Git may have left records under the names of others; it has all of them in its commits.
  if (inGitMerge) await files.remove(join(ledger.folder, paths.records));
  if (!request.commit || inGitMerge) {
    await ledger.save(merge.library);
    return { ...result, version: null };
  }
  const message = request.message ?? `Merge ${theirs.title}`;
  const version = await commitAs(config, ledger, merge.library, { message }, await readMergeHeads(ledger));
  await forgetMergeHeads(ledger);
  return { ...result, version };
}

async function mergeWith(
  config: Config,
  base: Library,
  ours: Library,
  theirs: Library,
  { resolve, signal, dryRun }: MergeRequest,
): Promise<{ readonly merge: LibraryMerge; readonly resolved: number; readonly usage: UsageAccount | null }> {
  const plain = mergeLibraries(base, ours, theirs, sha256);
  if (plain.conflicts.length === 0 || resolve === 'none') return { merge: plain, resolved: 0, usage: null };
  let decide: (conflict: MergeConflict) => Resolution | undefined;
  let usage: UsageAccount | null = null;
  if (resolve === 'model') {
    if (dryRun) return { merge: plain, resolved: 0, usage: null };
    const answered = await resolveByModel(config, plain.conflicts, signal);
    usage = answered.usage;
    decide = ({ id }) => answered.resolutions.get(id);
  } else decide = typeof resolve === 'string' ? () => resolve : ({ id }) => resolve.get(id);
  const merge = mergeLibraries(base, ours, theirs, sha256, decide);
  return { merge, resolved: plain.conflicts.length - merge.conflicts.length, usage };
}

/** Undefined when theirs has no history of its own: it is a file, or a version of ours. */
async function followTheirs({ origin }: NamedLibrary, ledger: Ledger): Promise<AdoptedHistory | undefined> {
  return origin === undefined ? undefined : await followHistory(origin, await ledger.history(), ledger.folder, sha256);
}

interface Base {
  readonly library: Library;
  readonly title: string | null;
}

/**
 * Where both come from: what was said; what git says; the newest version that both have; a version of ours itself; or
 * nothing, and then every difference is an addition.
 */
async function findBase(
  { base, reference }: MergeRequest,
  theirs: NamedLibrary,
  history: AdoptedHistory | undefined,
  ledger: Ledger,
  context: Parameters<typeof openReference>[1],
): Promise<Base> {
  if (base !== undefined) return await openReference(base, context);
  if (theirs.kind === 'git') {
    const revision = await resolveRevision(git, ledger.folder, reference.slice('git:'.length).replace(/:.*$/s, ''));
    const common = await mergeBase(git, ledger.folder, 'HEAD', revision);
    const found = common === undefined ? undefined : await openReference(`git:${common}`, context).catch(none);
    if (found !== undefined) return found;
  }
  if (theirs.kind === 'version') return theirs;
  if (history?.common === undefined) return { library: { experiences: [] }, title: null };
  const { version, id } = history.common;
  return { library: await readEither(ledger, theirs, id), title: version };
}

/** A library that was not there yet is none. */
function none(thrown: unknown): undefined {
  if (thrown instanceof ZooError && thrown.code === 'no-library') return undefined;
  throw thrown;
}

/** The version from our packs, or from theirs where it is none of ours or our packs are not in this copy. */
async function readEither(ledger: Ledger, theirs: NamedLibrary, id: string): Promise<Library> {
  try {
    return await ledger.readVersion(id);
  } catch (thrown) {
    const elsewhere = thrown instanceof ZooError && ['pack-missing', 'unknown-version'].includes(thrown.code);
    if (!elsewhere || theirs.kind !== 'folder' || theirs.origin === undefined) throw thrown;
    return await ledgerAt(theirs.origin.folder).readVersion(id);
  }
}

function conflictError(conflicts: readonly MergeConflict[], reference: string): ZooError {
  return new ZooError(
    'merge-conflict',
    `${conflicts.length === 1 ? 'an experience' : `${conflicts.length} experiences`} changed on both sides; nothing was written`,
    {
      hint: `Decide with --ours, --theirs, --edit <file> or --by-model: zoo ledger merge ${reference} --ours.`,
      data: { conflicts },
    },
  );
}
