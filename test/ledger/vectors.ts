import { toHex } from '../../src/core/digest.ts';
import { type Experience, experienceId } from '../../src/core/library/experience.ts';
import type { Library } from '../../src/core/library/library.ts';
import { encodeVector } from '../../src/core/library/vector.ts';
import { countWords } from '../../src/core/library/words.ts';
import { canonicalJson } from '../../src/core/tree/canonical.ts';
import { certifyDifference } from '../../src/core/tree/certify-difference.ts';
import { rawCid } from '../../src/core/tree/cid.ts';
import { type Commit, commitId } from '../../src/core/tree/commit.ts';
import { encodeCertificate } from '../../src/core/tree/difference-certificate.ts';
import { type DifferenceNode, findDifferences, proveDifference } from '../../src/core/tree/difference.ts';
import {
  libraryRoots,
  recordDigest,
  recordEntries,
  recordKey,
  recordLeaves,
} from '../../src/core/tree/library-roots.ts';
import { cursorOf } from '../../src/core/tree/map-cursor.ts';
import { buildMerkleTree, proveInclusion } from '../../src/core/tree/merkle-log.ts';
import { createMapHasher, placeOfKey } from '../../src/core/tree/merkle-map.ts';
import { encodeMerkleProof, proveIds, renderProof } from '../../src/core/tree/proof.ts';
import { type LibraryChanges, applyChanges } from '../../src/ledger/changes.ts';
import { recordFile, shardOf } from '../../src/ledger/layout.ts';
import { encodePack, packInParts } from '../../src/ledger/pack.ts';
import { checkpointOf, logRoot, proveVersions, renderCheckpoint } from '../../src/ledger/proofs/checkpoint.ts';
import { proveHistory } from '../../src/ledger/proofs/consistency.ts';
import { renderNoteKey, signNote } from '../../src/ledger/proofs/signed-note.ts';
import { publicKeyOf, signCommit } from '../../src/ledger/proofs/signing.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

const unusual = exampleExperience(3, {
  id: 'G0:x',
  text: 'When “quotes”, €, 😀 or a\\b come up, keep them as they are.',
  confidence: 0.1 + 0.2,
  examples: [{ input: 'line\none\ttab', output: 'דּ/"'.normalize('NFC') }],
  lineage: ['exp_1'],
  evidence: [{ run: 'r', step: 2, group: 'p', rollouts: ['d1', 'd2'], model: 'm', prompt_hash: 'h' }],
  embedding: { model: 'hashed', dim: 2, dtype: 'f32', sha256: '00'.repeat(32) },
});
const sets: readonly (readonly Experience[])[] = [
  [],
  exampleLibrary(1).experiences,
  [unusual, exampleExperience(1)],
  exampleLibrary(3).experiences,
  [...exampleLibrary(12).experiences, unusual],
];
const whole: Library = { experiences: sets.at(-1) ?? [] };
const [one, two] = whole.experiences as [Experience, Experience];
const changed: Library = {
  experiences: [
    ...whole.experiences.slice(2, 9),
    exampleExperience(9, { confidence: 1 }),
    ...exampleLibrary(2, 40).experiences,
  ],
};
const roots = libraryRoots(sha256, whole.experiences);
const pack = encodePack({ complete: true, puts: exampleLibrary(2).experiences, deletes: [], order: undefined }, null);
const commit: Commit = {
  v: 1,
  seq: 1,
  parents: [],
  size: roots.size,
  recordsRoot: toHex(roots.recordsRoot),
  mapRoot: toHex(roots.mapRoot),
  packCid: rawCid(sha256(pack)),
  author: 'Ada Lovelace',
  time: '2026-01-02T03:04:05.000Z',
  message: 'Begin with “twelve”',
  evidence: { run: 'r1', usd: 0.25, steps: [1, 2] },
};

/** What another implementation is measured by. Only what the format's page says goes in. */
export function makeVectors() {
  return {
    json: jsonVectors(),
    records: recordVectors(),
    libraries: sets.map((records) => ({
      records,
      keys: records.map(({ id }) => toHex(recordKey(sha256, id))),
      digests: records.map((record) => toHex(recordDigest(sha256, record))),
      recordsRoot: toHex(libraryRoots(sha256, records).recordsRoot),
      mapRoot: toHex(libraryRoots(sha256, records).mapRoot),
    })),
    proofs: proofVectors(),
    merkleProofs: merkleProofVectors(),
    certificates: certificateVectors(),
    commits: [{ commit, id: commitId(commit, sha256) }],
    signatures: signatureVectors(),
    log: logVectors(),
    packs: packVectors(),
  };
}

function jsonVectors() {
  const taken = [
    '{"b":[1,2.5,-0,1e-7,123456789012345680000e-6,0.000001,5e-324],"a":null,"\\r":true,"1":false}',
    '{"€":"Euro","\\ufb33":"dalet","😀":"smile","\\u0080":"\\u0007\\b\\u000b\\u001f\\u007f\\u2028/","ö":"\\"\\\\"}',
    '[[],{},"",0.1,100]',
    ' [ 1.0 , 1E2, 9007199254740991, -9007199254740991, 333333333.33333329, 4.5e-7, 1e-400 ]\n',
    `${'['.repeat(64)}${']'.repeat(64)}`,
  ];
  return {
    canonical: taken.map((json) => {
      const canonical = canonicalJson(JSON.parse(json));
      return { json, canonical, sha256: toHex(sha256(canonical)) };
    }),
    refused: [
      '',
      'nul',
      '[1,]',
      '[01]',
      '[NaN]',
      '[1] [2]',
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '{"__proto__":1}',
      '"\\ud800"',
      '{"\\udc00":1}',
      '"\u0001"',
      '\ufeff{}',
      '{}\u00a0',
      '[9007199254740992]',
      '[9007199254740992.0]',
      '[9007199254740992.5]',
      '[1e21]',
      '[1e400]',
      `${'['.repeat(65)}${']'.repeat(65)}`,
    ],
  };
}

function recordVectors() {
  const { bytes, reference } = encodeVector([0.5, -1.25], 'm', sha256);
  const double = encodeVector([0.1, 1e300], 'm', sha256);
  const texts = [
    'When “x²” is odd, try f(n-1).',
    "Don't re-read it",
    'state‐of‐the‐art',
    'a--b -c',
    '3.14 and 1,000',
    'a - b',
    '',
  ];
  return {
    ids: [one, unusual].map(({ domain, text }) => ({ domain, text, id: experienceId(domain, text, sha256) })),
    words: texts.map((text) => ({ text, words: countWords(text) })),
    vectors: [
      { numbers: [0.5, -1.25], embedding: reference, bytes: toHex(bytes) },
      { numbers: [0.1, 1e300], embedding: double.reference, bytes: toHex(double.bytes) },
    ],
    refused: [
      { ...one, extra: 1 },
      { ...one, lineage: undefined },
      { ...one, id: 'exp 1' },
      { ...one, id: 'x'.repeat(65) },
      { ...one, domain: 'math.' },
      { ...one, text: '' },
      { ...one, text: '😀'.repeat(1025) },
      { ...one, confidence: 1.5 },
      { ...one, confidence: true },
      { ...one, metadata: { ...one.metadata, created_at: '2026-01-02T03:04:05+00:00' } },
      { ...one, metadata: { ...one.metadata, usage_count: 1.5 } },
      { ...one, embedding: { ...unusual.embedding, dim: 0 } },
      { ...one, merkle_proof: '0x' },
    ],
    unfit: [
      { ...one, text: 'When a zero\u200Bwidth space hides, look.' },
      { ...one, text: 'When lines\nbreak, join them.' },
      { ...one, text: 'When cafe\u0301 is spelt so, compose it.' },
      { ...one, metadata: { ...one.metadata, created_at: '2026-02-29T03:04:05Z' } },
    ],
  };
}

function proofVectors() {
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

function merkleProofVectors() {
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

function certificateVectors() {
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

const algorithms = ['secp256k1', 'ed25519', 'ml-dsa-65'] as const;

function signatureVectors() {
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

function logVectors() {
  const ids = Array.from({ length: 11 }, (_, index) => toHex(sha256(`commit ${index}`)));
  const history = proveHistory(ids, 6, sha256);
  const text = JSON.stringify(history);
  const checkpoint = checkpointOf(ids, sha256);
  const body = renderCheckpoint(checkpoint);
  return {
    ids,
    checkpoints: ids.map((_, index) => ({
      size: index + 1,
      root: toHex(logRoot(ids.slice(0, index + 1), sha256)),
      text: renderCheckpoint(checkpointOf(ids.slice(0, index + 1), sha256)),
      consistency: proveVersions(ids, index + 1, sha256).map(toHex),
    })),
    empty: renderCheckpoint(checkpointOf([], sha256)),
    histories: [
      {
        older: history.older,
        newer: history.newer,
        file: text,
        refused: [
          JSON.stringify({ ...history, proof: history.proof.slice(1) }),
          JSON.stringify({ ...history, proof: [...history.proof, '00'.repeat(32)] }),
          JSON.stringify({ ...history, older: history.older.replace('zoo-ledger/v1', 'another') }),
          JSON.stringify({ ...history, older: history.older.replace('\n6\n', '\n5\n') }),
          text.replace('"v":1', '"v":2'),
        ],
      },
    ],
    notes: algorithms.map((algorithm) => {
      const secret = sha256(`a ${algorithm} key for vectors`);
      const key = { name: checkpoint.origin, algorithm, publicKey: publicKeyOf(algorithm, secret) };
      const note = signNote(body, key.name, algorithm, secret, sha256);
      return {
        key: renderNoteKey(key, sha256),
        note,
        refused: [body, note.slice(0, -1), note.replace('\n11\n', '\n10\n'), note.replace('— zoo', '- zoo')],
      };
    }),
  };
}

function packVectors() {
  const base = exampleLibrary(3);
  const [first, second, third] = base.experiences as [Experience, Experience, Experience];
  const fourth = exampleExperience(4);
  const edited = { ...first, confidence: 1 };
  const changes: readonly LibraryChanges[] = [
    { complete: true, puts: base.experiences, deletes: [], order: undefined },
    { complete: false, puts: [edited, fourth], deletes: [second.id], order: undefined },
    { complete: false, puts: [fourth], deletes: [], order: [fourth.id, third.id, second.id, first.id] },
    { complete: false, puts: [fourth], deletes: [second.id], order: undefined, renames: [[second.id, fourth.id]] },
  ];
  const { text, files } = packInParts('', { experiences: whole.experiences.toReversed() }, sha256);
  return {
    cids: [{ text: pack, cid: rawCid(sha256(pack)) }],
    places: [unusual.id, one.id, '.:a'].map((id) => ({ id, file: recordFile(id), shard: shardOf(id, sha256) })),
    changes: changes.map((change) => {
      const after = applyChanges(change.complete ? { experiences: [] } : base, change);
      return {
        base: change.complete ? [] : base.experiences,
        pack: encodePack(change, toHex(sha256('base'))),
        order: after.experiences.map(({ id }) => id),
        mapRoot: toHex(libraryRoots(sha256, after.experiences).mapRoot),
      };
    }),
    parts: {
      pack: text,
      files: Object.fromEntries(files.map(([path, part]) => [path.replace('/packs/', ''), part])),
      order: whole.experiences.map(({ id }) => id).toReversed(),
    },
  };
}
