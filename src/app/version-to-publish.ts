import { join } from 'node:path';
import type { Experience } from '../core/library/experience.ts';
import { ZooError } from '../core/error.ts';
import { recordKey } from '../core/tree/library-roots.ts';
import type { CommitEntry } from '../ledger/history.ts';
import { idsOfOrder } from '../ledger/shards/order-text.ts';
import { type Shards, openAsShards } from '../ledger/shards/shards.ts';
import { renderShard } from '../ledger/working.ts';
import type { PublishedRecord } from '../publishing/published-version.ts';
import { type Snapshot, takeSnapshot } from '../publishing/snapshot.ts';
import type { Ledger } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';

/** The snapshot of a version, read from its shards, which lie in the order that is needed. */
export async function snapshotOf(ledger: Ledger, entry: CommitEntry): Promise<Snapshot> {
  const history = await ledger.history();
  const shards = await openAsShards(files, ledger, entry.id, sha256);
  const version = {
    commit: entry.commit,
    signatures: entry.signatures,
    log: history.slice(0, entry.commit.seq).map(({ commit }) => commit),
    vector: ({ sha256: digest }: { readonly sha256: string }) => readVector(ledger.folder, digest),
  };
  try {
    return await takeSnapshot({ ...version, records: () => linesOf(shards) }, sha256);
  } catch (thrown) {
    const maybeByHand = thrown instanceof ZooError && ['root-mismatch', 'invalid-json'].includes(thrown.code);
    if (!maybeByHand) throw thrown;
    return await takeSnapshot({ ...version, records: () => recordsOf(shards) }, sha256);
  }
}

/** The records of a version that was written by zoo, in the order of their keys. */
export async function* recordsOfVersion(ledger: Ledger, { id }: CommitEntry): AsyncGenerator<PublishedRecord> {
  yield* linesOf(await openAsShards(files, ledger, id, sha256));
}

async function readVector(folder: string, digest: string): Promise<Uint8Array | undefined> {
  const path = join(folder, 'vectors', digest);
  return (await files.exists(path)) ? await files.read(path) : undefined;
}

const encoder = new TextEncoder();

/** Lines are canonical records in order of the keys; that they are is shown by the roots, which are checked. */
async function* linesOf(shards: Shards): AsyncGenerator<PublishedRecord> {
  for (const shard of shards.names) for (const line of idsOfOrder(await shards.text(shard))) yield recordOfLine(line);
}

/** The same where lines were written by hand. */
async function* recordsOf(shards: Shards): AsyncGenerator<PublishedRecord> {
  for (const shard of shards.names)
    for (const line of idsOfOrder(renderShard(await shards.read(shard), sha256))) yield recordOfLine(line);
}

function recordOfLine(line: string): PublishedRecord {
  // In canonical JSON of a record no other key is called id, and a quotation mark within a string has a backslash before it.
  const id = /"id":"([A-Za-z0-9_.:-]+)"/.exec(line)?.[1] ?? '';
  const plain = line.includes('"embedding":null');
  return {
    key: recordKey(sha256, id),
    bytes: encoder.encode(line),
    embedding: plain ? null : (JSON.parse(line) as Experience).embedding,
  };
}
