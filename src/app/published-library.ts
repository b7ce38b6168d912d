import { ZooError, exitCode, messageOf } from '../core/error.ts';
import { formatCid, isCid, parseCid } from '../core/ipld/cid.ts';
import type { CommitEntry } from '../ledger/history.ts';
import { readAnchor } from '../publishing/anchor.ts';
import { type FetchedVersion, fetchVersion } from '../publishing/fetch.ts';
import type { ReceiveOptions } from './archives.ts';
import { alone, cacheVersion, readCached, snapshotFolder } from './cached-versions.ts';
import type { Config } from './config.ts';
import { publishedReference } from './config.ts';
import { type Authorship, vouch } from './known-authors.ts';
import { type Ledger, ledgerAt } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';
import { openGateways } from './wire/publishing.ts';

/** What a reference leads to, before anything is fetched. */
export interface PublishedAddress {
  readonly cid: string;
  /** The commit that it must be, where that is known; hexadecimal. */
  readonly commit?: string | undefined;
  /** What the commit is known by: the chain or the own ledger, which vouch for it, unless it only says so of itself. */
  readonly claimed?: boolean | undefined;
  /** Who signed the archive that it comes from. */
  readonly owners?: readonly string[] | undefined;
  /** Who must have signed it. */
  readonly author?: string | undefined;
  /** The recordsRoot that it must have, where that is known; hexadecimal. */
  readonly root?: string | undefined;
  /** Of its archive on Arweave, where it is looked for when no gateway of IPFS gives it. */
  readonly archive?: string | undefined;
  /** Bytes that were taken already, to find out what is meant. */
  readonly bytes?: number | undefined;
}

/** Told of what gave something that does not verify, or nothing, and why. */
export type OnDropped = (source: string, why: string) => void;

/** One way to name what was published; undefined when the reference is not of that kind. */
type Resolver = (reference: string, context: ResolveContext) => Promise<PublishedAddress | undefined>;

export interface ResolveContext {
  readonly config: Config;
  /** The library whose versions can be meant. */
  readonly ledger: Ledger;
  readonly signal?: AbortSignal | undefined;
  /** Who must have signed an archive, or what is in it. */
  readonly author?: string | undefined;
  readonly onDropped?: OnDropped | undefined;
}

/** The first that knows a reference counts. */
const resolvers: readonly Resolver[] = [byCid, byChain, byArchive, byScheme, byHash, byVersion];

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
  const keep: ReceiveOptions['keep'] = async (cid, fetch) => {
    const folder = snapshotFolder(config, cid);
    return await alone(folder, signal, () => cacheVersion(folder, cid, fetch));
  };
  const archived = await receiveArchive(config, id, { signal, author, onDropped, keep });
  const { cid, commitId: commit, bytes, owners } = archived;
  return { cid, commit, claimed: true, owners, root: archived.commit.recordsRoot, bytes };
}

async function byScheme(reference: string): Promise<PublishedAddress | undefined> {
  if (isPublished(reference)) throw unknownReference(reference);
  return undefined;
}

/** A recordsRoot or a commit that the library here does not know: whatever was published of it, held against it. */
async function byHash(reference: string, context: ResolveContext): Promise<PublishedAddress | undefined> {
  const hash = /^(?:0x)?([0-9a-f]{64})$/i.exec(reference)?.[1]?.toLowerCase();
  const { config, ledger, signal = new AbortController().signal, onDropped } = context;
  if (hash === undefined || (await ledger.history()).some(({ id, commit }) => [id, commit.recordsRoot].includes(hash)))
    return undefined;
  const { findByHash } = await import('./find-by-hash.ts');
  let worst: ZooError | undefined;
  for await (const { reference: found, by } of findByHash(config, hash, { signal, onDropped }))
    try {
      const address = { claimed: true, ...(await resolvePublished(found, context)), [by]: hash };
      await fetchPublished(config, address, signal, onDropped);
      return address;
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || signal.aborted) throw thrown;
      onDropped?.(found, messageOf(thrown));
      worst ??= thrown;
    }
  if (worst !== undefined) throw worst;
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

export interface FetchedVersionHere {
  readonly cid: string;
  readonly entry: CommitEntry;
  /** The folder that holds it as a library of its own. */
  readonly folder: string;
  /** Bytes that were taken from gateways; 0 when it was in the cache. */
  readonly bytes: number;
  readonly dropped: FetchedVersion['dropped'];
  readonly authorship: Authorship;
}

/**
 * Fetches what was published, verifies it and keeps it as a library in the cache; what is there already is read from
 * there, and verified again, since others can write to a cache. A large one is never in memory as a whole.
 *
 * @throws ZooError of exit code 5 for what does not verify, or is by another author than before
 */
export async function fetchPublished(
  config: Config,
  address: PublishedAddress,
  signal: AbortSignal,
  onDropped?: OnDropped,
): Promise<FetchedVersionHere> {
  const { archive } = address;
  try {
    return await fetchFromGateways(config, address, signal, onDropped);
  } catch (thrown) {
    if (archive === undefined || signal.aborted) throw thrown;
    onDropped?.('IPFS', `${messageOf(thrown)}; its archive is asked for`);
    try {
      await byArchive(`ar://${archive}`, { config, ledger: ledgerAt(config.settings.library), signal, onDropped });
    } catch (cause) {
      onDropped?.('Arweave', messageOf(cause));
      throw thrown;
    }
  }
  // The archive is kept under the CID that it makes; if that is another one, the cache has nothing still.
  return await fetchFromGateways(config, address, signal, onDropped);
}

async function fetchFromGateways(
  config: Config,
  address: PublishedAddress,
  signal: AbortSignal,
  onDropped?: OnDropped,
): Promise<FetchedVersionHere> {
  const { cid, author, owners = [] } = address;
  const folder = snapshotFolder(config, cid);
  const here = await alone(folder, signal, async () => {
    const cached = await readCached(folder, cid);
    if (cached !== undefined) {
      expect(address, cached.id, cached.commit.recordsRoot);
      return { cid, entry: cached, folder, bytes: address.bytes ?? 0, dropped: [] };
    }
    const gateways = await openGateways(config, parseCid(cid));
    const limits = { bytes: config.settings.maxBytes, records: config.settings.maxRecords };
    const { bytes, dropped } = await cacheVersion(folder, cid, async (keeper) => {
      const fetched = await fetchVersion(parseCid(cid), { gateways, sha256, signal, limits, onDropped }, keeper);
      // A version that is not the one that was asked for is not kept either.
      expect(address, fetched.commitId, fetched.commit.recordsRoot);
      return fetched;
    });
    return { cid, entry: await ledgerAt(folder).findVersion('HEAD'), folder, bytes, dropped };
  });
  if (author === undefined && address.commit !== undefined && address.claimed !== true)
    return { ...here, authorship: { status: 'elsewhere', keys: here.entry.signatures.map((one) => one.publicKey) } };
  const library = (await ledgerAt(folder).history())[0]?.id ?? here.entry.id;
  return { ...here, authorship: await vouch(config, { cid, entry: here.entry, library, owners }, author, signal) };
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
