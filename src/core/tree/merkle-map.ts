import { firstWhere } from '../bisect.ts';
import type { Sha256 } from '../digest.ts';
import { compareBytes, createNodeHasher, hashLength } from './hashing.ts';

/**
 * The compact sparse Merkle map: a binary tree over the bits of 32-byte keys, most significant bit of the first byte
 * first, whose root depends on the set of entries alone. A subtree without entries hashes to 32 zero bytes, one with a
 * single entry to its leaf H(00 ‖ key ‖ value) whatever its depth, every other to H(01 ‖ left ‖ right).
 */
export interface MapEntries {
  readonly count: number;
  /** 32 bytes a key, one behind the other, in ascending order, no two alike. */
  readonly keys: Uint8Array;
  /** 32 bytes a value, in the order of the keys. */
  readonly values: Uint8Array;
}

/** The hash of a subtree without entries. */
export const emptySubtree = new Uint8Array(hashLength);

export const keyBits = 8 * hashLength;

/** @throws RangeError when two keys are alike */
export function sortEntries(entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): MapEntries {
  const sorted = entries.toSorted(([one], [other]) => compareBytes(one, other));
  const keys = new Uint8Array(sorted.length * hashLength);
  const values = new Uint8Array(sorted.length * hashLength);
  for (const [index, [key, value]] of sorted.entries()) {
    const previous = sorted[index - 1];
    if (previous !== undefined && compareBytes(previous[0], key) === 0) throw new RangeError('two keys are alike');
    keys.set(key, index * hashLength);
    values.set(value, index * hashLength);
  }
  return { count: sorted.length, keys, values };
}

export function keyAt(entries: MapEntries, index: number): Uint8Array {
  return entries.keys.subarray(index * hashLength, (index + 1) * hashLength);
}

export function valueAt(entries: MapEntries, index: number): Uint8Array {
  return entries.values.subarray(index * hashLength, (index + 1) * hashLength);
}

/** The place of a key among entries; -1 when it is not there. */
export function placeOfKey(entries: MapEntries, key: Uint8Array): number {
  const place = firstWhere(0, entries.count, (one) => compareBytes(keyAt(entries, one), key) >= 0);
  const found = place < entries.count && compareBytes(keyAt(entries, place), key) === 0;
  return found ? place : -1;
}

export function mapRoot(sha256: Sha256, entries: MapEntries): Uint8Array {
  return hashSubtree(createMapHasher(sha256), entries, 0, entries.count, 0);
}

/** Hashes the two kinds of nodes of a map. */
export interface MapHasher {
  leaf(key: Uint8Array, value: Uint8Array): Uint8Array;
  node(left: Uint8Array, right: Uint8Array): Uint8Array;
}

export function createMapHasher(sha256: Sha256): MapHasher {
  const node = createNodeHasher(sha256);
  const bytes = new Uint8Array(1 + 2 * hashLength);
  return {
    node,
    leaf: (key, value) => {
      bytes.set(key, 1);
      bytes.set(value, 1 + hashLength);
      return sha256(bytes);
    },
  };
}

/** The hash of the entries [start, end), which share their first `depth` bits and are all that do. */
export function hashSubtree(
  hasher: MapHasher,
  entries: MapEntries,
  start: number,
  end: number,
  depth: number,
): Uint8Array {
  if (start === end) return emptySubtree;
  if (end - start === 1) return hasher.leaf(keyAt(entries, start), valueAt(entries, start));
  const middle = splitAt(entries, start, end, depth);
  const left = hashSubtree(hasher, entries, start, middle, depth + 1);
  return hasher.node(left, hashSubtree(hasher, entries, middle, end, depth + 1));
}

/** The first entry of [start, end) whose bit at `depth` is set. */
export function splitAt(entries: MapEntries, start: number, end: number, depth: number): number {
  const byte = depth >>> 3;
  const mask = 0x80 >>> (depth & 7);
  return firstWhere(start, end, (place) => ((entries.keys[place * hashLength + byte] as number) & mask) !== 0);
}

/** 0 or 1: the bit of a key at a depth. */
export function bitOf(key: Uint8Array, depth: number): number {
  return ((key[depth >>> 3] as number) >>> (7 - (depth & 7))) & 1;
}
