import type { Sha256 } from '../digest.ts';
import { compareBytes, equalBytes, hashLength } from './hashing.ts';
import type { MapCursor } from './map-cursor.ts';
import { bitOf, createMapHasher, emptySubtree, keyBits } from './merkle-map.ts';

/** The way from the root of a sparse map down to the place of a key. */
export interface MapProof {
  /** Hashes of the subtrees beside the way, the one below the root first; undefined for one without entries. */
  readonly siblings: readonly (Uint8Array | undefined)[];
  /** The only entry in the subtree where the way ends; undefined when there is none. */
  readonly end: { readonly key: Uint8Array; readonly value: Uint8Array } | undefined;
}

/** For a key that is in the map the way ends at its entry; for one that is not, at another entry or at none. */
export function proveMapKey(map: MapCursor, key: Uint8Array): MapProof {
  const siblings: (Uint8Array | undefined)[] = [];
  let below = map;
  for (let depth = 0; below.count > 1; depth++) {
    const [left, right] = below.children();
    const [next, sibling] = bitOf(key, depth) === 1 ? [right, left] : [left, right];
    siblings.push(sibling.count === 0 ? undefined : sibling.hash());
    below = next;
  }
  return { siblings, end: below.count === 0 ? undefined : below.lone() };
}

/**
 * What a proof says about a key under a root: its value, `absent`, or undefined when the proof is not one for this key
 * and root. Hostile input gives undefined.
 */
export function verifyMapKey(
  sha256: Sha256,
  key: Uint8Array,
  proof: MapProof,
  root: Uint8Array,
): Uint8Array | 'absent' | undefined {
  const { siblings, end } = proof;
  if (key.length !== hashLength || siblings.length > keyBits) return undefined;
  if (siblings.some((sibling) => sibling !== undefined && !isHash(sibling))) return undefined;
  if (end !== undefined && (end.key.length !== hashLength || end.value.length !== hashLength)) return undefined;
  if (end !== undefined && !sharesBits(end.key, key, siblings.length)) return undefined;
  const hasher = createMapHasher(sha256);
  let hash = end === undefined ? emptySubtree : hasher.leaf(end.key, end.value);
  for (let depth = siblings.length - 1; depth >= 0; depth--) {
    const sibling = siblings[depth] ?? emptySubtree;
    hash = bitOf(key, depth) === 1 ? hasher.node(sibling, hash) : hasher.node(hash, sibling);
  }
  if (!equalBytes(hash, root)) return undefined;
  return end !== undefined && compareBytes(end.key, key) === 0 ? end.value : 'absent';
}

/** The hash of nothing has a way of its own to be written. */
function isHash(bytes: Uint8Array): boolean {
  return bytes.length === hashLength && !equalBytes(bytes, emptySubtree);
}

function sharesBits(one: Uint8Array, other: Uint8Array, count: number): boolean {
  for (let depth = 0; depth < count; depth++) if (bitOf(one, depth) !== bitOf(other, depth)) return false;
  return true;
}
