import { ZooError } from '../../core/error.ts';
import { type LibraryComparison, compareLibraries, isSameLibrary } from '../../ledger/comparing/compare-libraries.ts';
import type { CommitEntry } from '../../ledger/history.ts';
import type { CommittedVersion, Ledger } from '../../ledger/open-ledger.ts';
import { compareShards, mostListed } from '../../ledger/shards/compare-shards.ts';
import { saveShards } from '../../ledger/shards/save-shards.ts';
import { createShardEdits } from '../../ledger/shards/shard-edits.ts';
import type { Spill } from '../../ledger/shards/spill.ts';
import type { Config } from '../config.ts';
import { type NamedLibrary, type ReferenceContext, nothingYet, openReference } from '../library-reference.ts';
import { clock, files, sha256 } from '../wire/platform.ts';
import { type DecidedMerge, mergeSides } from './decide-merge.ts';
import { configuredLedger } from './open.ts';
import { checkClean, commitOptions } from './versions.ts';
import { withSpill } from './with-spill.ts';

export interface Reverted {
  readonly changes: LibraryComparison;
  /** The new version; null when it was left to a commit. */
  readonly version: CommittedVersion | null;
}

/**
 * Takes back what one version changed, keeping what came later; or makes the library what a version was (`whole`).
 *
 * @throws ZooError `uncommitted-changes` unless `commit` is false, `merge-conflict`, `nothing-to-commit`
 */
export async function revertVersion(
  config: Config,
  reference: string,
  options: { readonly whole: boolean; readonly commit: boolean },
): Promise<Reverted> {
  const ledger = configuredLedger(config);
  if (options.commit) await checkClean(config);
  const entry = await ledger.findVersion(reference);
  const message = options.whole ? `Go back to ${entry.version}` : `Revert ${entry.version}: ${entry.commit.message}`;
  const request = { message: message.slice(0, 4096) };
  const commit = options.commit ? await commitOptions(config, request, []) : undefined;
  return await withSpill(ledger, async (spill) => {
    const { changes, save } = await decideRevert({ config, ledger, folder: '' }, entry, options.whole, spill);
    refuseNothing(entry, changes);
    return { changes, version: await save(commit) };
  });
}

type DecidedRevert = Pick<DecidedMerge, 'changes' | 'save'>;

async function decideRevert(
  context: ReferenceContext,
  entry: CommitEntry,
  whole: boolean,
  spill: Spill,
): Promise<DecidedRevert> {
  const { ledger } = context;
  const working = await openReference('working', context);
  const after = await openReference(entry.version, context);
  if (whole) return await goBack(ledger, working, after, spill);
  const { seq } = entry.commit;
  const before = seq === 1 ? nothingYet : await openReference(`v${seq - 1}`, context);
  const merge = await mergeSides({ base: after, ours: working, theirs: before }, ledger, spill)();
  refuseConflicts(entry, merge);
  return merge;
}

async function goBack(
  ledger: Ledger,
  working: NamedLibrary,
  { shards, small }: NamedLibrary,
  spill: Spill,
): Promise<DecidedRevert> {
  const basedOn = working.small;
  if (basedOn === undefined || small === undefined)
    return {
      changes: await compareShards(working.shards, shards, sha256, mostListed),
      save: async (commit) => {
        const order = new TextEncoder().encode(await shards.order());
        const edits = createShardEdits(spill);
        const change = { current: shards, edits, growth: 0, order, whole: true, basedOn: working.shards };
        return await saveShards({ files, clock, ledger, sha256 }, change, commit);
      },
    };
  return {
    changes: compareLibraries(basedOn, small),
    save: async (commit) => {
      if (commit !== undefined) return await ledger.commitVersion(small, { ...commit, basedOn });
      await ledger.save(small, basedOn);
      return null;
    },
  };
}

function refuseNothing({ version }: CommitEntry, changes: LibraryComparison): void {
  if (!isSameLibrary(changes)) return;
  throw new ZooError('nothing-to-commit', `nothing of ${version} is left to take back`, {
    hint: '"zoo ledger log --stat" shows what each version changed.',
  });
}

function refuseConflicts({ version }: CommitEntry, { conflicts, conflictCount }: DecidedMerge): void {
  if (conflictCount === 0) return;
  throw new ZooError('merge-conflict', `${conflictCount} experiences of ${version} were changed again since`, {
    hint: `Edit them by hand, or go back as a whole: zoo ledger revert ${version} --whole.`,
    data: { conflicts, conflictCount },
  });
}
