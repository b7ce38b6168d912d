import { join } from 'node:path';
import { ZooError, exitCode } from '../core/error.ts';
import { formatCid, isCid, parseCid } from '../core/ipld/cid.ts';
import type { Library } from '../core/library/library.ts';
import type { CommitEntry } from '../ledger/history.ts';
import { restoreVersion } from '../ledger/restore-version.ts';
import { readAnchor } from '../publishing/anchor.ts';
import { type FetchedVersion, fetchVersion } from '../publishing/fetch.ts';
import type { Config } from './config.ts';
import { publishedReference } from './config.ts';
import { type Ledger, ledgerAt } from './wire/ledgers.ts';
import { cacheFolder, files, sha256 } from './wire/platform.ts';
import { openGateways } from './wire/publishing.ts';

/** What a reference leads to, before anything is fetched. */
export interface PublishedAddress {
  readonly cid: string;
  /** The commit that it must be, where that is known; hexadecimal. */
  readonly commit?: string | undefined;
  /** The recordsRoot that it must have, where that is known; hexadecimal. */
  readonly root?: string | undefined;
  /** Bytes that were taken already, to find out what is meant. */
  readonly bytes?: number | undefined;
}

/** One way to name what was published; undefined when the reference is not of that kind. */
type Resolver = (reference: string, context: ResolveContext) => Promise<PublishedAddress | undefined>;

export interface ResolveContext {
  readonly config: Config;
  /** The library whose versions can be meant. */
  readonly ledger: Ledger;
  readonly signal?: AbortSignal | undefined;
  /** Who must have signed an archive, or what is in it. */
  readonly author?: string | undefined;
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
}

/** The first that knows a reference counts. */
const resolvers: readonly Resolver[] = [byCid, byChain, byArchive, byScheme, byVersion];

/** @throws ZooError `unknown-reference`, `not-published` */
export async function resolvePublished(reference: string, context: ResolveContext): Promise<PublishedAddress> {
  for (const resolve of resolvers) {
    const address = await resolve(reference, context);
    if (address !== undefined) return address;
  }
  throw unknownReference(reference);
}

/** True for what can only name something published: a CID, `ipfs://`, `ar://`, `chain`. */
export function isPublished(reference: string): boolean {
  return publishedReference.test(reference);
}

async function byCid(reference: string): Promise<PublishedAddress | undefined> {
  const text = reference.replace(/^ipfs:\/\/|^\/ipfs\//, '').replace(/\/$/, '');
  return isCid(text) ? { cid: formatCid(parseCid(text)) } : undefined;
}

/** `chain`: the version in force; `chain:2`: the second that came into force. */
async function byChain(reference: string, { config }: ResolveContext): Promise<PublishedAddress | undefined> {
  const [, seq] = /^chain(?::(\d{1,9}))?$/.exec(reference) ?? [undefined, null];
  if (seq === null) return undefined;
  const { addressInForce } = await import('./chain.ts');
  return await addressInForce(config, seq === undefined ? undefined : Number(seq));
}

/** `ar://<id>`: the archive is fetched and verified, and kept in the cache under the CID that it has. */
async function byArchive(reference: string, context: ResolveContext): Promise<PublishedAddress | undefined> {
  const id = /^ar:\/\/([A-Za-z0-9_-]{43})\/?$/.exec(reference)?.[1];
  if (id === undefined) return undefined;
  const { config, signal = new AbortController().signal, author, onDropped } = context;
  const { receiveArchive } = await import('./archives.ts');
  const archived = await receiveArchive(config, id, { signal, author, onDropped });
  if (archived.bytes > 0) await cacheVersion(config, archived);
  const { cid, commitId: commit, bytes } = archived;
  return { cid, commit, root: archived.commit.recordsRoot, bytes };
}

async function byScheme(reference: string): Promise<PublishedAddress | undefined> {
  if (isPublished(reference)) throw unknownReference(reference);
  return undefined;
}

async function byVersion(reference: string, { ledger }: ResolveContext): Promise<PublishedAddress | undefined> {
  const entry = await ledger.findVersion(reference);
  const anchor = await readAnchor(files, ledger.folder, entry.id);
  if (anchor !== undefined) return { cid: anchor.cid, commit: entry.id, root: entry.commit.recordsRoot };
  throw new ZooError('not-published', `${entry.version} was not published from this library, so its CID is not known`, {
    hint: 'Give the CID itself, or publish the version where it is complete ("zoo publish") and bring anchors/ here.',
  });
}

export interface FetchedLibrary {
  readonly cid: string;
  readonly library: Library;
  readonly entry: CommitEntry;
  /** The folder that holds it as a library of its own. */
  readonly folder: string;
  /** Bytes that were taken from gateways; 0 when it was in the cache. */
  readonly bytes: number;
  readonly dropped: FetchedVersion['dropped'];
}

/**
 * Fetches what was published, verifies it and keeps it as a library in the cache; what is there already is read from
 * there, and verified again, since others can write to a cache.
 *
 * @throws ZooError of exit code 5 for what does not verify
 */
export async function fetchLibrary(
  config: Config,
  address: PublishedAddress,
  signal: AbortSignal,
  onDropped?: (gateway: string, why: string) => void,
): Promise<FetchedLibrary> {
  const { cid } = address;
  const folder = snapshotFolder(config, cid);
  const cached = await readCached(folder, cid);
  if (cached !== undefined) return checked(address, { ...cached, cid, folder, bytes: address.bytes ?? 0, dropped: [] });
  const fetched = await fetchVersion(parseCid(cid), {
    gateways: await openGateways(config, parseCid(cid)),
    sha256,
    signal,
    limits: { bytes: config.settings.maxBytes, records: config.settings.maxRecords },
    onDropped,
  });
  // A version that is not the one that was asked for is not kept either.
  expect(address, fetched.commitId, fetched.commit.recordsRoot);
  await cacheVersion(config, fetched);
  const ledger = ledgerAt(folder);
  const entry = await ledger.findVersion('HEAD');
  const library = await ledger.readVersion('HEAD');
  return { cid, library, entry, folder, bytes: fetched.bytes, dropped: fetched.dropped };
}

async function cacheVersion(config: Config, fetched: FetchedVersion): Promise<void> {
  const folder = snapshotFolder(config, fetched.cid);
  await files.remove(folder);
  await keepVersion(folder, fetched);
  await files.writeAtomic(join(folder, '.zoo', 'cid'), `${fetched.cid}\n`);
}

/** Where the cache has what was published under a CID. */
export function snapshotFolder(config: Config, cid: string): string {
  return join(cacheFolder(config), 'snapshots', cid);
}

/** Writes a fetched version as a library, its vectors beside it. */
async function keepVersion(folder: string, fetched: FetchedVersion): Promise<void> {
  await files.writeAll(
    [...fetched.vectors].map(([digest, bytes]) => [join(folder, 'vectors', digest), bytes] as const),
  );
  await restoreVersion(files, folder, fetched, sha256);
}

/** Undefined where the cache holds nothing, or not what it should. */
async function readCached(folder: string, cid: string): Promise<{ library: Library; entry: CommitEntry } | undefined> {
  if ((await files.readText(join(folder, '.zoo', 'cid')))?.trim() !== cid) return undefined;
  const ledger = ledgerAt(folder);
  try {
    // The commit's id and the roots are checked as it is read; that this is the commit of the CID, by making the CID again.
    const entry = await ledger.findVersion('HEAD');
    const { snapshotOf } = await import('./version-to-publish.ts');
    if ((await snapshotOf(ledger, entry)).cid !== cid) return undefined;
    return { library: await ledger.library(), entry };
  } catch (thrown) {
    if (thrown instanceof ZooError) return undefined;
    throw thrown;
  }
}

function checked(address: PublishedAddress, fetched: FetchedLibrary): FetchedLibrary {
  expect(address, fetched.entry.id, fetched.entry.commit.recordsRoot);
  return fetched;
}

function expect({ cid, commit, root }: PublishedAddress, foundCommit: string, foundRoot: string): void {
  if ((commit ?? foundCommit) === foundCommit && (root ?? foundRoot) === foundRoot) return;
  throw new ZooError('wrong-version', `${cid} holds another version than the one that was asked for`, {
    exitCode: exitCode.verification,
    hint: 'Check where the CID comes from.',
    data: { commit: foundCommit, root: foundRoot },
  });
}

function unknownReference(reference: string): ZooError {
  return new ZooError('unknown-reference', `"${reference.slice(0, 200)}" names nothing that can be fetched`, {
    exitCode: exitCode.usage,
    hint: 'Name a CID, ipfs://<cid>, ar://<id>, chain (what is in force), or a version, tag or root of a library that was published from here.',
  });
}
