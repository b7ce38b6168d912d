import { toHex } from '../../../src/core/digest.ts';
import { type Experience, experienceId } from '../../../src/core/library/experience.ts';
import { encodeVector } from '../../../src/core/library/vector.ts';
import { countWords } from '../../../src/core/library/words.ts';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';
import { rawCid } from '../../../src/core/tree/cid.ts';
import { commitId } from '../../../src/core/tree/commit.ts';
import { libraryRoots, recordDigest, recordKey } from '../../../src/core/tree/library-roots.ts';
import { type LibraryChanges, applyChanges } from '../../../src/ledger/changes.ts';
import { recordFile, shardOf } from '../../../src/ledger/layout.ts';
import { encodePack, packInParts } from '../../../src/ledger/pack.ts';
import { checkpointOf, logRoot, proveVersions, renderCheckpoint } from '../../../src/ledger/proofs/checkpoint.ts';
import { proveHistory } from '../../../src/ledger/proofs/consistency.ts';
import { renderNoteKey, signNote } from '../../../src/ledger/proofs/signed-note.ts';
import { publicKeyOf } from '../../../src/ledger/proofs/signing.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';
import { commit, one, pack, sets, unusual, whole } from './example-version.ts';
import {
  algorithms,
  certificateVectors,
  merkleProofVectors,
  paperVectors,
  proofVectors,
  signatureVectors,
} from './proof-vectors.ts';

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
    paper: paperVectors(),
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
