import * as fc from 'fast-check';
import { MerkleTree as Oracle } from 'merkletreejs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/digest.ts';
import { hashLeaf } from '../../../src/core/tree/hashing.ts';
import {
  buildMerkleTree,
  merkleRoot,
  proveConsistency,
  proveInclusion,
  replaceLeaf,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/core/tree/merkle-log.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

/** Inputs and roots of the reference vectors that Certificate Transparency implementations share. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  fromHex,
);
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leavesOf = (data: readonly Uint8Array[]) => Buffer.concat(data.map((item) => hashLeaf(sha256, item)));
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => new TextEncoder().encode(`leaf ${index}`));
const leafAt = (leaves: Uint8Array, index: number) => leaves.subarray(index * 32, index * 32 + 32);

/** merkletreejs hashes leaves not at all and pairs as H(01 ‖ left ‖ right): then it is RFC 6962. */
function oracle(leaves: Uint8Array): Oracle {
  const list = Array.from({ length: leaves.length / 32 }, (_, index) => Buffer.from(leafAt(leaves, index)));
  return new Oracle(list, (pair: Buffer) => Buffer.from(sha256(Buffer.concat([Buffer.from([1]), pair]))));
}

describe('the RFC 6962 tree', () => {
  it('has the reference roots', () => {
    expect(toHex(merkleRoot(sha256, new Uint8Array(0)))).toBe(toHex(sha256('')));
    for (const [index, root] of roots.entries())
      expect(toHex(merkleRoot(sha256, leavesOf(inputs.slice(0, index + 1))))).toBe(root);
  });

  it('agrees with merkletreejs on roots and paths of every size', () => {
    for (let size = 1; size <= 70; size++) {
      const leaves = leavesOf(numbered(size));
      const tree = buildMerkleTree(sha256, leaves);
      const other = oracle(leaves);
      expect(toHex(rootOf(sha256, tree))).toBe(other.getRoot().toString('hex'));
      for (let index = 0; index < size; index++) {
        const path = other.getProof(Buffer.from(leafAt(leaves, index)), index).map(({ data }) => data.toString('hex'));
        expect(proveInclusion(tree, index).map(toHex)).toEqual(path);
      }
    }
  });

  it('proves what is in, at its place, in a tree of its size, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), fc.nat(), (size, one, two, bit) => {
        const leaves = leavesOf(numbered(size));
        const tree = buildMerkleTree(sha256, leaves);
        const root = rootOf(sha256, tree);
        const index = one % size;
        const path = proveInclusion(tree, index);
        const leaf = leafAt(leaves, index);
        expect(verifyInclusion(sha256, leaf, index, size, path, root)).toBe(true);
        const other = two % size;
        if (other !== index) expect(verifyInclusion(sha256, leaf, other, size, path, root)).toBe(false);
        expect(verifyInclusion(sha256, leaf, index, size, [...path, root], root)).toBe(false);
        expect(verifyInclusion(sha256, leaf, index, size, path.slice(1), root)).toBe(path.length === 0);
        const tampered = path.map((hash) => hash.slice());
        const hit = tampered[bit % Math.max(1, path.length)];
        if (hit !== undefined) {
          hit[bit % 32] = (hit[bit % 32] as number) ^ (1 << (bit % 8));
          expect(verifyInclusion(sha256, leaf, index, size, tampered, root)).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes no node for a leaf and no numbers that are none', () => {
    const leaves = leavesOf(numbered(4));
    const tree = buildMerkleTree(sha256, leaves);
    const [node, sibling] = [tree.levels[1]?.slice(0, 32), tree.levels[1]?.slice(32)] as [Uint8Array, Uint8Array];
    // A node over two leaves, presented as the content of a leaf.
    expect(verifyInclusion(sha256, hashLeaf(sha256, node), 0, 2, [sibling], rootOf(sha256, tree))).toBe(false);
    for (const index of [-1, 4, 0.5, Number.NaN, 2 ** 60])
      expect(verifyInclusion(sha256, leafAt(leaves, 0), index, 4, proveInclusion(tree, 0), rootOf(sha256, tree))).toBe(
        false,
      );
  });

  it('replaces a leaf as if it had been there from the beginning', () => {
    for (let size = 1; size <= 40; size++)
      for (let index = 0; index < size; index++) {
        const data = numbered(size);
        const tree = buildMerkleTree(sha256, leavesOf(data));
        data[index] = new Uint8Array([7, 7]);
        replaceLeaf(sha256, tree, index, hashLeaf(sha256, new Uint8Array([7, 7])));
        expect(toHex(rootOf(sha256, tree))).toBe(toHex(merkleRoot(sha256, leavesOf(data))));
      }
  });

  it('proves that every older tree is a beginning of every newer one', () => {
    const all = leavesOf(numbered(40));
    const rootAt = (size: number) => merkleRoot(sha256, all.subarray(0, size * 32));
    for (let newer = 0; newer <= 40; newer++) {
      const tree = buildMerkleTree(sha256, all.slice(0, newer * 32));
      for (let older = 0; older <= newer; older++) {
        const proof = proveConsistency(tree, older);
        const check = (size: number, root: Uint8Array, path = proof) =>
          verifyConsistency(sha256, size, newer, root, rootAt(newer), path);
        expect(check(older, rootAt(older))).toBe(true);
        expect(check(older, sha256('another tree'))).toBe(false);
        expect(check(older, rootAt(older), [...proof, rootAt(3)])).toBe(false);
        if (proof.length > 0) {
          expect(check(older, rootAt(older), proof.slice(1))).toBe(false);
          expect(check(older - 1, rootAt(older))).toBe(false);
        }
        for (const [place, hash] of proof.entries()) {
          const tampered = hash.slice();
          tampered[place] = (tampered[place] as number) ^ 1;
          expect(check(older, rootAt(older), proof.with(place, tampered))).toBe(false);
        }
      }
    }
  });
});
