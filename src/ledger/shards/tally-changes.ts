import type { Experience } from '../../core/library/experience.ts';
import { createNumbers } from '../../core/numbers.ts';
import { type LibraryComparison, type Modification, compareRecords } from '../comparing/compare-libraries.ts';
import { claimAncestors, createLineages } from './claim-ancestors.ts';
import { lineageOfLine, recordOfLine } from './lines-of-shard.ts';
import { type NumberedSides, side } from './number-sides.ts';

/** What a merge makes of our library, told record by record. Records are held as long as they are few enough to be listed. */
export interface ChangeTally {
  /** @param before our canonical line @param after the merged one; at least one of the two, and they differ */
  note(number: number, before: string | undefined, after: string | undefined): void;
  /** By how many records ours grows. */
  growth(): number;
  /** @param merged numbers in the order that comes out @param isMerged whether it is in there */
  finish(merged: Uint32Array, isMerged: (number: number) => boolean): LibraryComparison;
}

/** @param most changes that are listed */
export function createChangeTally(numbered: NumberedSides, most: number): ChangeTally {
  const { names, present, isQuiet, order, places } = numbered;
  const counts = { added: 0, removed: 0, modified: 0 };
  const lineages = createLineages();
  const changed = createNumbers();
  /** By number; undefined once there are more than are listed. */
  let held: Map<number, { readonly before?: Experience; readonly after?: Experience }> | undefined = new Map();
  const isOurs = (number: number) => isQuiet(number) || (present.at(number) & side.ours) !== 0;
  const link = (number: number, line: string, add: (other: number) => void) => {
    for (const id of lineageOfLine(line)) {
      const other = names.find(id);
      if (other !== -1 && other !== number) add(other);
    }
  };
  return {
    note: (number, before, after) => {
      if (before !== undefined && after !== undefined) counts.modified++;
      else if (before === undefined) counts.added++;
      else counts.removed++;
      if (before === undefined) link(number, after ?? '', (other) => lineages.named.add(number, other));
      if (after === undefined) link(number, before ?? '', (other) => lineages.naming.add(other, number));
      changed.add(number);
      if (held === undefined) return;
      held.set(number, {
        ...(before === undefined ? {} : { before: recordOfLine(before) }),
        ...(after === undefined ? {} : { after: recordOfLine(after) }),
      });
      if (counts.modified + Math.max(counts.added, counts.removed) > most) held = undefined;
    },
    growth: () => counts.added - counts.removed,
    finish: (merged, isMerged) => {
      const isFresh = (number: number) => !isOurs(number) && isMerged(number);
      const isGone = (number: number) => isOurs(number) && !isMerged(number);
      const ancestors =
        counts.added === 0 || counts.removed === 0
          ? undefined
          : claimAncestors(lineages, merged, isFresh, isGone, places.ours);
      const ancestorOf = (number: number) => (ancestors?.at(number) ?? 0) - 1;
      let pairs = 0;
      for (const number of changed.all()) if (ancestorOf(number) !== -1) pairs++;
      const total = {
        added: counts.added - pairs,
        removed: counts.removed - pairs,
        modified: counts.modified + pairs,
      };
      if (held === undefined || total.added + total.removed + total.modified > most)
        return { added: [], removed: [], modified: [], reordered: false, unlisted: total };
      return list(held, merged, ancestorOf);
    },
  };

  function list(
    all: NonNullable<typeof held>,
    merged: Uint32Array,
    ancestorOf: (number: number) => number,
  ): LibraryComparison {
    const added: Experience[] = [];
    const modified: Modification[] = [];
    /** By the number of what is gone: what took its place. */
    const descendants = new Map<number, number>();
    for (const number of merged) {
      const { before, after } = all.get(number) ?? {};
      if (after === undefined) continue;
      const ancestor = ancestorOf(number);
      if (ancestor !== -1) descendants.set(ancestor, number);
      const old = before ?? all.get(ancestor)?.before;
      if (old === undefined) added.push(after);
      else modified.push(compareRecords(old, after));
    }
    const isRemoved = (number: number) => all.has(number) && all.get(number)?.after === undefined;
    const ours = order.ours.filter(isOurs);
    const removed = Array.from(ours).flatMap((number) =>
      isRemoved(number) && !descendants.has(number) ? (all.get(number)?.before ?? []) : [],
    );
    const kept = ours
      .filter((number) => !isRemoved(number) || descendants.has(number))
      .map((number) => descendants.get(number) ?? number);
    const standing = merged.filter((number) => isOurs(number) || ancestorOf(number) !== -1);
    const reordered = standing.some((number, place) => kept[place] !== number);
    return { added, removed, modified, reordered };
  }
}
