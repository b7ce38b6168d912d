import type { Sha256 } from '../digest.ts';
import { createNodeHasher, equalBytes, hashLength } from './hashing.ts';
import type { MerkleTree } from './merkle-log.ts';

/** The nodes of an RFC 6962 tree, wherever they lie. */
export interface MerkleNodes {
  /** Leaves. */
  readonly size: number;
  /** The hash of a node, by its level, that of the leaves being 0, and its place on it. */
  node(level: number, place: number): Uint8Array;
}

/** A tree that lies in memory. */
export function nodesOfTree({ size, levels }: MerkleTree): MerkleNodes {
  return {
    size,
    node: (level, place) =>
      new Uint8Array((levels[level] as Uint8Array).subarray(place * hashLength, (place + 1) * hashLength)),
  };
}

/**
 * The nodes that lead from many leaves of an RFC 6962 tree to its root, those of the leaves' level first, each level from
 * left to right; what follows from the leaves themselves is left out. For one leaf this is its audit path.
 */
export function proveMany(tree: MerkleNodes, indices: readonly number[]): Uint8Array[] {
  const path: Uint8Array[] = [];
  let known = sorted(indices);
  if (known.length === 0) return path;
  for (let last = tree.size - 1, level = 0; last > 0; last = Math.floor(last / 2), level++)
    known = climb(known, last, (sibling) => path.push(tree.node(level, sibling)));
  return path;
}

export interface ProvenLeaf {
  readonly index: number;
  /** H(00 ‖ data). */
  readonly hash: Uint8Array;
}

/** Whether the path leads from the leaves, all different, to the root. No leaves need no path. Hostile input gives false. */
export function verifyMany(
  sha256: Sha256,
  leaves: readonly ProvenLeaf[],
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (leaves.length === 0) return path.length === 0;
  if (!Number.isSafeInteger(size) || leaves.length > size) return false;
  if (leaves.some(({ index }) => !Number.isInteger(index) || index < 0 || index >= size)) return false;
  if (path.some((hash) => hash.length !== hashLength)) return false;
  const hashNode = createNodeHasher(sha256);
  let hashes = new Map(leaves.map(({ index, hash }) => [index, hash]));
  if (hashes.size !== leaves.length) return false;
  let taken = 0;
  let known = sorted([...hashes.keys()]);
  for (let last = size - 1; last > 0; last = Math.floor(last / 2)) {
    const siblings = new Map<number, Uint8Array>();
    const parents = climb(known, last, (sibling) => {
      const hash = path[taken++];
      if (hash !== undefined) siblings.set(sibling, hash);
    });
    if (taken > path.length) return false;
    const at = (place: number) => hashes.get(place) ?? siblings.get(place);
    const above = new Map<number, Uint8Array>();
    for (const parent of parents) {
      const [left, right] = [at(parent * 2), at(parent * 2 + 1)];
      if (left === undefined) return false;
      above.set(parent, right === undefined ? left : hashNode(left, right));
    }
    hashes = above;
    known = parents;
  }
  const found = hashes.get(0);
  return taken === path.length && found !== undefined && equalBytes(found, root);
}

/** One level up from known nodes, in order; asks for each sibling that is there and not known. */
function climb(known: readonly number[], last: number, ask: (sibling: number) => void): number[] {
  const parents: number[] = [];
  for (const [place, node] of known.entries()) {
    const sibling = node % 2 === 0 ? node + 1 : node - 1;
    if (sibling === known[place - 1]) continue;
    if (sibling !== known[place + 1] && sibling <= last) ask(sibling);
    parents.push(Math.floor(node / 2));
  }
  return parents;
}

function sorted(indices: readonly number[]): number[] {
  return [...new Set(indices)].sort((one, other) => one - other);
}
