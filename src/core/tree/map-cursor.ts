import { type MapEntries, type MapHasher, emptySubtree, hashSubtree, keyAt, splitAt, valueAt } from './merkle-map.ts';

/** A place in a sparse map, from which one looks down: what proofs need of a map, wherever its entries lie. */
export interface MapCursor {
  /** Entries below. */
  readonly count: number;
  hash(): Uint8Array;
  /** The two halves one bit deeper. */
  children(): readonly [left: MapCursor, right: MapCursor];
  /** The entry below, where there is exactly one. */
  lone(): { readonly key: Uint8Array; readonly value: Uint8Array };
}

/** The entries [start, end) of a map in memory, which share their first `depth` bits and are all that do. */
export function cursorOf(hasher: MapHasher, entries: MapEntries, start = 0, end = entries.count, depth = 0): MapCursor {
  return {
    count: end - start,
    hash: () => new Uint8Array(hashSubtree(hasher, entries, start, end, depth)),
    children: () => {
      const middle = splitAt(entries, start, end, depth);
      return [cursorOf(hasher, entries, start, middle, depth + 1), cursorOf(hasher, entries, middle, end, depth + 1)];
    },
    lone: () => ({ key: new Uint8Array(keyAt(entries, start)), value: new Uint8Array(valueAt(entries, start)) }),
  };
}

/**
 * The node above subtrees that lie side by side at one depth.
 *
 * @param subtrees from left to right; as many as a power of two
 */
export function cursorAbove(hasher: MapHasher, subtrees: readonly MapCursor[]): MapCursor {
  const middle = subtrees.length / 2;
  if (middle < 1) return subtrees[0] as MapCursor;
  const left = cursorAbove(hasher, subtrees.slice(0, middle));
  const right = cursorAbove(hasher, subtrees.slice(middle));
  const count = left.count + right.count;
  return {
    count,
    hash: () => {
      if (count === 0) return emptySubtree;
      // A lone entry stands for every subtree that it is alone in.
      if (count === 1) return (left.count === 1 ? left : right).hash();
      return hasher.node(left.hash(), right.hash());
    },
    children: () => [left, right],
    lone: () => (left.count === 1 ? left : right).lone(),
  };
}
