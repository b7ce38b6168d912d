import { ZooError } from '../../core/error.ts';
import type { UsageAccount } from '../../core/learning/account.ts';
import { type AdoptedHistory, followHistory } from '../../ledger/merging/adopt-commits.ts';
import { adoptVectors } from '../../ledger/merging/adopt-vectors.ts';
import { whileLocked } from '../../ledger/locking.ts';
import { type LibraryComparison, isSameLibrary } from '../../ledger/comparing/compare-libraries.ts';
import { mergeBase, resolveRevision } from '../../ledger/git/git-revision.ts';
import type { StoppedOperation } from '../../ledger/git/stopped-operation.ts';
import type { Resolution } from '../../ledger/merging/merge-libraries.ts';
import type { CommittedVersion, Ledger } from '../../ledger/open-ledger.ts';
import type { Spill } from '../../ledger/shards/spill.ts';
import type { Config } from '../config.ts';
import { type NamedLibrary, type ReferenceContext, nothingYet, openReference } from '../library-reference.ts';
import { git } from '../wire/git.ts';
import { ledgerAt } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';
import { type Decide, type DecidedMerge, type Merge, type MergedSide, mergeSides } from './decide-merge.ts';
import { type ModelResolutions, resolveByModel } from './merge-by-model.ts';
import { addMergeHead, forgetMergeHeads, readMergeHeads } from './merge-heads.ts';
import { configuredLedger } from './open.ts';
import { stoppedInGit, takeOursBack } from './stopped-git.ts';
import { checkClean, commitOptions } from './versions.ts';
import { withSpill } from './with-spill.ts';

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
  if (stopped !== undefined && !asked.dryRun) await takeOursBack(ledger);
  const request = stopped === undefined ? asked : { ...asked, ...namedBy(stopped) };
  const inGit = stopped !== undefined;
  if (request.commit && !request.dryRun && !inGit) await checkClean(config);
  return await withSpill(ledger, async (spill) => {
    const context = { config, ledger, folder: request.folder };
    const sides = await openSides(request, { ledger, context, spill, stopped });
    const { theirs, history, base } = sides;
    const { merge, usage, left } = await mergeWith(config, sides.merge, request);
    if (merge.conflictCount > 0) throw conflictError(merge, asked, left, usage);
    const { changes } = merge;
    const merged = history !== undefined && history.fresh.length > 0 ? (theirs.origin?.head ?? null) : null;
    const result = { base, changes, resolved: merge.resolvedCount, usage };
    if (isSameLibrary(changes) && merged === null && !inGit)
      throw new ZooError('already-merged', `the working library holds everything of ${theirs.title} already`, {
        hint: '"zoo ledger diff" shows how the two differ.',
      });
    if (request.dryRun) return { ...result, version: null };

    request.signal.throwIfAborted();
    // Until theirs is merged nothing names what it brings along: no collection may come between.
    const version = await whileLocked(ledger, async () => {
      if (history !== undefined) await files.writeAll(history.fresh);
      if (theirs.origin !== undefined) await adoptVectors(files, ledger.folder, theirs.origin, sha256);
      // Theirs counts as merged when its records are here, and no earlier.
      if (!request.commit || inGit) {
        await merge.save(undefined);
        if (merged !== null) await addMergeHead(ledger.folder, merged);
        return null;
      }
      const message = request.message ?? `Merge ${theirs.title}`;
      const heads = await readMergeHeads(ledger, merged === null ? [] : [merged]);
      const made = await merge.save(await commitOptions(config, { message }, heads));
      await forgetMergeHeads(ledger);
      return made;
    });
    return { ...result, version };
  });
}

/** What git stopped in, as a library and where it comes from. */
function namedBy({ theirs, base }: StoppedOperation): Pick<MergeRequest, 'reference' | 'base'> {
  return { reference: `git:${theirs}`, ...(base === undefined ? {} : { base: `git:${base}` }) };
}

/** What is merged, and how. */
interface Sides {
  readonly theirs: NamedLibrary;
  readonly history: AdoptedHistory | undefined;
  /** Title of what both come from. */
  readonly base: string | null;
  readonly merge: Merge;
}

interface MergeWorld {
  readonly ledger: Ledger;
  readonly context: ReferenceContext;
  readonly spill: Spill;
  /** What git has half merged, where that is what is merged. */
  readonly stopped: StoppedOperation | undefined;
}

async function openSides(request: MergeRequest, { ledger, context, spill, stopped }: MergeWorld): Promise<Sides> {
  const theirs = await openReference(request.reference, context);
  // What git has half merged is neither side.
  const ours = await openReference(stopped === undefined ? 'working' : 'git:HEAD', context);
  const history = stopped?.merge === false ? undefined : await followTheirs(theirs, historyOf(ours, ledger));
  const base = await findBase(request, theirs, history, ledger, context);
  const merge = mergeSides({ base, ours, theirs }, ledger, spill);
  return { theirs, history, base: base.title, merge };
}

interface MergedWith {
  readonly merge: DecidedMerge;
  readonly usage: UsageAccount | null;
  /** What the model did not decide, and why. */
  readonly left: ModelResolutions['left'];
}

async function mergeWith(config: Config, merge: Merge, request: MergeRequest): Promise<MergedWith> {
  const { resolve } = request;
  if (resolve === 'none') return { merge: await merge(), usage: null, left: [] };
  if (resolve !== 'model') {
    const decide: Decide = typeof resolve === 'string' ? () => resolve : ({ id }) => resolve.get(id);
    return { merge: await merge(decide), usage: null, left: [] };
  }
  const plain = await merge();
  if (plain.conflictCount === 0 || request.dryRun || plain.conflicts.length === 0)
    return { merge: plain, usage: null, left: [] };
  const { resolutions, usage, left } = await resolveByModel(config, plain.conflicts, request.signal);
  return { merge: await merge(({ id }) => resolutions.get(id)), usage, left };
}

/** Of what git has the versions that it has: those in the folder may be half merged. */
function historyOf({ kind, origin }: NamedLibrary, ledger: Ledger): Ledger {
  return kind === 'git' && origin !== undefined ? ledgerAt(origin.folder, origin.files) : ledger;
}

/** Undefined when theirs has no history of its own: it is a file, or a version of ours. */
async function followTheirs(
  { origin }: Pick<NamedLibrary, 'origin'>,
  ledger: Ledger,
): Promise<AdoptedHistory | undefined> {
  return origin === undefined ? undefined : await followHistory(origin, await ledger.history(), ledger.folder, sha256);
}

type Base = MergedSide & { readonly title: string | null };

/**
 * Where both come from: what was said; what git says; the newest version that both have; a version of ours itself; or
 * nothing, and then every difference is an addition.
 */
async function findBase(
  { base, reference }: MergeRequest,
  theirs: NamedLibrary,
  history: AdoptedHistory | undefined,
  ledger: Ledger,
  context: ReferenceContext,
): Promise<Base> {
  if (base !== undefined) return await openReference(base, context);
  if (theirs.kind === 'git') {
    const revision = await resolveRevision(git, ledger.folder, reference.slice('git:'.length).replace(/:.*$/s, ''));
    const common = await mergeBase(git, ledger.folder, 'HEAD', revision);
    const found = common === undefined ? undefined : await openReference(`git:${common}`, context).catch(none);
    if (found !== undefined) return found;
  }
  if (theirs.kind === 'version') return theirs;
  if (history?.common === undefined) return { ...nothingYet, title: null };
  const { version, id } = history.common;
  return { ...(await openEither(context, theirs, id)), title: version };
}

/** A library that was not there yet is none. */
function none(thrown: unknown): undefined {
  if (thrown instanceof ZooError && thrown.code === 'no-library') return undefined;
  throw thrown;
}

/** The version from our packs, or from theirs where it is none of ours or our packs are not in this copy. */
async function openEither(context: ReferenceContext, theirs: NamedLibrary, id: string): Promise<NamedLibrary> {
  try {
    return await openReference(id, context);
  } catch (thrown) {
    return await openReference(id, { ...context, ledger: ledgerAt(theirsWhereNotHere(thrown, theirs)) });
  }
}

/** Their folder, where a version that could not be read may be. */
function theirsWhereNotHere(thrown: unknown, { kind, origin }: Pick<NamedLibrary, 'kind' | 'origin'>): string {
  const elsewhere = thrown instanceof ZooError && ['pack-missing', 'unknown-reference'].includes(thrown.code);
  if (!elsewhere || kind !== 'folder' || origin === undefined) throw thrown;
  return origin.folder;
}

function conflictError(
  { conflicts, conflictCount }: DecidedMerge,
  { reference, resolve }: MergeRequest,
  left: ModelResolutions['left'],
  usage: UsageAccount | null,
): ZooError {
  return new ZooError(
    'merge-conflict',
    `${conflictCount === 1 ? 'an experience' : `${conflictCount} experiences`} changed on both sides; nothing was written`,
    {
      hint: hintFor(conflicts.length, reference, resolve === 'model' && usage === null),
      data: { conflicts, conflictCount, ...(usage === null ? {} : { left, usage }) },
    },
  );
}

/** @param tried whether it is tried out what asking the model would do */
function hintFor(listed: number, reference: string, tried: boolean): string {
  if (listed === 0) return 'They are too many to be listed: decide with --ours, --theirs or --edit <file>.';
  if (tried)
    return `Without --dry-run the model is asked ${listed} times, twice where a reply is no use; --max-cost limits it.`;
  return `Decide with --ours, --theirs, --edit <file> or --by-model: zoo ledger merge ${reference} --ours.`;
}
