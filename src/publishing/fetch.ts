import { z } from 'zod';
import { type Sha256, toHex } from '../core/digest.ts';
import { type CidBytes, codecOf, codecs, digestOf, formatCid } from '../core/ipld/cid.ts';
import type { VectorReference } from '../core/library/vector.ts';
import type { Commit } from '../core/tree/commit.ts';
import { type MapEntries, mapRoot } from '../core/tree/merkle-map.ts';
import { rootOfValues } from '../core/tree/root-of-stream.ts';
import { decodeRoot } from './manifest.ts';
import { newestOf, readCommits } from './read-commits.ts';
import { type FetchedRecord, readRecords } from './read-records.ts';
import { readVectors } from './read-vectors.ts';
import { type FetchWorld, type Reading, openReading } from './reading.ts';
import type { PublishedSignature } from './published-version.ts';
import { decodeText, parseFetched, tooMany, unverified } from './unverified.ts';

export interface FetchedVersion {
  readonly cid: string;
  readonly commit: Commit;
  readonly commitId: string;
  readonly signatures: readonly PublishedSignature[];
  /** Every commit from the first to this one. */
  readonly log: readonly Commit[];
  /** Bytes that were taken. */
  readonly bytes: number;
  readonly dropped: readonly { readonly gateway: string; readonly why: string }[];
}

/**
 * Takes what a version holds as it comes, since a large one is never in memory as a whole. Nothing of it counts before
 * the fetch has ended.
 */
export interface Keeper {
  /** In the order of the keys. */
  record(record: FetchedRecord): Promise<void> | void;
  /** A vector that records name, by the SHA-256 of its bytes. */
  vector(digest: string, bytes: Uint8Array): Promise<void> | void;
}

/** For whoever only wants to know whether a version is right. */
export const keepNothing: Keeper = { record: () => undefined, vector: () => undefined };

const signaturesSchema = z
  .array(
    z.strictObject({
      algorithm: z.string().max(32),
      publicKey: z.string().regex(/^([0-9a-f]{2})+$/),
      signature: z.string().regex(/^([0-9a-f]{2})+$/),
    }),
  )
  .max(16);

/**
 * A published version from nothing but its CID: every block hashed, the tree of records checked for order and count,
 * and then records and commits against the roots that the commit names.
 *
 * @throws ZooError of exit code 5 for whatever does not verify; `fetch-failed` when nobody has it
 */
export async function fetchVersion(cid: CidBytes, world: FetchWorld, keeper: Keeper): Promise<FetchedVersion> {
  if (codecOf(cid) !== codecs.dagCbor) throw notSnapshot(cid);
  const reading = openReading(world);
  const root = decodeRoot(await reading.block(cid));
  if (root.size > world.limits.records)
    throw tooMany(`it claims ${root.size} records where ${world.limits.records} are allowed`);
  const log = await readCommits(reading, root.log);
  const commit = newestOf(log, root.commit, root.size);
  const named: VectorReference[] = [];
  const entries = await readRecords(reading, root.records, root.size, (record) => {
    if (record.experience.embedding !== null) named.push(record.experience.embedding);
    return keeper.record(record);
  });
  checkRoots(commit, entries, world.sha256);
  await readVectors(reading, root.embeddings, named, (digest, bytes) => keeper.vector(digest, bytes));
  const signatures = root.signatures === null ? [] : await readSignatures(reading, root.signatures);
  return {
    cid: formatCid(cid),
    commit,
    commitId: toHex(digestOf(root.commit)),
    signatures,
    log: log.map(({ commit: one }) => one),
    bytes: reading.allowance.spent,
    dropped: reading.swarm.dropped,
  };
}

function checkRoots(commit: Commit, entries: MapEntries, sha256: Sha256): void {
  if (toHex(rootOfValues(sha256, entries.values)) !== commit.recordsRoot)
    throw unverified('root-mismatch', `the records of v${commit.seq} do not have the recordsRoot of its commit`);
  if (toHex(mapRoot(sha256, entries)) !== commit.mapRoot)
    throw unverified('root-mismatch', `the records of v${commit.seq} do not have the mapRoot of its commit`);
}

async function readSignatures(reading: Reading, cid: CidBytes): Promise<readonly PublishedSignature[]> {
  const text = decodeText((await reading.block(cid)).bytes, 'its signatures');
  const checked = signaturesSchema.safeParse(parseFetched(text, 'its signatures'));
  if (checked.success) return checked.data;
  throw unverified('not-a-snapshot', 'its signatures have another form');
}

function notSnapshot(cid: CidBytes): ReturnType<typeof unverified> {
  return unverified('not-a-snapshot', `${formatCid(cid)} is not the root of a published version`);
}
