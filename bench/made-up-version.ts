/** Versions that are made up for measuring: always the same ones. */
import { toHex } from '../src/core/digest.ts';
import { experienceId } from '../src/core/library/experience.ts';
import { canonicalJson } from '../src/core/tree/canonical.ts';
import type { Commit } from '../src/core/tree/commit.ts';
import { compareBytes } from '../src/core/tree/hashing.ts';
import { recordLeaves } from '../src/core/tree/library-roots.ts';
import { merkleRoot } from '../src/core/tree/merkle-log.ts';
import { mapRoot } from '../src/core/tree/merkle-map.ts';
import type { PublishedRecord, PublishedVersion } from '../src/publishing/published-version.ts';
import { sha256 } from '../src/world/digest/node-crypto.ts';

export interface MadeUpVersion {
  readonly version: Omit<PublishedVersion, 'records'> & { records(): Iterable<PublishedRecord> };
  readonly vectors: ReadonlyMap<string, Uint8Array>;
}

const encoder = new TextEncoder();

const sample = {
  id: '@id',
  domain: 'math.algebra',
  text: '@text',
  confidence: 0.5,
  examples: [],
  metadata: {
    created_at: '2026-01-02T03:04:05.000Z',
    created_by: 'zoo',
    votes: { upvotes: 0, downvotes: 0 },
    usage_count: 0,
  },
  lineage: [],
  evidence: [],
};
/** Lines lie on the disk ready to be read, so making one up must not cost more than that. */
const plain = canonicalJson({ ...sample, embedding: null }).split(/@id|@text/);

/** A thousand records with embeddings of 1,024 floats, all in memory. */
export function madeUpThousand(): MadeUpVersion {
  const vectors = new Map<string, Uint8Array>();
  const records = sortedRecords(1000, (number) => {
    const floats = Float32Array.from({ length: 1024 }, (_, index) => Math.sin(number * 1024 + index));
    const bytes = new Uint8Array(floats.buffer);
    const digest = toHex(sha256(bytes));
    vectors.set(digest, bytes);
    return { model: 'sine', dim: 1024, dtype: 'f32' as const, sha256: digest };
  });
  return { version: versionOf(records.length, () => records, vectors), vectors };
}

/** A million records without, made up one by one. @param roots what the commit names; worked out unless given */
export function madeUpMillion(roots?: Roots): MadeUpVersion {
  const vectors = new Map<string, Uint8Array>();
  return { version: versionOf(1_000_000, recordsInOrder(), vectors, roots), vectors };
}

/** A million records in the order of their keys, as the shards of a large library hold them; made again for each pass. */
function recordsInOrder(): () => Generator<PublishedRecord> {
  const order = keyOrder(1_000_000);
  return function* () {
    for (const number of order) {
      const { id, text } = lineOf(number);
      yield { key: sha256(id), bytes: encoder.encode(text), embedding: null };
    }
  };
}

type Embedding = PublishedRecord['embedding'];

function lineOf(number: number, embedding: Embedding = null): { id: string; text: string } {
  const says = `When case ${number} comes up with a bound that nobody checked, check bound ${number} before computing further.`;
  const id = experienceId('math.algebra', says, sha256);
  if (embedding === null) return { id, text: plain[0] + id + plain[1] + says + plain[2] };
  return { id, text: canonicalJson({ ...sample, id, text: says, embedding }) };
}

function sortedRecords(count: number, embed: (number: number) => Embedding): PublishedRecord[] {
  return Array.from({ length: count }, (_, number) => {
    const embedding = embed(number);
    const { id, text } = lineOf(number, embedding);
    return { key: sha256(id), bytes: encoder.encode(text), embedding };
  }).sort((one, other) => compareBytes(one.key, other.key));
}

/** The numbers in the order of their records' keys; leading bytes decide. */
function keyOrder(count: number): Uint32Array {
  const leading = new Float64Array(count);
  for (let number = 0; number < count; number++) {
    const key = sha256(lineOf(number).id);
    leading[number] = Number(new DataView(key.buffer, key.byteOffset).getBigUint64(0) >> 11n);
  }
  return Uint32Array.from({ length: count }, (_, number) => number).sort(
    (one, other) => (leading[one] as number) - (leading[other] as number),
  );
}

function versionOf(
  size: number,
  records: () => Iterable<PublishedRecord>,
  vectors: ReadonlyMap<string, Uint8Array>,
  roots = rootsOf(size, records),
): MadeUpVersion['version'] {
  const commit: Commit = {
    v: 1,
    seq: 1,
    parents: [],
    size,
    ...roots,
    packCid: `bafkrei${'a'.repeat(52)}`,
    author: 'bench',
    time: '2026-01-02T03:04:05.000Z',
    message: '',
    evidence: null,
  };
  return { commit, signatures: [], log: [commit], records, vector: ({ sha256: digest }) => vectors.get(digest) };
}

export type Roots = Pick<Commit, 'recordsRoot' | 'mapRoot'>;

function rootsOf(size: number, records: () => Iterable<PublishedRecord>): Roots {
  const keys = new Uint8Array(size * 32);
  const values = new Uint8Array(size * 32);
  let at = 0;
  for (const { key, bytes } of records()) {
    keys.set(key, at);
    values.set(sha256(bytes), at);
    at += 32;
  }
  const entries = { count: size, keys, values };
  return {
    recordsRoot: toHex(merkleRoot(sha256, recordLeaves(sha256, entries))),
    mapRoot: toHex(mapRoot(sha256, entries)),
  };
}
