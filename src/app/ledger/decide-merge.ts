import type { Library } from '../../core/library/library.ts';
import { type LibraryComparison, compareLibraries } from '../../ledger/comparing/compare-libraries.ts';
import { chooseLayout } from '../../ledger/layout.ts';
import { type MergeConflict, type Resolution, mergeLibraries } from '../../ledger/merging/merge-libraries.ts';
import type { CommitOptions, CommittedVersion, Ledger } from '../../ledger/open-ledger.ts';
import { mergeShards } from '../../ledger/shards/merge-shards.ts';
import type { Sides } from '../../ledger/shards/number-sides.ts';
import { type ShardsChange, saveShards } from '../../ledger/shards/save-shards.ts';
import type { Spill } from '../../ledger/shards/spill.ts';
import { readHeader } from '../../ledger/working.ts';
import type { NamedLibrary } from '../library-reference.ts';
import { clock, files, sha256 } from '../wire/platform.ts';

export type Decide = (conflict: MergeConflict) => Resolution | undefined;

/** Merges, and decides conflicts as told. */
export type Merge = (decide?: Decide) => Promise<DecidedMerge>;

/** A merge that was decided, and can be put in force. */
export interface DecidedMerge {
  /** Those that are left; none of them where they are more than anybody reads. */
  readonly conflicts: readonly MergeConflict[];
  readonly conflictCount: number;
  readonly resolvedCount: number;
  readonly changes: LibraryComparison;
  /** The new version; null without what to commit it with. */
  save(commit: CommitOptions | undefined): Promise<CommittedVersion | null>;
}

export type MergedSide = Pick<NamedLibrary, 'shards' | 'small'>;

/** What is to be merged into the working library: in memory where all three are small, and else shard by shard. */
export function mergeSides(
  sides: { readonly base: MergedSide; readonly ours: NamedLibrary; readonly theirs: MergedSide },
  ledger: Ledger,
  spill: Spill,
): Merge {
  const { base, ours, theirs } = sides;
  if (base.small !== undefined && ours.small !== undefined && theirs.small !== undefined)
    return mergeInMemory(ledger, base.small, ours.small, theirs.small, ours.kind === 'git');
  const shards = { base: base.shards, ours: ours.shards, theirs: theirs.shards };
  // Only what lies there in shards can be changed shard by shard.
  const basedOn = ours.kind === 'working' ? ours.shards : undefined;
  const whole = basedOn === undefined || ours.small !== undefined;
  return mergeByShards(ledger, shards, spill, { whole, basedOn });
}

/** @param inGit whether ours is what git has, and something else lies there */
function mergeInMemory(ledger: Ledger, base: Library, ours: Library, theirs: Library, inGit: boolean): Merge {
  return (decide) => {
    let resolvedCount = 0;
    const { library, conflicts } = mergeLibraries(base, ours, theirs, sha256, (conflict) => {
      const resolution = decide?.(conflict);
      if (resolution !== undefined) resolvedCount++;
      return resolution;
    });
    return Promise.resolve({
      conflicts,
      conflictCount: conflicts.length,
      resolvedCount,
      changes: compareLibraries(ours, library),
      save: async (commit) => {
        if (inGit) return await replaceWhatLies(ledger, library);
        if (commit !== undefined) return await ledger.commitVersion(library, { ...commit, basedOn: ours });
        await ledger.save(library, ours);
        return null;
      },
    });
  };
}

/** Git may have left records under the names of others, and an order of both, that cannot be read. */
async function replaceWhatLies(ledger: Ledger, { experiences }: Library): Promise<null> {
  return await ledger.change(async () => {
    const layout = chooseLayout((await readHeader(files, ledger.folder))?.layout, experiences);
    const changes = { complete: true, puts: experiences, deletes: [], order: undefined };
    return { change: { layout, changes, version: null }, result: null };
  });
}

function mergeByShards(
  ledger: Ledger,
  sides: Sides,
  spill: Spill,
  place: Pick<ShardsChange, 'whole' | 'basedOn'>,
): Merge {
  return async (decide) => {
    const { change, ...merged } = await mergeShards(sides, spill, sha256, decide);
    return {
      ...merged,
      save: (commit) => saveShards({ files, clock, ledger, sha256 }, { ...change, ...place }, commit),
    };
  };
}
