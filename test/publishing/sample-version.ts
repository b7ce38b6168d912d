import { toHex } from '../../src/core/digest.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import { canonicalJson } from '../../src/core/tree/canonical.ts';
import { type Commit, commitId } from '../../src/core/tree/commit.ts';
import { compareBytes } from '../../src/core/tree/hashing.ts';
import { libraryRoots, recordKey } from '../../src/core/tree/library-roots.ts';
import type { PublishedRecord, PublishedSignature, PublishedVersion } from '../../src/publishing/published-version.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { exampleExperience } from '../ledger/experience.ts';

export interface SampleVersion extends PublishedVersion {
  records(): Iterable<PublishedRecord>;
}

/** A version of these records, the last of a chain of `versions` commits. */
export function sampleVersion(
  experiences: readonly Experience[],
  versions = 1,
  vectors: ReadonlyMap<string, Uint8Array> = new Map(),
  signatures: readonly PublishedSignature[] = [],
): SampleVersion {
  const log: Commit[] = [];
  for (let seq = 1; seq <= versions; seq++) {
    const previous = log.at(-1);
    const roots = libraryRoots(sha256, seq === versions ? experiences : []);
    log.push({
      v: 1,
      seq,
      parents: previous === undefined ? [] : [commitId(previous, sha256)],
      size: roots.size,
      recordsRoot: toHex(roots.recordsRoot),
      mapRoot: toHex(roots.mapRoot),
      packCid: `bafkrei${'a'.repeat(52)}`,
      author: 'test',
      time: '2026-01-02T03:04:05.000Z',
      message: `version ${seq}`,
      evidence: null,
    });
  }
  const sorted = experiences
    .map((experience) => ({ key: recordKey(sha256, experience.id), experience }))
    .sort((one, other) => compareBytes(one.key, other.key));
  return {
    commit: log.at(-1) as Commit,
    signatures,
    log,
    records: function* () {
      for (const { key, experience } of sorted)
        yield {
          key,
          bytes: new TextEncoder().encode(canonicalJson(experience)),
          embedding: experience.embedding,
        };
    },
    vector: ({ sha256: digest }) => vectors.get(digest),
  };
}

/** Records with vectors of so many floats, made from their numbers. */
export function embeddedExperiences(count: number, dim: number) {
  const vectors = new Map<string, Uint8Array>();
  const experiences = Array.from({ length: count }, (_, number) => {
    const floats = Float32Array.from({ length: dim }, (_unused, index) => Math.sin(number * dim + index));
    const bytes = new Uint8Array(floats.buffer);
    const digest = toHex(sha256(bytes));
    vectors.set(digest, bytes);
    return exampleExperience(number, { embedding: { model: 'sine', dim, dtype: 'f32', sha256: digest } });
  });
  return { experiences, vectors };
}
