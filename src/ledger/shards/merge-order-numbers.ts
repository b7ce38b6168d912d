import { createColumn, createMarks, createNumbers } from '../../core/numbers.ts';
import { allSides, side } from './number-sides.ts';

/** Names that are in all of what counts: what a side's order names, each name once. */
export type NumberedOrder = Uint32Array;

/**
 * `mergeOrder` of orders of numbers.
 *
 * @param sidesOf which sides have a name, as a sum of bits
 */
export function mergeOrderNumbers(
  base: NumberedOrder,
  ours: NumberedOrder,
  theirs: NumberedOrder,
  sidesOf: (name: number) => number,
): Uint32Array {
  const isShared = (name: number) => sidesOf(name) === allSides;
  const oursMoved = !areSame(base, ours, isShared);
  const [leading, following] =
    oursMoved || areSame(base, theirs, isShared) ? [ours, theirs] : ([theirs, ours] as const);
  const merged = createNumbers();
  /** By name: 1 for what the leading order places. */
  const placed = createMarks();
  for (const name of leading) if (stays(sidesOf(name))) placed.set(name, 1);
  /** By name: one more than its place in the following order, for what both place. */
  const places = createColumn();
  let last = -1;
  for (const [place, name] of following.entries()) {
    if (placed.at(name) === 0) continue;
    places.set(name, place + 1);
    last = place;
  }
  addFresh(0);
  for (const name of leading) {
    if (placed.at(name) === 0) continue;
    merged.add(name);
    const place = places.at(name);
    if (place !== 0) addFresh(place);
  }
  for (let place = last + 1; place < following.length; place++) addWhereStays(following[place] as number);
  return merged.all();

  /** What only the following order has, from a place on, as far as the next name that both have. */
  function addFresh(from: number): void {
    for (let place = from; place < last; place++) {
      const name = following[place] as number;
      if (placed.at(name) !== 0) return;
      addWhereStays(name);
    }
  }

  function addWhereStays(name: number): void {
    if (stays(sidesOf(name))) merged.add(name);
  }
}

/** What both sides kept, or one of them added. */
export function stays(sides: number): boolean {
  return (sides & side.base) === 0 ? sides !== 0 : sides === allSides;
}

function areSame(one: NumberedOrder, other: NumberedOrder, counts: (name: number) => boolean): boolean {
  let next = 0;
  const skip = () => {
    while (next < other.length && !counts(other[next] as number)) next++;
  };
  for (const name of one) {
    if (!counts(name)) continue;
    skip();
    if (other[next++] !== name) return false;
  }
  skip();
  return next >= other.length;
}
