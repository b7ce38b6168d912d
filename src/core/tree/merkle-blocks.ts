import type { Sha256 } from '../digest.ts';
import { type MerkleTree, buildMerkleTree } from './merkle-log.ts';
import { type MerkleNodes, nodesOfTree } from './merkle-many.ts';

const blockLevel = 10;

/**
 * Leaves in a block of an RFC 6962 tree: block b holds the leaves from b·1024 on, and its hash is the node of level 10
 * that covers them. The root follows from the hashes of the blocks, so that a change of one leaf rehashes one block.
 */
export const blockLeaves = 2 ** blockLevel;

export function countBlocks(size: number): number {
  return Math.ceil(size / blockLeaves);
}

/**
 * The nodes of a tree of which some blocks have been loaded.
 *
 * @param blocks the hashes of all blocks, one behind the other
 * @param loaded by block, the hashes of its leaves; of other blocks no nodes within can be had
 */
export function nodesOfBlocks(
  sha256: Sha256,
  size: number,
  blocks: Uint8Array,
  loaded: ReadonlyMap<number, Uint8Array>,
): MerkleNodes {
  const above = nodesOfTree(buildMerkleTree(sha256, blocks));
  const below = new Map<number, MerkleTree>();
  for (const [block, leaves] of loaded) below.set(block, buildMerkleTree(sha256, leaves));
  return {
    size,
    node: (level, place) => {
      if (level >= blockLevel) return above.node(level - blockLevel, place);
      const width = 2 ** (blockLevel - level);
      const tree = below.get(Math.floor(place / width));
      if (tree === undefined) throw new RangeError(`the block of node ${place} of level ${level} is not loaded`);
      // A last block that is not full has fewer levels: its root goes up unchanged.
      return nodesOfTree(tree).node(Math.min(level, tree.levels.length - 1), place % width);
    },
  };
}
