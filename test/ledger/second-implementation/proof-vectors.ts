import { toPaperForm } from '../../../src/core/library/paper-form.ts';
import { encodeVector } from '../../../src/core/library/vector.ts';
import { toHex } from '../../../src/core/digest.ts';
import type { Experience } from '../../../src/core/library/experience.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { certifyDifference } from '../../../src/core/tree/certify-difference.ts';
import { commitId } from '../../../src/core/tree/commit.ts';
import { encodeCertificate } from '../../../src/core/tree/difference-certificate.ts';
import { type DifferenceNode, findDifferences, proveDifference } from '../../../src/core/tree/difference.ts';
import { libraryRoots, recordEntries, recordKey, recordLeaves } from '../../../src/core/tree/library-roots.ts';
import { cursorOf } from '../../../src/core/tree/map-cursor.ts';
import { buildMerkleTree, proveInclusion } from '../../../src/core/tree/merkle-log.ts';
import { createMapHasher, placeOfKey } from '../../../src/core/tree/merkle-map.ts';
import { encodeMerkleProof, proveIds, renderProof } from '../../../src/core/tree/proof.ts';
import { signCommit } from '../../../src/ledger/proofs/signing.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';
import { changed, commit, one, roots, sets, two, unusual, whole } from './example-version.ts';

export function proofVectors() {
  const presence = renderProof(proveIds(whole, [one.id, two.id], null, sha256));
  const absence = renderProof(proveIds(whole, ['none', 'exp_0'], null, sha256));
  const both = renderProof(proveIds(whole, [unusual.id, 'none'], commit, sha256));
  const empty = renderProof(proveIds({ experiences: [] }, ['none'], null, sha256));
  const nothing = proveIds(whole, [], null, sha256);
  return [
    {
      root: toHex(roots.recordsRoot),
      proof: presence,
      included: [one.id, two.id],
      absent: [],
      refused: [
        presence.replace('"confidence": 0.5', '"confidence": 0.6'),
        presence.replace('"index": ', '"index": 1'),
        presence.replace('"absent": []', '"absent": [], "more": 1'),
        presence.replace('"path": "', `"path": "${'00'.repeat(32)}`),
        presence.replace('"size": 13', '"size": 11'),
        presence.replace('"v": 1', '"v": "1"'),
        both,
        renderProof({ ...nothing, path: '00'.repeat(32) }),
      ],
    },
    {
      root: toHex(roots.mapRoot),
      proof: absence,
      included: [],
      absent: ['none', 'exp_0'],
      refused: [
        absence.replace('"id": "none"', `"id": "${one.id}"`),
        absence.replace('"id": "none"', '"id": "none of ours"'),
        absence.replace('"siblings": [', '"siblings": ["",'),
        absence.replace('""', `"${'00'.repeat(32)}"`),
        presence,
      ],
    },
    {
      root: commitId(commit, sha256),
      proof: both,
      included: [unusual.id],
      absent: ['none'],
      refused: [
        both.replace('Begin with', 'Start with'),
        both.replace('"usd": 0.25', '"usd": 0.25, "__proto__": 1'),
        both.replace('"size": 13', '"size": 12'),
      ],
    },
    // A recordsRoot does not fix the size.
    {
      root: toHex(roots.recordsRoot),
      proof: presence.replace('"size": 13', '"size": 14'),
      included: [one.id, two.id],
      absent: [],
      refused: [],
    },
    { root: '00'.repeat(32), proof: empty, included: [], absent: ['none'], refused: [] },
    { root: toHex(roots.recordsRoot), proof: renderProof(nothing), included: [], absent: [], refused: [] },
  ];
}

export function merkleProofVectors() {
  return [sets[1], sets[3], whole.experiences].flatMap((records = []) => {
    const entries = recordEntries(sha256, records);
    const tree = buildMerkleTree(sha256, recordLeaves(sha256, entries));
    const root = toHex(libraryRoots(sha256, records).recordsRoot);
    return [records[0] as Experience, records.at(-1) as Experience].map((record) => {
      const index = placeOfKey(entries, recordKey(sha256, record.id));
      const proof = encodeMerkleProof(index, tree.size, proveInclusion(tree, index));
      const refused = [`${proof}${'00'.repeat(32)}`, proof.slice(0, -1), encodeMerkleProof(tree.size, tree.size, [])];
      return { record, root, proof, refused };
    });
  });
}

export function paperVectors() {
  const numbers = [[0.5, -1.25, 0.1], [0.1234567890123, 1e-300], [1e-40, 16_777_216, 0.33333334, -0, -3707598.3], []];
  const records = numbers.map((vector, at) =>
    exampleExperience(at, {
      embedding: encodeVector(vector.length === 0 ? [0] : vector, at === 1 ? 'unknown' : 'm', sha256).reference,
      lineage: at === 0 ? ['exp_1'] : [],
      evidence: at === 0 ? unusual.evidence : [],
    }),
  );
  const entries = recordEntries(sha256, records);
  const tree = buildMerkleTree(sha256, recordLeaves(sha256, entries));
  const root = toHex(libraryRoots(sha256, records).recordsRoot);
  return records.map((record, at) => {
    const index = placeOfKey(entries, recordKey(sha256, record.id));
    const proof = encodeMerkleProof(index, tree.size, proveInclusion(tree, index));
    // Of the last one the vector is not at hand.
    return { root, object: toPaperForm(record, at === 3 ? undefined : numbers[at], proof) };
  });
}

export function certificateVectors() {
  const pairs: readonly (readonly [Library, Library])[] = [
    [whole, changed],
    [whole, whole],
    [exampleLibrary(1), exampleLibrary(1)],
    [{ experiences: [] }, exampleLibrary(2)],
    [exampleLibrary(2), exampleLibrary(1)],
    [{ experiences: [] }, { experiences: [] }],
  ];
  return pairs.map(([before, after]) => {
    const { bytes, changes } = certifyDifference(before, after, sha256);
    const hasher = createMapHasher(sha256);
    const [old, next] = [recordEntries(sha256, before.experiences), recordEntries(sha256, after.experiences)];
    const tree = proveDifference(cursorOf(hasher, old), cursorOf(hasher, next), findDifferences(old, next));
    // They lead to the same two roots in other words.
    const otherwise: ((node: DifferenceNode) => DifferenceNode)[] = [
      (node) => (node.kind === 'leaf' ? { kind: 'opaque', hash: hasher.leaf(node.key, node.value) } : node),
      (node) => (node.kind === 'changed' ? { kind: 'split', left: node, right: { kind: 'empty' } } : node),
      (node) => (node.kind === 'changed' ? { kind: 'split', left: { kind: 'empty' }, right: node } : node),
      (node) => (node.kind === 'empty' ? { kind: 'split', left: node, right: node } : node),
      (node) => (node.kind === 'empty' ? { kind: 'opaque', hash: new Uint8Array(32) } : node),
      (node) => (node.kind === 'opaque' && old.count === 1 ? { kind: 'leaf', key: old.keys, value: old.values } : node),
    ];
    const refused = [
      ...otherwise.map((change) => encodeCertificate(changes, replaceNodes(tree, change))),
      encodeCertificate(changes.toReversed(), tree),
      encodeCertificate([...changes, ...changes.slice(-1)], tree),
      Uint8Array.of(...bytes, 0),
      bytes.subarray(0, -1),
    ].map(toHex);
    return {
      before: toHex(libraryRoots(sha256, before.experiences).mapRoot),
      after: toHex(libraryRoots(sha256, after.experiences).mapRoot),
      certificate: toHex(bytes),
      changes: changes.map(({ id }) => id),
      refused: [...new Set(refused)].filter((hex) => hex !== toHex(bytes)),
    };
  });
}

function replaceNodes(node: DifferenceNode, change: (node: DifferenceNode) => DifferenceNode): DifferenceNode {
  if (node.kind !== 'split') return change(node);
  return { kind: 'split', left: replaceNodes(node.left, change), right: replaceNodes(node.right, change) };
}

export const algorithms = ['secp256k1', 'ed25519', 'ml-dsa-65'] as const;

export function signatureVectors() {
  const id = commitId(commit, sha256);
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  return algorithms.map((algorithm) => {
    const taken = signCommit(algorithm, id, sha256(`a ${algorithm} key for vectors`));
    const { publicKey, signature } = taken;
    const [r, s, v] = [signature.slice(0, 64), signature.slice(64, 128), signature.slice(128)];
    const refused = [
      { ...taken, signature: `${signature}00` },
      { ...taken, signature: signature.slice(2) },
      { ...taken, signature: `${signature.startsWith('0') ? '1' : '0'}${signature.slice(1)}` },
      { ...taken, publicKey: `${publicKey}00` },
    ];
    if (algorithm === 'secp256k1') {
      const high = (order - BigInt(`0x${s}`)).toString(16).padStart(64, '0');
      const other = v === '1b' ? '1c' : '1b';
      refused.push({ ...taken, signature: r + s + other }, { ...taken, signature: r + high + other });
    }
    return { commit: id, taken, refused };
  });
}
