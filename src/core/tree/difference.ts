import type { Sha256 } from '../digest.ts';
import { compareBytes, equalBytes } from './hashing.ts';
import type { MapCursor } from './map-cursor.ts';
import { type MapEntries, bitOf, createMapHasher, keyAt, valueAt } from './merkle-map.ts';

/** One entry that two maps do not have in common. */
export interface Difference {
  readonly key: Uint8Array;
  /** Undefined where the first map lacks the key. */
  readonly before: Uint8Array | undefined;
  /** Undefined where the second map lacks the key. */
  readonly after: Uint8Array | undefined;
}

/**
 * The two maps as one tree, cut down to what their difference needs. Where no key below a node differs, both maps are
 * alike, and the node is `empty`, an `opaque` hash or, only where a map folds it up because its sibling is empty there,
 * a `leaf` in the open. Where exactly one key differs and no other entry is below, it is `changed`. All else is split.
 */
export type DifferenceNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'opaque'; readonly hash: Uint8Array }
  | { readonly kind: 'leaf'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'changed' }
  | { readonly kind: 'split'; readonly left: DifferenceNode; readonly right: DifferenceNode };

/** All differing entries, in order of their keys. */
export function findDifferences(before: MapEntries, after: MapEntries): Difference[] {
  const differences: Difference[] = [];
  let [old, next] = [0, 0];
  while (old < before.count || next < after.count) {
    const order =
      old === before.count ? 1 : next === after.count ? -1 : compareBytes(keyAt(before, old), keyAt(after, next));
    const key = new Uint8Array(order <= 0 ? keyAt(before, old) : keyAt(after, next));
    const was = order <= 0 ? new Uint8Array(valueAt(before, old++)) : undefined;
    const is = order >= 0 ? new Uint8Array(valueAt(after, next++)) : undefined;
    if (was === undefined || is === undefined || !equalBytes(was, is))
      differences.push({ key, before: was, after: is });
  }
  return differences;
}

/**
 * The smallest tree from which both roots can be rebuilt.
 *
 * @param differences all of them, in order of their keys
 */
export function proveDifference(
  before: MapCursor,
  after: MapCursor,
  differences: readonly Difference[],
): DifferenceNode {
  return cover(before, after, 0, differences.length, 0).node;

  interface Covered {
    readonly node: DifferenceNode;
    /** A lone entry that both maps have here, shown in the open only when one of them folds it up. */
    readonly lone: DifferenceNode | undefined;
  }

  function cover(old: MapCursor, next: MapCursor, start: number, end: number, depth: number): Covered {
    if (start === end) return shared(old);
    if (end - start === 1 && isAlone(old, next, start)) return { node: { kind: 'changed' }, lone: undefined };
    const [oldLeft, oldRight] = old.children();
    const [nextLeft, nextRight] = next.children();
    let middle = start;
    while (middle < end && bitOf((differences[middle] as Difference).key, depth) === 0) middle++;
    const left = cover(oldLeft, nextLeft, start, middle, depth + 1);
    const right = cover(oldRight, nextRight, middle, end, depth + 1);
    // A lone entry folds up in the map where its sibling has none.
    const rightVanishes = oldRight.count === 0 || nextRight.count === 0;
    const leftVanishes = oldLeft.count === 0 || nextLeft.count === 0;
    return {
      node: {
        kind: 'split',
        left: rightVanishes ? (left.lone ?? left.node) : left.node,
        right: leftVanishes ? (right.lone ?? right.node) : right.node,
      },
      lone: undefined,
    };
  }

  function shared(subtree: MapCursor): Covered {
    if (subtree.count === 0) return { node: { kind: 'empty' }, lone: undefined };
    const node = { kind: 'opaque', hash: subtree.hash() } as const;
    return { node, lone: subtree.count > 1 ? undefined : { kind: 'leaf', ...subtree.lone() } };
  }

  function isAlone(old: MapCursor, next: MapCursor, index: number): boolean {
    const { before: was, after: is } = differences[index] as Difference;
    return old.count === (was === undefined ? 0 : 1) && next.count === (is === undefined ? 0 : 1);
  }
}

/** A subtree as the verifier knows it in one of the two maps. */
type Subtree =
  | { readonly kind: 'empty' }
  | { readonly kind: 'leaf'; readonly hash: Uint8Array; readonly shown: DifferenceNode | undefined }
  | { readonly kind: 'inner'; readonly hash: Uint8Array };

/**
 * Rebuilds both roots from the differences and the tree: when they come out as the two roots, the differences are all
 * there are. There is one tree for two maps and no other: whatever could be written otherwise is refused.
 *
 * @returns the two roots, or undefined when the tree is not the one for these differences
 */
export function rootsOfDifference(
  sha256: Sha256,
  differences: readonly Difference[],
  tree: DifferenceNode,
): { readonly before: Uint8Array; readonly after: Uint8Array } | undefined {
  const hasher = createMapHasher(sha256);
  const folded = new Set<DifferenceNode>();
  const shown = new Set<DifferenceNode>();
  const path = new Uint8Array(32);

  const rebuilt = rebuild(tree, 0, differences.length, 0);
  if (rebuilt === undefined || shown.size !== folded.size) return undefined;
  return { before: hashOf(rebuilt[0]), after: hashOf(rebuilt[1]) };

  function rebuild(node: DifferenceNode, start: number, end: number, depth: number): [Subtree, Subtree] | undefined {
    const changes = end - start;
    switch (node.kind) {
      case 'empty':
        return changes === 0 ? [{ kind: 'empty' }, { kind: 'empty' }] : undefined;
      case 'opaque': {
        const subtree: Subtree = { kind: 'inner', hash: node.hash };
        return changes === 0 && node.hash.some((byte) => byte !== 0) ? [subtree, subtree] : undefined;
      }
      case 'leaf': {
        if (changes !== 0 || !followsPath(node.key, depth)) return undefined;
        shown.add(node);
        const subtree: Subtree = { kind: 'leaf', hash: hasher.leaf(node.key, node.value), shown: node };
        return [subtree, subtree];
      }
      case 'changed': {
        const difference = differences[start];
        if (changes !== 1 || difference === undefined) return undefined;
        return [leafOrEmpty(difference.key, difference.before), leafOrEmpty(difference.key, difference.after)];
      }
      case 'split':
        return changes === 0 ? undefined : rebuildSplit(node, start, end, depth);
    }
  }

  function rebuildSplit(
    { left, right }: DifferenceNode & { kind: 'split' },
    start: number,
    end: number,
    depth: number,
  ): [Subtree, Subtree] | undefined {
    if (depth >= 256) return undefined;
    // One changed key beside nothing is a changed key by itself.
    if ((left.kind === 'changed' && right.kind === 'empty') || (left.kind === 'empty' && right.kind === 'changed'))
      return undefined;
    let middle = start;
    while (middle < end && bitOf((differences[middle] as Difference).key, depth) === 0) middle++;
    const byte = depth >>> 3;
    const mask = 0x80 >>> (depth & 7);
    path[byte] = (path[byte] as number) & ~mask;
    const lefts = rebuild(left, start, middle, depth + 1);
    if (lefts === undefined) return undefined;
    path[byte] |= mask;
    const rights = rebuild(right, middle, end, depth + 1);
    path[byte] &= ~mask;
    if (rights === undefined) return undefined;
    return [join(lefts[0], rights[0]), join(lefts[1], rights[1])];
  }

  function join(left: Subtree, right: Subtree): Subtree {
    if (left.kind === 'empty' && right.kind !== 'inner') return fold(right);
    if (right.kind === 'empty' && left.kind !== 'inner') return fold(left);
    return { kind: 'inner', hash: hasher.node(hashOf(left), hashOf(right)) };
  }

  function fold(subtree: Subtree): Subtree {
    if (subtree.kind === 'leaf' && subtree.shown !== undefined) folded.add(subtree.shown);
    return subtree;
  }

  function leafOrEmpty(key: Uint8Array, value: Uint8Array | undefined): Subtree {
    return value === undefined ? { kind: 'empty' } : { kind: 'leaf', hash: hasher.leaf(key, value), shown: undefined };
  }

  /** The bits above `depth` are those of the way from the root. */
  function followsPath(key: Uint8Array, depth: number): boolean {
    for (let bit = 0; bit < depth; bit++) if (bitOf(key, bit) !== bitOf(path, bit)) return false;
    return true;
  }
}

const nothing = new Uint8Array(32);

function hashOf(subtree: Subtree): Uint8Array {
  return subtree.kind === 'empty' ? nothing : subtree.hash;
}
