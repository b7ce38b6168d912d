import { join } from 'node:path';
import { ZooError } from '../../core/error.ts';
import type { UsageAccount } from '../../core/learning/account.ts';
import { type Library, emptyLibrary } from '../../core/library/library.ts';
import { type AdoptedHistory, followHistory } from '../../ledger/merging/adopt-commits.ts';
import { type LibraryComparison, compareLibraries, isSameLibrary } from '../../ledger/comparing/compare-libraries.ts';
import { paths } from '../../ledger/layout.ts';
import { mergeBase, resolveRevision } from '../../ledger/git/git-revision.ts';
import type { StoppedOperation } from '../../ledger/git/stopped-operation.ts';
import { type MergeConflict, type Resolution, mergeLibraries } from '../../ledger/merging/merge-libraries.ts';
import { mergeShards } from '../../ledger/shards/merge-shards.ts';
import type { CommitOptions, CommittedVersion, Ledger } from '../../ledger/open-ledger.ts';
import { saveShards } from '../../ledger/shards/save-shards.ts';
import { openAsShards, openShards, shardsOfLibrary } from '../../ledger/shards/shards.ts';
import type { Config } from '../config.ts';
import { type NamedLibrary, type ReferenceContext, openReference, openWhole } from '../library-reference.ts';
import { git } from '../wire/git.ts';
import { ledgerAt } from '../wire/ledgers.ts';
import { clock, files, sha256 } from '../wire/platform.ts';
import { resolveByModel } from './merge-by-model.ts';
import { addMergeHead, forgetMergeHeads, readMergeHeads } from './merge-heads.ts';
import { configuredLedger } from './open.ts';
import { stoppedInGit } from './stopped-git.ts';
import { checkClean, commitOptions } from './versions.ts';

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
export async function mergeReference(config: Config, asked: MergeRequest): Promise<MergeResult> {
  const ledger = configuredLedger(config);
  const stopped = await stoppedInGit(asked.reference, ledger.folder);
  const request = stopped === undefined ? asked : { ...asked, ...namedBy(stopped) };
  const inGit = stopped !== undefined;
  if (request.commit && !request.dryRun && !inGit) await checkClean(config);
  const context = { config, ledger, folder: request.folder };
  const world = { config, ledger, context, stopped };
  const sides = (inGit ? undefined : await openLargeSides(request, world)) ?? (await openSides(request, world));
  const { theirs, history, base } = sides;

  const { merge, resolved, usage } = await mergeWith(config, sides.merge, request);
  if (merge.conflicts.length > 0) throw conflictError(merge.conflicts, asked.reference);
  const { changes } = merge;
  const merged = history !== undefined && history.fresh.length > 0 ? (theirs.origin?.head ?? null) : null;
  const result = { base, changes, resolved, usage };
  if (isSameLibrary(changes) && merged === null && !inGit)
    throw new ZooError('already-merged', `the working library holds everything of ${theirs.title} already`, {
      hint: '"zoo ledger diff" shows how the two differ.',
    });
  if (request.dryRun) return { ...result, version: null };

  if (history !== undefined) await files.writeAll(history.fresh);
  if (merged !== null) await addMergeHead(ledger.folder, merged);
  // Git may have left records under the names of others; it has all of them in its commits.
  if (inGit) await files.remove(join(ledger.folder, paths.records));
  if (!request.commit || inGit) {
    await merge.save(undefined);
    return { ...result, version: null };
  }
  const message = request.message ?? `Merge ${theirs.title}`;
  const version = await merge.save(await commitOptions(config, { message }, await readMergeHeads(ledger)));
  await forgetMergeHeads(ledger);
  return { ...result, version };
}

/** What git stopped in, as a library and where it comes from. */
function namedBy({ theirs, base }: StoppedOperation): Pick<MergeRequest, 'reference' | 'base'> {
  return { reference: `git:${theirs}`, ...(base === undefined ? {} : { base: `git:${base}` }) };
}

type Decide = (conflict: MergeConflict) => Resolution | undefined;

/** A merge that was decided, and can be put in force. */
interface DecidedMerge {
  readonly conflicts: readonly MergeConflict[];
  readonly changes: LibraryComparison;
  /** The new version; null without what to commit it with. */
  save(commit: CommitOptions | undefined): Promise<CommittedVersion | null>;
}

/** What is merged, and how. */
interface Sides {
  readonly theirs: NamedLibrary;
  readonly history: AdoptedHistory | undefined;
  /** Title of what both come from. */
  readonly base: string | null;
  readonly merge: (decide?: Decide) => Promise<DecidedMerge>;
}

interface MergeWorld {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly context: ReferenceContext;
  /** What git has half merged, where that is what is merged. */
  readonly stopped: StoppedOperation | undefined;
}

/** All three in memory. */
async function openSides(request: MergeRequest, { ledger, context, stopped }: MergeWorld): Promise<Sides> {
  const theirs = await openWhole(request.reference, context);
  // What git has half merged is neither side.
  const ours = stopped === undefined ? await ledger.library() : (await openWhole('git:HEAD', context)).library;
  const history = stopped?.merge === false ? undefined : await followTheirs(theirs, ledger);
  const base = await findBase(request, theirs, history, ledger, context);
  return {
    theirs,
    history,
    base: base.title,
    merge: (decide) => {
      const { library, conflicts } = mergeLibraries(base.library, ours, theirs.library, sha256, decide);
      return Promise.resolve({
        conflicts,
        changes: compareLibraries(ours, library),
        save: async (commit) => {
          if (commit !== undefined) return await ledger.commitVersion(library, commit);
          await ledger.save(library);
          return null;
        },
      });
    },
  };
}

/** Shard by shard, where the working library is large; undefined where it is not. */
async function openLargeSides(request: MergeRequest, { ledger, context }: MergeWorld): Promise<Sides | undefined> {
  const ours = await openShards(files, ledger, 'working', sha256);
  if (ours === undefined) return undefined;
  const theirs = await openReference(request.reference, context);
  const history = await followTheirs(theirs, ledger);
  const base = await findLargeBase(request, theirs, history, ledger, context);
  return {
    theirs,
    history,
    base: base.title,
    merge: async (decide) => {
      const { change, conflicts, changes } = await mergeShards(base.shards, ours, theirs.shards, sha256, decide);
      return {
        conflicts,
        changes,
        save: (commit) => saveShards({ files, clock, ledger, sha256 }, change, commit),
      };
    },
  };
}

/** As {@link findBase}. */
async function findLargeBase(
  request: MergeRequest,
  theirs: NamedLibrary,
  history: AdoptedHistory | undefined,
  ledger: Ledger,
  context: ReferenceContext,
): Promise<Pick<NamedLibrary, 'shards'> & { readonly title: string | null }> {
  if (request.base !== undefined) return await openReference(request.base, context);
  if (theirs.kind === 'version') return theirs;
  const id = history?.common?.id;
  if (theirs.kind !== 'git' && id !== undefined) {
    const title = history?.common?.version ?? null;
    try {
      return { shards: await openAsShards(files, ledger, id, sha256), title };
    } catch (thrown) {
      const other = theirsWhereNotHere(thrown, theirs);
      return { shards: await openAsShards(files, ledgerAt(other), id, sha256), title };
    }
  }
  const { library, title } = await findBase(request, { ...theirs, library: emptyLibrary }, history, ledger, context);
  return { shards: shardsOfLibrary(library, sha256), title };
}

async function mergeWith(
  config: Config,
  merge: Sides['merge'],
  { resolve, signal, dryRun }: MergeRequest,
): Promise<{ readonly merge: DecidedMerge; readonly resolved: number; readonly usage: UsageAccount | null }> {
  const plain = await merge();
  if (plain.conflicts.length === 0 || resolve === 'none') return { merge: plain, resolved: 0, usage: null };
  let decide: Decide;
  let usage: UsageAccount | null = null;
  if (resolve === 'model') {
    if (dryRun) return { merge: plain, resolved: 0, usage: null };
    const answered = await resolveByModel(config, plain.conflicts, signal);
    usage = answered.usage;
    decide = ({ id }) => answered.resolutions.get(id);
  } else decide = typeof resolve === 'string' ? () => resolve : ({ id }) => resolve.get(id);
  const decided = await merge(decide);
  return { merge: decided, resolved: plain.conflicts.length - decided.conflicts.length, usage };
}

/** Undefined when theirs has no history of its own: it is a file, or a version of ours. */
async function followTheirs(
  { origin }: Pick<NamedLibrary, 'origin'>,
  ledger: Ledger,
): Promise<AdoptedHistory | undefined> {
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
  theirs: NamedLibrary & Pick<Base, 'library'>,
  history: AdoptedHistory | undefined,
  ledger: Ledger,
  context: ReferenceContext,
): Promise<Base> {
  if (base !== undefined) return await openWhole(base, context);
  if (theirs.kind === 'git') {
    const revision = await resolveRevision(git, ledger.folder, reference.slice('git:'.length).replace(/:.*$/s, ''));
    const common = await mergeBase(git, ledger.folder, 'HEAD', revision);
    const found = common === undefined ? undefined : await openWhole(`git:${common}`, context).catch(none);
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
    return await ledgerAt(theirsWhereNotHere(thrown, theirs)).readVersion(id);
  }
}

/** Their folder, where a version that could not be read may be. */
function theirsWhereNotHere(thrown: unknown, { kind, origin }: Pick<NamedLibrary, 'kind' | 'origin'>): string {
  const elsewhere = thrown instanceof ZooError && ['pack-missing', 'unknown-version'].includes(thrown.code);
  if (!elsewhere || kind !== 'folder' || origin === undefined) throw thrown;
  return origin.folder;
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
