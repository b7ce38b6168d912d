import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { recordLeaves } from '../../../src/core/tree/library-roots.ts';
import { blockLeaves, countBlocks, nodesOfBlocks } from '../../../src/core/tree/merkle-blocks.ts';
import { buildMerkleTree, merkleRoot } from '../../../src/core/tree/merkle-log.ts';
import { nodesOfTree, proveMany } from '../../../src/core/tree/merkle-many.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

describe('the blocks of a records tree', () => {
  it.each([1, 2, 3, 1023, 1024, 1025, 1026, 2048, 2051, 3072, 5000])(
    'have the root and the paths of the tree of %d',
    (size) => {
      const values = new Uint8Array(size * 32);
      for (let place = 0; place < size; place++) values.set(sha256(`${place}`), place * 32);
      const leaves = recordLeaves(sha256, { values });
      const leavesOf = (block: number) => leaves.slice(block * blockLeaves * 32, (block + 1) * blockLeaves * 32);
      const blocks = new Uint8Array(countBlocks(size) * 32);
      for (let block = 0; block < countBlocks(size); block++)
        blocks.set(merkleRoot(sha256, leavesOf(block)), block * 32);
      expect(toHex(merkleRoot(sha256, blocks))).toBe(toHex(merkleRoot(sha256, leaves)));
      const whole = nodesOfTree(buildMerkleTree(sha256, leaves));
      for (const places of [[0], [size - 1], [Math.floor(size / 2), size - 1], [0, 1, size - 1]]) {
        const some = [...new Set(places)].filter((place) => place < size);
        const loaded = new Map(
          some.map((place) => Math.floor(place / blockLeaves)).map((block) => [block, leavesOf(block)]),
        );
        const path = proveMany(nodesOfBlocks(sha256, size, blocks, loaded), some);
        expect(path.map(toHex)).toEqual(proveMany(whole, some).map(toHex));
      }
    },
  );

  it('has no nodes of a block that was not loaded', () => {
    const nodes = nodesOfBlocks(sha256, 2000, new Uint8Array(64), new Map());
    expect(() => nodes.node(3, 1)).toThrow(RangeError);
  });
});
