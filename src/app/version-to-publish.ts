import { join } from 'node:path';
import { ZooError } from '../core/error.ts';
import type { Experience } from '../core/library/experience.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { compareBytes } from '../core/tree/hashing.ts';
import { recordKey } from '../core/tree/library-roots.ts';
import type { CommitEntry } from '../ledger/history.ts';
import { paths } from '../ledger/layout.ts';
import { readHeader } from '../ledger/working.ts';
import type { PublishedRecord, PublishedVersion } from '../publishing/published-version.ts';
import { type Snapshot, takeSnapshot } from '../publishing/snapshot.ts';
import type { Ledger } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';

/**
 * The snapshot of a version. A large library whose newest version is asked for is read from its shards, which lie in the
 * order that is needed, so that it is never in memory as a whole.
 */
export async function snapshotOf(ledger: Ledger, entry: CommitEntry): Promise<Snapshot> {
  const history = await ledger.history();
  const version = {
    commit: entry.commit,
    signatures: entry.signatures,
    log: history.slice(0, entry.commit.seq).map(({ commit }) => commit),
    vector: ({ sha256: digest }: { readonly sha256: string }) => readVector(ledger.folder, digest),
  };
  if (history.at(-1)?.id === entry.id && (await readHeader(files, ledger.folder))?.layout === 'shards') {
    const streamed = await attempt({ ...version, records: () => recordsOfShards(ledger.folder) });
    if (streamed !== undefined) return streamed;
  }
  const { experiences } = await ledger.readVersion(entry.version);
  return await takeSnapshot({ ...version, records: () => recordsOf(experiences) }, sha256);
}

/** Undefined when the shards hold something else than the version, such as changes that are not committed yet. */
async function attempt(version: PublishedVersion): Promise<Snapshot | undefined> {
  try {
    return await takeSnapshot(version, sha256);
  } catch (thrown) {
    if (thrown instanceof ZooError && ['root-mismatch', 'invalid-json'].includes(thrown.code)) return undefined;
    throw thrown;
  }
}

/** The records of a version that is a library's newest and unchanged since, in the order of their keys. */
export async function* recordsOfVersion(ledger: Ledger, entry: CommitEntry): AsyncGenerator<PublishedRecord> {
  if ((await readHeader(files, ledger.folder))?.layout === 'shards') yield* recordsOfShards(ledger.folder);
  else yield* recordsOf((await ledger.readVersion(entry.version)).experiences);
}

async function readVector(folder: string, digest: string): Promise<Uint8Array | undefined> {
  const path = join(folder, 'vectors', digest);
  return (await files.exists(path)) ? await files.read(path) : undefined;
}

function* recordsOf(experiences: readonly Experience[]): Generator<PublishedRecord> {
  const sorted = experiences
    .map((experience) => ({ key: recordKey(sha256, experience.id), experience }))
    .sort((one, other) => compareBytes(one.key, other.key));
  for (const { key, experience } of sorted)
    yield { key, bytes: encoder.encode(canonicalJson(experience)), embedding: experience.embedding };
}

const encoder = new TextEncoder();

/** Lines are canonical records in order of the keys; that they are is shown by the roots, which are checked. */
async function* recordsOfShards(folder: string): AsyncGenerator<PublishedRecord> {
  for (const name of await files.list(`${folder}/${paths.records}`)) {
    if (!/^[0-9a-f]{2}\.jsonl$/.test(name)) continue;
    const text = (await files.readText(`${folder}/${paths.records}/${name}`)) ?? '';
    for (const line of text.split('\n')) if (line !== '') yield recordOfLine(line);
  }
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
