import { type Column, type Links, createColumn, createLinks, createMarks } from '../../core/numbers.ts';

/** What records of two libraries say about what they come from, by number. */
export interface Lineages {
  /** Of what only the newer library has: its lineage, the nearest first. */
  readonly named: Links;
  /** Of an id: what only the older library has, and whose lineage names it. */
  readonly naming: Links;
}

export function createLineages(): Lineages {
  return { named: createLinks(), naming: createLinks() };
}

/**
 * What took the place of what, as `findDescendants` finds it: by the number of a newer record, one more than that of the
 * older one.
 *
 * @param newer numbers in the order of the newer library
 * @param isFresh whether only the newer library has it @param isGone whether only the older one has
 * @param places in the order of the older library
 * @returns undefined where nothing took the place of anything
 */
export function claimAncestors(
  { named, naming }: Lineages,
  newer: Uint32Array,
  isFresh: (number: number) => boolean,
  isGone: (number: number) => boolean,
  places: Column,
): Column | undefined {
  let ancestors: Column | undefined;
  const claimed = createMarks();
  const isFree = (number: number) => isGone(number) && claimed.at(number) === 0;
  for (const number of newer) {
    if (!isFresh(number)) continue;
    const ancestor = firstFree(named.of(number)) ?? takenBack(number);
    if (ancestor === undefined) continue;
    claimed.set(ancestor, 1);
    ancestors ??= createColumn();
    ancestors.set(number, ancestor + 1);
  }
  return ancestors;

  function firstFree(numbers: Iterable<number>): number | undefined {
    for (const number of numbers) if (isFree(number)) return number;
    return undefined;
  }

  /** A rewording that was taken back: of those whose lineage names it, the last one counts. */
  function takenBack(number: number): number | undefined {
    let last: number | undefined;
    for (const older of naming.of(number))
      if (isGone(older) && (last === undefined || places.at(older) > places.at(last))) last = older;
    return last !== undefined && isFree(last) ? last : undefined;
  }
}
