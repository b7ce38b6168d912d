import * as fc from 'fast-check';
import { MerkleTree } from 'merkletreejs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/digest.ts';
import { hashLeaf } from '../../../src/core/tree/hashing.ts';
import { libraryRoots, recordDigest, recordKey } from '../../../src/core/tree/library-roots.ts';
import {
  encodeMerkleProof,
  proveIds,
  renderProof,
  verifyMerkleProof,
  verifyProof,
} from '../../../src/core/tree/proof.ts';
import { smallTree } from '../../../src/ledger/proofs/small-tree.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience } from '../../ledger/experience.ts';

const library = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 300 }), fc.constantFrom(0, 0.5, 1)), {
    selector: ([number]) => number,
    minLength: 1,
    maxLength: 80,
  })
  .map((list) => list.map(([number, confidence]) => exampleExperience(number, { confidence })));

const hashPair = (pair: Buffer) => Buffer.from(sha256(Buffer.concat([Buffer.from([1]), pair])));

describe('merkletreejs, given leaves H(00 ‖ digest) in order of the keys and H(01 ‖ pair), without options', () => {
  it('has the recordsRoot of any library, and takes and makes the same proofs', () => {
    fc.assert(
      fc.property(library, fc.nat(), (experiences, pick) => {
        const sorted = experiences.toSorted((one, other) =>
          Buffer.compare(recordKey(sha256, one.id), recordKey(sha256, other.id)),
        );
        const leaves = sorted.map((record) => Buffer.from(hashLeaf(sha256, recordDigest(sha256, record))));
        const tree = new MerkleTree(leaves, hashPair);
        const { recordsRoot, size } = libraryRoots(sha256, experiences);
        expect(tree.getHexRoot()).toBe(`0x${toHex(recordsRoot)}`);

        const index = pick % sorted.length;
        const record = sorted[index];
        const leaf = leaves[index];
        if (record === undefined || leaf === undefined) throw new Error('there is one');
        const theirs = tree.getProof(leaf, index);
        const path = theirs.map(({ data }) => new Uint8Array(data));
        expect(verifyMerkleProof(record, encodeMerkleProof(index, size, path), recordsRoot, sha256)).toBe(true);
        const proof = proveIds({ experiences }, [record.id], null, sha256);
        expect(proveIds({ experiences }, [record.id], null, sha256, smallTree)).toEqual(proof);
        const ours = proof.path.match(/.{64}/g) ?? [];
        const placed = ours.map((hash, place) => ({ ...theirs[place], data: Buffer.from(fromHex(hash)) }));
        expect(tree.verify(placed, leaf, tree.getRoot())).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('proves many ids of a library as the flat engine does, absent ones among them', () => {
    fc.assert(
      fc.property(library, fc.array(fc.nat({ max: 300 }), { maxLength: 20 }), (experiences, numbers) => {
        const ids = numbers.map((number) => exampleExperience(number).id);
        const made = [undefined, smallTree].map((build) => proveIds({ experiences }, ids, null, sha256, build));
        expect(made[1]).toEqual(made[0]);
        const root = toHex(libraryRoots(sha256, experiences).mapRoot);
        const absent = made[1]?.absent.map(({ id }) => id);
        if (made[1]?.included.length === 0)
          expect(verifyProof(renderProof(made[1]), root, sha256)).toEqual({ root: 'map', included: [], absent });
      }),
    );
  });

  it('refuses to prove with a tree that is not the one of RFC 6962', () => {
    const experiences = [1, 2, 3].map((number) => exampleExperience(number));
    const reversed: typeof smallTree = (hash, leaves) => smallTree(hash, leaves.toReversed());
    expect(() => proveIds({ experiences }, [], null, sha256, reversed)).toThrow('two roots');
  });
});
