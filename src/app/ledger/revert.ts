import { ZooError } from '../../core/error.ts';
import { type Library, emptyLibrary } from '../../core/library/library.ts';
import { type LibraryComparison, compareLibraries, isSameLibrary } from '../../ledger/comparing/compare-libraries.ts';
import { compareShards, mostListed } from '../../ledger/shards/compare-shards.ts';
import type { CommitEntry } from '../../ledger/history.ts';
import { type MergeConflict, mergeLibraries } from '../../ledger/merging/merge-libraries.ts';
import { mergeShards } from '../../ledger/shards/merge-shards.ts';
import type { CommitOptions, CommittedVersion, Ledger } from '../../ledger/open-ledger.ts';
import { packParts } from '../../ledger/pack.ts';
import { restoreParts, saveShards } from '../../ledger/shards/save-shards.ts';
import { openAsShards, openShards, shardsOfLibrary } from '../../ledger/shards/shards.ts';
import type { Config } from '../config.ts';
import { clock, files, sha256 } from '../wire/platform.ts';
import { configuredLedger } from './open.ts';
import { checkClean, commitOptions } from './versions.ts';

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
  const large = await revertLarge(ledger, entry, options.whole);
  if (large !== undefined) {
    refuseNothing(entry, large.changes);
    return { changes: large.changes, version: await large.save(commit) };
  }
  const working = await ledger.library();
  const wanted = options.whole ? await ledger.readVersion(entry.version) : await withoutVersion(ledger, working, entry);
  const changes = compareLibraries(working, wanted);
  refuseNothing(entry, changes);
  if (commit !== undefined) return { changes, version: await ledger.commitVersion(wanted, commit) };
  await ledger.save(wanted);
  return { changes, version: null };
}

function refuseNothing({ version }: CommitEntry, changes: LibraryComparison): void {
  if (!isSameLibrary(changes)) return;
  throw new ZooError('nothing-to-commit', `nothing of ${version} is left to take back`, {
    hint: '"zoo ledger log --stat" shows what each version changed.',
  });
}

interface LargeRevert {
  readonly changes: LibraryComparison;
  save(commit: CommitOptions | undefined): Promise<CommittedVersion | null>;
}

/** Shard by shard; undefined where the working library is small. */
async function revertLarge(ledger: Ledger, entry: CommitEntry, whole: boolean): Promise<LargeRevert | undefined> {
  const working = await openShards(files, ledger, 'working', sha256);
  if (working === undefined) return undefined;
  const world = { files, clock, ledger, sha256 };
  const after = await openAsShards(files, ledger, entry.id, sha256);
  if (!whole) {
    const before =
      entry.commit.seq === 1
        ? shardsOfLibrary(emptyLibrary, sha256)
        : await openAsShards(files, ledger, `v${entry.commit.seq - 1}`, sha256);
    const { change, changes, conflicts } = await mergeShards(after, working, before, sha256);
    refuseConflicts(entry, conflicts);
    return { changes, save: (commit) => saveShards(world, change, commit) };
  }
  const changes = await compareShards(working, after, sha256, mostListed);
  const parts = await packParts(files, ledger.folder, entry.commit, sha256);
  const roots = await after.roots();
  return {
    changes,
    save: async (commit) => {
      if (parts !== undefined) return await restoreParts(world, { parts, roots }, commit);
      const library = await ledger.readVersion(entry.version);
      if (commit !== undefined) return await ledger.commitVersion(library, commit);
      await ledger.save(library);
      return null;
    },
  };
}

async function withoutVersion(ledger: Ledger, working: Library, entry: CommitEntry): Promise<Library> {
  const after = await ledger.readVersion(entry.version);
  const before = entry.commit.seq === 1 ? { experiences: [] } : await ledger.readVersion(`v${entry.commit.seq - 1}`);
  const { library, conflicts } = mergeLibraries(after, working, before, sha256);
  refuseConflicts(entry, conflicts);
  return library;
}

function refuseConflicts({ version }: CommitEntry, conflicts: readonly MergeConflict[]): void {
  if (conflicts.length === 0) return;
  throw new ZooError('merge-conflict', `${conflicts.length} experiences of ${version} were changed again since`, {
    hint: `Edit them by hand, or go back as a whole: zoo ledger revert ${version} --whole.`,
    data: { conflicts },
  });
}
