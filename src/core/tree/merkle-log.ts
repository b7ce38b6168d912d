import type { Sha256 } from '../digest.ts';
import { ZooError } from '../error.ts';
import { createNodeHasher, emptyRoot, equalBytes, hashLength } from './hashing.ts';

/**
 * All nodes of an RFC 6962 tree, one flat array a level, leaves first. Node j of level k is the hash of the leaves
 * [j·2^k, min((j + 1)·2^k, size)); a last node without a sibling goes up unchanged, which makes RFC 6962's left-complete
 * tree. A million leaves take 64 MB.
 */
export interface MerkleTree {
  /** Leaves. */
  readonly size: number;
  /** Level k holds ceil(size / 2^k) hashes of 32 bytes; the last level is the root. No levels when there is no leaf. */
  readonly levels: readonly Uint8Array[];
}

/** @param leaves leaf hashes, 32 bytes each, one behind the other; kept, not copied */
export function buildMerkleTree(sha256: Sha256, leaves: Uint8Array): MerkleTree {
  const size = leaves.length / hashLength;
  if (!Number.isInteger(size)) throw new RangeError('leaf hashes are 32 bytes each');
  if (size === 0) return { size, levels: [] };
  const levels = [leaves];
  for (let level = leaves; level.length > hashLength; levels.push(level)) level = hashLevel(sha256, level);
  return { size, levels };
}

/** The root alone, in the memory of half the leaves. */
export function merkleRoot(sha256: Sha256, leaves: Uint8Array): Uint8Array {
  if (leaves.length === 0) return emptyRoot(sha256);
  let level = leaves;
  while (level.length > hashLength) level = hashLevel(sha256, level);
  return new Uint8Array(level);
}

export function rootOf(sha256: Sha256, tree: MerkleTree): Uint8Array {
  const top = tree.levels.at(-1);
  return top === undefined ? emptyRoot(sha256) : new Uint8Array(top);
}

function hashLevel(sha256: Sha256, level: Uint8Array): Uint8Array {
  const count = level.length / hashLength;
  const above = new Uint8Array(Math.ceil(count / 2) * hashLength);
  const pairs = Math.floor(count / 2);
  const { into = (data, target, offset) => target.set(sha256(data), offset) } = sha256;
  // 01 ‖ left ‖ right, the nodes at a whole word: copying words costs a fraction of copying bytes, or of viewing them.
  const room = new Uint8Array(8 + 2 * hashLength);
  const pair = room.subarray(7);
  pair[0] = 1;
  const to = new Uint32Array(room.buffer, 8);
  const from = wordsOf(level);
  for (let index = 0; index < pairs; index++) {
    for (let word = 0; word < wordsInPair; word++) to[word] = from[index * wordsInPair + word] as number;
    into(pair, above, index * hashLength);
  }
  if (count % 2 === 1) above.set(level.subarray(level.length - hashLength), pairs * hashLength);
  return above;
}

const wordsInPair = (2 * hashLength) / 4;

/** A copy where the bytes do not lie at a whole word. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(buffer, byteOffset, length / 4);
}

/** Replaces one leaf hash in place and rehashes its path: log2(size) hashes. */
export function replaceLeaf(sha256: Sha256, tree: MerkleTree, index: number, leaf: Uint8Array): void {
  checkIndex(index, tree.size);
  const hashNode = createNodeHasher(sha256);
  let hash = leaf;
  let position = index;
  for (const [height, level] of tree.levels.entries()) {
    level.set(hash, position * hashLength);
    const above = tree.levels[height + 1];
    if (above === undefined) return;
    const left = position & ~1;
    hash =
      left + 1 < level.length / hashLength
        ? hashNode(nodeAt(level, left), nodeAt(level, left + 1))
        : nodeAt(level, left);
    position >>>= 1;
  }
}

/** The audit path of a leaf, from the bottom (RFC 6962, section 2.1.1). */
export function proveInclusion(tree: MerkleTree, index: number): Uint8Array[] {
  checkIndex(index, tree.size);
  const path: Uint8Array[] = [];
  let position = index;
  for (const level of tree.levels.slice(0, -1)) {
    const sibling = position ^ 1;
    if (sibling < level.length / hashLength) path.push(copyAt(level, sibling));
    position >>>= 1;
  }
  return path;
}

/** Recomputes the root from a leaf and its path (RFC 9162, section 2.1.3.2); undefined when the path has a wrong length. */
function rootFromPath(
  sha256: Sha256,
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined;
  const hashNode = createNodeHasher(sha256);
  let hash = leaf;
  let position = index;
  let last = size - 1;
  for (const sibling of path) {
    if (last === 0 || sibling.length !== hashLength) return undefined;
    if (position % 2 === 1 || position === last) {
      hash = hashNode(sibling, hash);
      while (position % 2 === 0 && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else hash = hashNode(hash, sibling);
    position = half(position);
    last = half(last);
  }
  return last === 0 ? hash : undefined;
}

/** Whether the path leads from the leaf hash at `index` of `size` to the root. Hostile input gives false. */
export function verifyInclusion(
  sha256: Sha256,
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  const found = rootFromPath(sha256, leaf, index, size, path);
  return found !== undefined && equalBytes(found, root);
}

/** That the first `oldSize` leaves of the tree are those of an older tree (RFC 6962, section 2.1.2). */
export function proveConsistency(tree: MerkleTree, oldSize: number): Uint8Array[] {
  if (!Number.isInteger(oldSize) || oldSize < 0 || oldSize > tree.size)
    throw new ZooError('out-of-range', `there is no older tree of ${oldSize} leaves in one of ${tree.size}`);
  if (oldSize === 0 || oldSize === tree.size) return [];
  return subproof(tree, oldSize, 0, tree.size, true);
}

/** SUBPROOF(m, D[start:end], b) of RFC 6962, section 2.1.2. */
function subproof(tree: MerkleTree, oldSize: number, start: number, end: number, known: boolean): Uint8Array[] {
  if (oldSize === end - start) return known ? [] : [subtree(tree, start, end)];
  const split = largestPowerBelow(end - start);
  return oldSize <= split
    ? [...subproof(tree, oldSize, start, start + split, known), subtree(tree, start + split, end)]
    : [...subproof(tree, oldSize - split, start + split, end, false), subtree(tree, start, start + split)];
}

/** The hash of the leaves [start, end), which are a whole subtree: it is a node of its level. */
function subtree(tree: MerkleTree, start: number, end: number): Uint8Array {
  const height = Math.ceil(Math.log2(end - start));
  return copyAt(tree.levels[height] as Uint8Array, start / 2 ** height);
}

function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** Whether a tree of `newSize` leaves begins with one of `oldSize` (RFC 9162, section 2.1.4.2). Hostile input gives false. */
export function verifyConsistency(
  sha256: Sha256,
  oldSize: number,
  newSize: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(newSize) || oldSize < 0 || oldSize > newSize)
    return false;
  if (proof.some((hash) => hash.length !== hashLength)) return false;
  if (oldSize === 0) return proof.length === 0 && equalBytes(oldRoot, emptyRoot(sha256));
  if (oldSize === newSize) return proof.length === 0 && equalBytes(oldRoot, newRoot);
  // A perfect old tree is a node of the new one, and its root stands for the first hash of the proof.
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  const hashNode = createNodeHasher(sha256);
  let position = oldSize - 1;
  let last = newSize - 1;
  while (position % 2 === 1) {
    position = half(position);
    last = half(last);
  }
  let oldHash = first;
  let newHash = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      oldHash = hashNode(sibling, oldHash);
      newHash = hashNode(sibling, newHash);
      while (position % 2 === 0 && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else newHash = hashNode(newHash, sibling);
    position = half(position);
    last = half(last);
  }
  return last === 0 && equalBytes(oldHash, oldRoot) && equalBytes(newHash, newRoot);
}

function nodeAt(level: Uint8Array, index: number): Uint8Array {
  return level.subarray(index * hashLength, (index + 1) * hashLength);
}

/** A copy, also of a Buffer, whose own `slice` would share the tree's memory. */
function copyAt(level: Uint8Array, index: number): Uint8Array {
  return new Uint8Array(nodeAt(level, index));
}

function half(count: number): number {
  return Math.floor(count / 2);
}

function isPowerOfTwo(count: number): boolean {
  // The logarithm of a count beyond 2^48 rounds to a whole number beside powers too.
  return 2 ** Math.round(Math.log2(count)) === count;
}

function checkIndex(index: number, size: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= size)
    throw new ZooError('out-of-range', `there is no leaf ${index} in a tree of ${size}`);
}
