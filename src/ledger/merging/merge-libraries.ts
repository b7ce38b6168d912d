import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { sameRecord } from '../comparing/compare-libraries.ts';
import { findDescendants } from '../comparing/descent.ts';
import { mergeOrder } from './merge-order.ts';
import { mergeRecords, reworded, standingFor } from './merge-records.ts';

/** What only somebody who reads can decide. */
export interface MergeConflict {
  /** The base's id of the experience; its own where there is no base. Resolutions name conflicts by it. */
  readonly id: string;
  /** `text`: both sides reworded it. `deleted-by-…`: one side removed what the other changed. */
  readonly kind: 'text' | 'deleted-by-ours' | 'deleted-by-theirs';
  readonly base: Experience | undefined;
  readonly ours: Experience | undefined;
  readonly theirs: Experience | undefined;
}

export type Resolution = 'ours' | 'theirs' | { readonly text: string };

export interface LibraryMerge {
  /** Where a conflict is left, ours stands, or theirs where ours removed it. */
  readonly library: Library;
  /** Those without a resolution. */
  readonly conflicts: readonly MergeConflict[];
}

/**
 * Merges two libraries that come from one: three-way on records, followed through their lineage where a text changed,
 * then on fields (see `mergeRecords`). What a side removed is gone, unless the other side changed what it says or its
 * examples, which is a conflict.
 *
 * @param resolve asked about each conflict; undefined leaves it
 */
export function mergeLibraries(
  base: Library,
  ours: Library,
  theirs: Library,
  sha256: Sha256,
  resolve: (conflict: MergeConflict) => Resolution | undefined = () => undefined,
): LibraryMerge {
  const { merged, renamed, conflicts } = mergeMembers(base, ours, theirs, sha256, resolve);
  const orderOf = (library: Library, names: ReadonlyMap<string, string>) => [
    ...new Set(library.experiences.map(({ id }) => names.get(id) ?? id)),
  ];
  const order = mergeOrder(orderOf(base, renamed.base), orderOf(ours, renamed.ours), orderOf(theirs, renamed.theirs));
  const placed = new Set(order);
  const rest = [...merged.keys()].filter((id) => !placed.has(id));
  return { library: { experiences: [...order, ...rest].flatMap((id) => merged.get(id) ?? []) }, conflicts };
}

export interface MergedMembers {
  /** By id. */
  readonly merged: ReadonlyMap<string, Experience>;
  /** The merged id of each side's own ids, for the order. */
  readonly renamed: Readonly<Record<'base' | 'ours' | 'theirs', ReadonlyMap<string, string>>>;
  readonly conflicts: readonly MergeConflict[];
}

/**
 * The same without an order. What all three have alike may be left out of all three.
 *
 * @param ourSide what became of the base in ours, by its ids @param theirSide the same in theirs
 */
export function mergeMembers(
  base: Library,
  ours: Library,
  theirs: Library,
  sha256: Sha256,
  resolve: (conflict: MergeConflict) => Resolution | undefined,
  ourSide = findDescendants(base, ours),
  theirSide = findDescendants(base, theirs),
): MergedMembers {
  const merged = new Map<string, Experience>();
  const renamed = {
    base: new Map<string, string>(),
    ours: new Map<string, string>(),
    theirs: new Map<string, string>(),
  };
  const conflicts: MergeConflict[] = [];

  for (const before of base.experiences) settle(before, ourSide.get(before.id), theirSide.get(before.id));
  const [ourNews, theirNews] = [newsOf(ours, ourSide), newsOf(theirs, theirSide)];
  for (const [id, ourOwn] of ourNews) settle(undefined, ourOwn, theirNews.get(id));
  for (const [id, theirOwn] of theirNews) if (!ourNews.has(id)) settle(undefined, undefined, theirOwn);
  return { merged, renamed, conflicts };

  function settle(before: Experience | undefined, our: Experience | undefined, their: Experience | undefined): void {
    const record = decide(before, our, their);
    if (record === undefined) return;
    const twin = merged.get(record.id);
    const kept = twin === undefined ? record : mergeRecords(undefined, twin, record).record;
    merged.set(kept.id, kept);
    if (before !== undefined) renamed.base.set(before.id, kept.id);
    if (our !== undefined) renamed.ours.set(our.id, kept.id);
    if (their !== undefined) renamed.theirs.set(their.id, kept.id);
  }

  function decide(
    before: Experience | undefined,
    our: Experience | undefined,
    their: Experience | undefined,
  ): Experience | undefined {
    if (our !== undefined && their !== undefined) return decideText(before, our, their);
    const left = our ?? their;
    if (before === undefined || left === undefined) return left;
    if (!saysOtherwise(before, left)) return undefined;
    const kind = our === undefined ? 'deleted-by-ours' : 'deleted-by-theirs';
    const resolution = ask({ id: before.id, kind, base: before, ours: our, theirs: their });
    if (resolution === undefined) return left;
    if (typeof resolution === 'object') return reworded(left, [left.id], resolution.text, sha256);
    return resolution === 'ours' ? our : their;
  }

  function decideText(before: Experience | undefined, our: Experience, their: Experience): Experience {
    const { record, conflict } = mergeRecords(before, our, their);
    if (!conflict) return record;
    const resolution = ask({ id: before?.id ?? our.id, kind: 'text', base: before, ours: our, theirs: their });
    if (typeof resolution === 'object') return reworded(record, [our.id, their.id], resolution.text, sha256);
    const { id, domain, text, embedding } = resolution === 'theirs' ? their : our;
    return standingFor({ ...record, id, domain, text, embedding }, resolution === undefined ? [] : [our.id, their.id]);
  }

  function ask(conflict: MergeConflict): Resolution | undefined {
    const resolution = resolve(conflict);
    if (resolution === undefined) conflicts.push(conflict);
    return resolution;
  }
}

function newsOf(library: Library, descendants: ReadonlyMap<string, Experience>): ReadonlyMap<string, Experience> {
  const known = new Set(descendants.values());
  const news = library.experiences.filter((experience) => !known.has(experience));
  return new Map(news.map((experience) => [experience.id, experience]));
}

/** More than counters, evidence and dates. */
function saysOtherwise(before: Experience, after: Experience): boolean {
  const said = ({ domain, text, examples }: Experience) => ({ domain, text, examples });
  return !sameRecord({ ...before, ...said(before) }, { ...before, ...said(after) });
}
