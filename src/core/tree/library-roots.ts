import type { Sha256 } from '../digest.ts';
import type { Experience } from '../library/experience.ts';
import { canonicalJson } from './canonical.ts';
import { hashLeaf, hashLength } from './hashing.ts';
import { merkleRoot } from './merkle-log.ts';
import { type MapEntries, mapRoot, sortEntries } from './merkle-map.ts';

/** Where a record stands in both trees: SHA-256 of its id. */
export function recordKey(sha256: Sha256, id: string): Uint8Array {
  return sha256(id);
}

/**
 * The canonical JSON of a record, as {@link canonicalJson} writes it: JSON.stringify writes the members of an object in
 * the order in which they were put there, several times as fast as any writer of its own.
 *
 * @throws ZooError `not-canonical`
 */
export function canonicalRecord(record: Experience): string {
  const text = JSON.stringify(inCanonicalOrder(record));
  return doubtful.test(text) ? canonicalJson(record) : text;
}

/** What shows, or may show, that JSON.stringify passed over something that has no canonical form. */
const doubtful = /\\ud|\d{16}|\de\+|:null(?!,"evidence":)/;

function inCanonicalOrder(record: Experience): Experience {
  const { confidence, domain, embedding, evidence, examples, id, lineage, metadata, text } = record;
  const { created_at, created_by, usage_count, votes } = metadata;
  return {
    confidence,
    domain,
    embedding: embedding && {
      dim: embedding.dim,
      dtype: embedding.dtype,
      model: embedding.model,
      sha256: embedding.sha256,
    },
    evidence: evidence.map(({ group, model, prompt_hash, rollouts, run, step }) => ({
      group,
      model,
      prompt_hash,
      rollouts,
      run,
      step,
    })),
    examples: examples.map(({ input, output }) => ({ input, output })),
    id,
    lineage,
    metadata: {
      created_at,
      created_by,
      usage_count,
      votes: { downvotes: votes.downvotes, upvotes: votes.upvotes },
    },
    text,
  };
}

/** What both trees commit to: SHA-256 of the record's canonical JSON, as paper section 5.3 says. */
export function recordDigest(sha256: Sha256, record: Experience): Uint8Array {
  return sha256(canonicalRecord(record));
}

/** Keys and digests of records, sorted by key. @throws RangeError when two have the same id */
export function recordEntries(sha256: Sha256, records: Iterable<Experience>): MapEntries {
  return sortEntries(
    Array.from(records, (record) => [recordKey(sha256, record.id), recordDigest(sha256, record)] as const),
  );
}

/** The leaf hashes of the records tree, H(00 ‖ digest), in order of the keys. */
export function recordLeaves(sha256: Sha256, entries: Pick<MapEntries, 'values'>): Uint8Array {
  const leaves = new Uint8Array(entries.values.length);
  for (let start = 0; start < leaves.length; start += hashLength)
    leaves.set(hashLeaf(sha256, entries.values.subarray(start, start + hashLength)), start);
  return leaves;
}

export interface LibraryRoots {
  readonly size: number;
  /** RFC 6962 over the digests in order of the keys: what proves that a record is in. */
  readonly recordsRoot: Uint8Array;
  /** The sparse map from keys to digests: what proves that a record is not in, and what a difference is. */
  readonly mapRoot: Uint8Array;
}

/** Both roots of a set of records; their order does not matter. */
export function libraryRoots(sha256: Sha256, records: Iterable<Experience>): LibraryRoots {
  const entries = recordEntries(sha256, records);
  return {
    size: entries.count,
    recordsRoot: merkleRoot(sha256, recordLeaves(sha256, entries)),
    mapRoot: mapRoot(sha256, entries),
  };
}
