import type { VectorReference } from '../core/library/vector.ts';
import type { Commit } from '../core/tree/commit.ts';

/** A signature of a commit, as the ledger keeps it. */
export interface PublishedSignature {
  readonly algorithm: string;
  readonly publicKey: string;
  readonly signature: string;
}

/** A record as it is published: what its id hashes to, its canonical JSON, and the vector it names. */
export interface PublishedRecord {
  readonly key: Uint8Array;
  readonly bytes: Uint8Array;
  readonly embedding: VectorReference | null;
}

export interface PublishedVersion {
  readonly commit: Commit;
  readonly signatures: readonly PublishedSignature[];
  /** Every commit from the first to this one. */
  readonly log: readonly Commit[];
  /** The records in ascending order of their keys; may be called twice, since large libraries do not stay in memory. */
  records(): Iterable<PublishedRecord> | AsyncIterable<PublishedRecord>;
  /** The bytes of a vector; undefined when they are not there. */
  vector(reference: VectorReference): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/** The records of a version, hashed. */
export interface DigestedRecords {
  /** 32 bytes a record, in the order of the keys. */
  readonly digests: Uint8Array;
  readonly recordBytes: number;
  readonly frameBytes: number;
  /** The records' bytes, where they are few enough. */
  readonly kept: readonly Uint8Array[] | undefined;
  readonly embeddings: ReadonlyMap<number, VectorReference>;
}

/** Records and vectors of up to this many bytes are kept for the second pass. */
export const keptBytes = 48 * 1024 * 1024;
