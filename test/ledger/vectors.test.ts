import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import { canonicalJson } from '../../src/core/tree/canonical.ts';
import { rawCid } from '../../src/core/tree/cid.ts';
import { type Commit, commitId } from '../../src/core/tree/commit.ts';
import { libraryRoots, recordDigest, recordKey } from '../../src/core/tree/library-roots.ts';
import { proveIds, renderProof } from '../../src/core/tree/proof.ts';
import { certifyDifference } from '../../src/core/tree/certify-difference.ts';
import { logRoot, proveVersions } from '../../src/ledger/proofs/checkpoint.ts';
import { encodePack } from '../../src/ledger/pack.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

/** What another implementation is measured by. Only what the format's page says goes in. */
function makeVectors() {
  const unusual = exampleExperience(3, {
    id: 'G0:x',
    text: 'When “quotes”, €, 😀 or a\\b come up, keep them as they are.',
    confidence: 0.1 + 0.2,
    examples: [{ input: 'line\none\ttab', output: 'דּ/"' }],
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
  const whole = { experiences: sets[4] ?? [] };
  const changed = {
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
  const ids = Array.from({ length: 11 }, (_, index) => toHex(sha256(`commit ${index}`)));
  const [one, two] = whole.experiences;
  const presence = renderProof(proveIds(whole, [one?.id ?? '', two?.id ?? ''], null, sha256));
  const absence = renderProof(proveIds(whole, ['none', 'exp_0'], null, sha256));
  const both = renderProof(proveIds(whole, [unusual.id, 'none'], commit, sha256));
  return {
    canonical: [
      '{"b":[1,2.5,-0,1e-7,1e21,123456789012345680000e-6,0.000001,5e-324],"a":null,"\\r":true,"1":false}',
      '{"€":"Euro","\\ufb33":"dalet","😀":"smile","\\u0080":"\\u0007\\b\\u000b\\u001f\\u007f\\u2028/","ö":"\\"\\\\"}',
      '[[],{},"",0.1,100,1.7976931348623157e308]',
    ]
      // Integers beyond 2^53 have no canonical form here.
      .map((json) => json.replace('1e21,', '').replace(',1.7976931348623157e308', ''))
      .map((json) => {
        const canonical = canonicalJson(JSON.parse(json));
        return { json, canonical, sha256: toHex(sha256(canonical)) };
      }),
    libraries: sets.map((records) => ({
      records,
      keys: records.map(({ id }) => toHex(recordKey(sha256, id))),
      digests: records.map((record) => toHex(recordDigest(sha256, record))),
      recordsRoot: toHex(libraryRoots(sha256, records).recordsRoot),
      mapRoot: toHex(libraryRoots(sha256, records).mapRoot),
    })),
    proofs: [
      {
        root: toHex(roots.recordsRoot),
        proof: presence,
        included: [one?.id, two?.id],
        absent: [],
        refused: [
          presence.replace('"confidence": 0.5', '"confidence": 0.6'),
          presence.replace('"index": ', '"index": 1'),
        ],
      },
      {
        root: toHex(roots.mapRoot),
        proof: absence,
        included: [],
        absent: ['none', 'exp_0'],
        refused: [
          absence.replace('"id": "none"', `"id": "${one?.id}"`),
          absence.replace('"siblings": [', '"siblings": ["",'),
        ],
      },
      {
        root: commitId(commit, sha256),
        proof: both,
        included: [unusual.id],
        absent: ['none'],
        refused: [both.replace('Begin with', 'Start with')],
      },
    ],
    certificates: [
      [whole, changed],
      [whole, whole],
      [{ experiences: [] }, exampleLibrary(2)],
      [exampleLibrary(2), exampleLibrary(1)],
    ].map((pair) => {
      const [before = whole, after = whole] = pair;
      const { bytes, changes } = certifyDifference(before, after, sha256);
      return {
        before: toHex(libraryRoots(sha256, before.experiences).mapRoot),
        after: toHex(libraryRoots(sha256, after.experiences).mapRoot),
        certificate: toHex(bytes),
        changes: changes.map(({ id }) => id),
      };
    }),
    commits: [{ commit, id: commitId(commit, sha256) }],
    packs: [{ text: pack, cid: rawCid(sha256(pack)) }],
    log: {
      ids,
      checkpoints: ids.map((_, index) => ({
        size: index + 1,
        root: toHex(logRoot(ids.slice(0, index + 1), sha256)),
        consistency: proveVersions(ids, index + 1, sha256).map(toHex),
      })),
    },
  };
}

const path = join(import.meta.dirname, '../fixtures/ledger/vectors.json');
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('the vectors of the format', () => {
  it('are what the code writes (run with UPDATE_VECTORS=1 to write them anew)', async () => {
    const text = `${JSON.stringify(makeVectors(), null, 1)}\n`;
    if (process.env['UPDATE_VECTORS'] === '1') await writeFile(path, text);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it.skipIf(!hasPython)('hold for a second implementation, in Python', () => {
    const output = execFileSync('python3', [join(import.meta.dirname, 'verify.py'), path], { encoding: 'utf8' });
    expect(output.trim()).toBe('ok');
  });
});
