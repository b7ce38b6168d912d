import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { type Commit, commitId } from '../../../src/core/tree/commit.ts';
import { libraryRoots, recordEntries, recordKey, recordLeaves } from '../../../src/core/tree/library-roots.ts';
import { hashLeaf } from '../../../src/core/tree/hashing.ts';
import { buildMerkleTree, proveInclusion, rootOf } from '../../../src/core/tree/merkle-log.ts';
import { nodesOfTree, proveMany, verifyMany } from '../../../src/core/tree/merkle-many.ts';
import { keyAt } from '../../../src/core/tree/merkle-map.ts';
import {
  encodeMerkleProof,
  proveIds,
  renderProof,
  verifyMerkleProof,
  verifyProof,
} from '../../../src/core/tree/proof.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from '../../ledger/experience.ts';

const library = exampleLibrary(21);
const { recordsRoot, mapRoot } = libraryRoots(sha256, library.experiences);
const present = library.experiences.slice(3, 6).map(({ id }) => id);
const commit: Commit = {
  v: 1,
  seq: 1,
  parents: [],
  size: 21,
  recordsRoot: toHex(recordsRoot),
  mapRoot: toHex(mapRoot),
  packCid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
  author: 'zoo',
  time: '2026-01-01T00:00:00.000Z',
  message: '',
  evidence: null,
};

describe('a proof file', () => {
  it('proves many ids present and absent by the id of a commit', () => {
    const text = renderProof(proveIds(library, [...present, 'exp_missing', 'none'], commit, sha256));
    const proven = verifyProof(text, commitId(commit, sha256), sha256);
    expect(proven.root).toBe('commit');
    expect(proven.included.map(({ id }) => id)).toEqual(present);
    expect(proven.absent).toEqual(['exp_missing', 'none']);
  });

  it('proves presence by the recordsRoot and absence by the mapRoot', () => {
    const presence = renderProof(proveIds(library, present, null, sha256));
    expect(verifyProof(presence, `0x${toHex(recordsRoot).toUpperCase()}`, sha256).included).toHaveLength(3);
    const absence = renderProof(proveIds(library, ['none'], null, sha256));
    expect(verifyProof(absence, toHex(mapRoot), sha256).absent).toEqual(['none']);
    expect(() => verifyProof(presence, toHex(mapRoot), sha256)).toThrow('recordsRoot');
    expect(() => verifyProof(absence, toHex(recordsRoot), sha256)).toThrow('absence');
    expect(() => verifyProof(presence, toHex(sha256('x')), sha256)).toThrow('another root');
  });

  it('is made for an empty library as well', () => {
    const text = renderProof(proveIds({ experiences: [] }, ['none'], null, sha256));
    expect(verifyProof(text, '00'.repeat(32), sha256).absent).toEqual(['none']);
  });

  it('never shows a record that is not in, a record that was changed, or an absence that is none', () => {
    const root = toHex(recordsRoot);
    const proof = proveIds(library, present, null, sha256);
    const [first, second] = proof.included;
    if (first === undefined || second === undefined) throw new Error('two are needed');
    const forged = [
      { included: [{ ...first, record: { ...first.record, confidence: 0.9 } }] },
      { included: [{ ...first, record: exampleExperience(99) }] },
      { included: [{ ...first, record: second.record }] },
      { included: [{ ...first, index: second.index }] },
      { included: [{ ...first, index: first.index + 21 }] },
      { included: [first, first] },
      { included: [first, second, { ...first, index: 20 }] },
      { included: [] },
      { path: proof.path.slice(64) },
      { path: `${proof.path}${'0'.repeat(64)}` },
      { path: '' },
    ];
    for (const lie of forged)
      expect(() => verifyProof(renderProof({ ...proof, ...lie }), root, sha256)).toThrow('not valid');
    const absence = proveIds(library, ['none'], null, sha256);
    for (const id of present) {
      const lie = { ...absence, absent: absence.absent.map((statement) => ({ ...statement, id })) };
      expect(() => verifyProof(renderProof(lie), toHex(mapRoot), sha256)).toThrow('not valid');
    }
    // A path to another library's root, told to be of this one.
    const other = proveIds(exampleLibrary(22), [exampleExperience(21).id], null, sha256);
    expect(() => verifyProof(renderProof({ ...other, recordsRoot: root }), root, sha256)).toThrow('not valid');
    expect(() => verifyProof(renderProof({ ...other, commit }), commitId(commit, sha256), sha256)).toThrow(
      'another library',
    );
  });

  it('gives a typed error for any text', () => {
    const text = renderProof(proveIds(library, [...present, 'none'], commit, sha256));
    const mutated = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .tuple(fc.nat(text.length - 1), fc.nat(text.length), fc.string())
        .map(([from, to, put]) => text.slice(0, from) + put + text.slice(to)),
    );
    fc.assert(
      fc.property(mutated, (hostile) => {
        try {
          verifyProof(hostile, commitId(commit, sha256), sha256);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'invalid-proof', exitCode: 5 });
        }
      }),
      { numRuns: Number(process.env['ZOO_FUZZ_RUNS'] ?? 300) },
    );
  });
});

describe('a path from many leaves', () => {
  const leafOf = (index: number) => hashLeaf(sha256, new TextEncoder().encode(`leaf ${index}`));

  it('leads to the root from any set of leaves, and from no other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.nat(),
        (size, picks, flip) => {
          const tree = buildMerkleTree(
            sha256,
            Buffer.concat(Array.from({ length: size }, (_, index) => leafOf(index))),
          );
          const indices = [...new Set(picks.map((pick) => pick % size))];
          const leaves = indices.map((index) => ({ index, hash: leafOf(index) }));
          const path = proveMany(nodesOfTree(tree), indices);
          const root = rootOf(sha256, tree);
          expect(verifyMany(sha256, leaves, size, path, root)).toBe(true);
          expect(verifyMany(sha256, leaves, size, [...path, root], root)).toBe(false);
          const [one] = leaves;
          if (one === undefined) return;
          if (leaves.length === 1) expect(path).toEqual(proveInclusion(tree, one.index));
          if (path.length > 0) expect(verifyMany(sha256, leaves, size, path.slice(1), root)).toBe(false);
          expect(verifyMany(sha256, leaves.with(0, { ...one, hash: leafOf(99) }), size, path, root)).toBe(false);
          expect(verifyMany(sha256, [...leaves, one], size, path, root)).toBe(false);
          const place = flip % (path.length + 1);
          const altered = path.map((hash, at) => (at === place ? sha256(hash) : hash));
          if (place < path.length) expect(verifyMany(sha256, leaves, size, altered, root)).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the merkle_proof of the paper', () => {
  it('shows every record of a library under its root', () => {
    const entries = recordEntries(sha256, library.experiences);
    const tree = buildMerkleTree(sha256, recordLeaves(sha256, entries));
    const places = new Map(Array.from({ length: 21 }, (_, index) => [toHex(keyAt(entries, index)), index] as const));
    for (const record of library.experiences) {
      const index = places.get(toHex(recordKey(sha256, record.id))) ?? -1;
      const proof = encodeMerkleProof(index, 21, proveInclusion(tree, index));
      expect(verifyMerkleProof(record, proof, recordsRoot, sha256)).toBe(true);
      expect(verifyMerkleProof({ ...record, confidence: 1 }, proof, recordsRoot, sha256)).toBe(false);
      expect(verifyMerkleProof(record, proof.slice(0, -64), recordsRoot, sha256)).toBe(false);
      expect(verifyMerkleProof(record, '0xabc...def', recordsRoot, sha256)).toBe(false);
    }
  });
});
