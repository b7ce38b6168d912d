import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { type LibraryComparison, compareLibraries } from '../comparing/compare-libraries.ts';
import { compareShards, isReordered } from './compare-shards.ts';
import { type MergeConflict, type MergedMembers, type Resolution, mergeMembers } from '../merging/merge-libraries.ts';
import { mergeOrderTexts } from './merge-order-text.ts';
import { linesOf, placesInOrder } from './order-text.ts';
import type { ShardsChange } from './save-shards.ts';
import type { Shards } from './shards.ts';

export interface ShardsMerge {
  readonly conflicts: readonly MergeConflict[];
  /** What the merge makes of ours. */
  readonly change: ShardsChange;
  readonly changes: LibraryComparison;
}

/**
 * What `mergeLibraries` makes of three libraries in shards. Shards that a side did not change are not read; in memory is
 * what either side changed.
 */
export async function mergeShards(
  base: Shards,
  ours: Shards,
  theirs: Shards,
  sha256: Sha256,
  resolve: (conflict: MergeConflict) => Resolution | undefined = () => undefined,
): Promise<ShardsMerge> {
  const [left, right] = [await compareShards(base, ours, sha256), await compareShards(base, theirs, sha256)];
  const involved = involve(left, right);
  const baseOrder = await base.order();
  // Most often they are the same text, which is then held once.
  const ourOrder = oneOf(baseOrder, await ours.order());
  const theirOrder = oneOf(ourOrder, oneOf(baseOrder, await theirs.order()));
  const before = inOrder(involved.base.values(), baseOrder);
  const our = inOrder(involved.ours.values(), ourOrder);
  const their = inOrder(involved.theirs.values(), theirOrder);
  const members = mergeMembers(asLibrary(before), asLibrary(our), asLibrary(their), sha256, resolve);

  const { merged, renamed, conflicts } = members;
  const names = namesOf(members, { base: before, ours: our, theirs: their });
  const differing = new Set([...names.base, ...names.ours, ...names.theirs]);
  const placed = mergeOrderTexts(
    { order: baseOrder, renamed: renamed.base, has: names.base },
    { order: ourOrder, renamed: renamed.ours, has: names.ours },
    { order: theirOrder, renamed: renamed.theirs, has: names.theirs },
    differing,
    merged,
  );
  const known = placesInOrder(placed, new Set(merged.keys()));
  const order = `${placed}${linesOf([...merged.keys()].filter((id) => !known.has(id)))}`;

  const lying = new Map(our.map((record) => [record.id, canonicalJson(record)]));
  const puts = [...merged.values()].filter((record) => lying.get(record.id) !== canonicalJson(record));
  const deletes = new Set([...lying.keys()].filter((id) => !merged.has(id)));
  const compared = compareLibraries(asLibrary(our), asLibrary(inOrder(merged.values(), order)));
  const ancestors = new Map(compared.modified.filter(({ from, id }) => from !== id).map(({ from, id }) => [id, from]));
  const [gone, fresh] = [compared.removed, compared.added].map((some) => new Map(some.map((one) => [one.id, one])));
  const reordered = isReordered(ourOrder, order, gone ?? new Map(), fresh ?? new Map(), ancestors);
  return { conflicts, change: { current: ours, puts, deletes, order }, changes: { ...compared, reordered } };
}

/** Of each library the records that are not the same in all three. */
function involve(left: LibraryComparison, right: LibraryComparison) {
  const base = new Map<string, Experience>();
  for (const { removed, modified } of [left, right]) {
    for (const record of removed) base.set(record.id, record);
    for (const { before } of modified) base.set(before.id, before);
  }
  return { base, ours: sideOf(base, left), theirs: sideOf(base, right) };
}

/** What a side has of the involved records: those of the base that it did not change, what it made of others, and news. */
function sideOf(
  base: ReadonlyMap<string, Experience>,
  { added, removed, modified }: LibraryComparison,
): ReadonlyMap<string, Experience> {
  const side = new Map(base);
  for (const { id } of removed) side.delete(id);
  for (const { before } of modified) side.delete(before.id);
  for (const { after } of modified) side.set(after.id, after);
  for (const record of added) side.set(record.id, record);
  return side;
}

function namesOf(
  { renamed }: MergedMembers,
  sides: Readonly<Record<'base' | 'ours' | 'theirs', readonly Experience[]>>,
): Record<'base' | 'ours' | 'theirs', ReadonlySet<string>> {
  const of = (side: 'base' | 'ours' | 'theirs') => new Set(sides[side].map(({ id }) => renamed[side].get(id) ?? id));
  return { base: of('base'), ours: of('ours'), theirs: of('theirs') };
}

function oneOf(held: string, text: string): string {
  return held === text ? held : text;
}

function inOrder(records: Iterable<Experience>, order: string): Experience[] {
  const all = [...records];
  const places = placesInOrder(order, new Set(all.map(({ id }) => id)));
  const placeOf = ({ id }: Experience) => places.get(id) ?? Number.MAX_SAFE_INTEGER;
  return all.sort((one, other) => placeOf(one) - placeOf(other));
}

function asLibrary(experiences: readonly Experience[]) {
  return { experiences };
}
