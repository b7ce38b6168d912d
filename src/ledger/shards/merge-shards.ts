import type { Sha256 } from '../../core/digest.ts';
import { createMarks, createNumbers } from '../../core/numbers.ts';
import type { LibraryComparison } from '../comparing/compare-libraries.ts';
import type { MergeConflict, Resolution } from '../merging/merge-libraries.ts';
import { mostListed } from './compare-shards.ts';
import { type Decided, groupByLineage } from './group-by-lineage.ts';
import { mergeOrderNumbers } from './merge-order-numbers.ts';
import { type NumberedSides, type SideName, type Sides, numberSides, side } from './number-sides.ts';
import type { ShardsChange } from './save-shards.ts';
import { type Settled, settleShards } from './settle-shards.ts';
import { createShardEdits } from './shard-edits.ts';
import type { Spill } from './spill.ts';
import { createChangeTally } from './tally-changes.ts';

export interface ShardsMerge {
  /** Those without a resolution; none of them where they are more than anybody reads. */
  readonly conflicts: readonly MergeConflict[];
  readonly conflictCount: number;
  /** Conflicts that were resolved. */
  readonly resolvedCount: number;
  /** What the merge makes of ours. */
  readonly change: ShardsChange;
  readonly changes: LibraryComparison;
}

/**
 * What `mergeLibraries` makes of three libraries in shards. Records are decided shard by shard, and with those of other
 * shards only where one took the place of another; shards that no side changed are not read. In memory are the ids, some
 * numbers for each, and what is listed.
 *
 * @param most changes, and conflicts, that are listed; where there are more, they are counted
 * @param spill holds what becomes of the records until the change is saved; what it held before is forgotten
 */
export async function mergeShards(
  sides: Sides,
  spill: Spill,
  sha256: Sha256,
  resolve: (conflict: MergeConflict) => Resolution | undefined = () => undefined,
  most = mostListed,
): Promise<ShardsMerge> {
  const first = await mergeOnce([]);
  // What somebody wrote may be what another record says already, which is only known once conflicts were found.
  return first.collides ? (await mergeOnce(first.decided)).merge : first.merge;

  /** Nothing that it returns holds on to the numbers, so that they are gone when the change is saved. */
  async function mergeOnce(
    decided: readonly Decided[],
  ): Promise<{ readonly merge: ShardsMerge } & Pick<Settled, 'collides' | 'decided'>> {
    const numbered = await numberSides(sides, sha256, new Set(decided.map(({ id }) => id)));
    const groups = await groupByLineage(sides, numbered, decided, sha256);
    const tally = createChangeTally(numbered, most);
    await spill.clear();
    const edits = createShardEdits(spill);
    const settled = await settleShards({ sides, numbered, groups, sha256, spill, edits, tally, resolve, most });
    const merged = mergeOrders(numbered, settled);
    const changes = tally.finish(merged, settled.isMerged);
    const { conflicts, conflictCount, resolvedCount } = settled;
    const change = { current: sides.ours, edits, growth: tally.growth(), order: numbered.names.lines(merged) };
    const merge = { conflicts, conflictCount, resolvedCount, change, changes };
    return { merge, collides: settled.collides, decided: settled.decided };
  }
}

function mergeOrders(numbered: NumberedSides, { sidesOf, isMerged, renamed, unplaced }: Settled): Uint32Array {
  const namesOf = (of: SideName) => namesInOrder(numbered, of, renamed[of]);
  const order = mergeOrderNumbers(namesOf('base'), namesOf('ours'), namesOf('theirs'), sidesOf).filter(isMerged);
  const all = new Uint32Array(order.length + unplaced.length);
  all.set(order);
  all.set(unplaced, order.length);
  return all;
}

/** What a side's order names once each record has its name; two of its records may have become one. */
function namesInOrder({ order, present, isQuiet }: NumberedSides, of: SideName, renamed: Settled['renamed'][SideName]) {
  const names = createNumbers();
  const told = createMarks();
  for (const number of order[of]) {
    if (!isQuiet(number) && (present.at(number) & side[of]) === 0) continue;
    const other = renamed.at(number);
    const name = other === 0 ? number : other - 1;
    if (told.at(name) !== 0) continue;
    told.set(name, 1);
    names.add(name);
  }
  return names.all();
}
