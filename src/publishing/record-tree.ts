import { firstWhere } from '../core/bisect.ts';
import type { Sha256 } from '../core/digest.ts';
import type { Block, CidBytes } from '../core/ipld/cid.ts';
import { encodeInner, encodeLeaf, fanOut, recordsPerLeaf } from './manifest.ts';

/** A node over the records [start, end) in order of their keys. */
export interface TreeNode {
  readonly cid: CidBytes;
  /** Bytes of its block. */
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
  /** One for each value of the next four bits of the key; null for a leaf. */
  readonly children: readonly (TreeNode | null)[] | null;
}

/**
 * The tree of records: at most {@link recordsPerLeaf} records are a leaf, more are split by the next four bits of
 * their keys. Its shape depends on the set of keys alone, and a change of one record changes one path.
 *
 * @param keys 32 bytes a record, ascending
 * @param digests 32 bytes a record, in the order of the keys
 */
export function buildRecordTree(keys: Uint8Array, digests: Uint8Array, sha256: Sha256): TreeNode {
  return build(0, digests.length / 32, 0);

  function build(start: number, end: number, depth: number): TreeNode {
    if (end - start <= recordsPerLeaf) {
      const { cid, bytes } = encodeLeaf(digests.subarray(start * 32, end * 32), sha256);
      return { cid, bytes: bytes.length, start, end, children: null };
    }
    const children: (TreeNode | null)[] = [];
    for (let value = 0, from = start; value < fanOut; value++) {
      const to = firstAbove(keys, from, end, depth, value);
      children.push(from === to ? null : build(from, to, depth + 1));
      from = to;
    }
    const { cid, bytes } = encodeTreeNode({ children }, sha256);
    return { cid, bytes: bytes.length, start, end, children };
  }
}

/** The block of an inner node. */
export function encodeTreeNode(node: { readonly children: readonly (TreeNode | null)[] }, sha256: Sha256): Block {
  return encodeInner(
    node.children.map((child) => child && { cid: child.cid, count: child.end - child.start }),
    sha256,
  );
}

/** The four bits of a key at a depth. */
function nibbleAt(keys: Uint8Array, index: number, depth: number): number {
  const byte = keys[index * 32 + (depth >> 1)] as number;
  return depth % 2 === 0 ? byte >> 4 : byte & 15;
}

/** The first record of [start, end) whose four bits at `depth` are above `value`. */
function firstAbove(keys: Uint8Array, start: number, end: number, depth: number, value: number): number {
  return firstWhere(start, end, (index) => nibbleAt(keys, index, depth) > value);
}

/** All leaves, in order. */
export function* leavesOf(node: TreeNode): Generator<TreeNode> {
  if (node.children === null) yield node;
  else for (const child of node.children) if (child !== null) yield* leavesOf(child);
}
