import { toHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { digestOf, parseCid } from '../core/ipld/cid.ts';
import type { CommitEntry } from '../ledger/history.ts';
import { keepRestored } from '../ledger/restored-version.ts';
import { createShardChecker } from '../ledger/shards/check-shards.ts';
import { openShards } from '../ledger/shards/shards.ts';
import { readAnchor } from '../publishing/anchor.ts';
import { decodeRoot } from '../publishing/manifest.ts';
import type { Config } from './config.ts';
import { type PublishedAddress, fetchPublished, resolvePublished } from './published-library.ts';
import { type Ledger, ledgerAt } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';
import { blocksOf } from './wire/publishing.ts';

/** What became of an earlier version. */
export interface EarlierVersion {
  readonly version: string;
  readonly commit: string;
  /** `here`: the library holds it. `restored`: it came back, verified. `missing`: it was found nowhere. */
  readonly state: 'here' | 'restored' | 'missing';
  /** The CID or the archive that it came from. */
  readonly from: string | null;
}

export interface HistoryOptions {
  readonly signal: AbortSignal;
  /** Told what does not count, and where nobody could be asked. */
  readonly onIgnored?: ((what: string, why: string) => void) | undefined;
}

/**
 * Brings back what the earlier versions of a library held, as far as it lies anywhere: under the CIDs that the configured
 * library knows or the embedded node keeps, and in archives on Arweave. The library's own commits say what each has to be.
 */
export async function fetchHistory(
  config: Config,
  folder: string,
  options: HistoryOptions,
): Promise<readonly EarlierVersion[]> {
  const ledger = ledgerAt(folder);
  const history = await ledger.history();
  const found = new Map<string, EarlierVersion>();
  const isHere = createPresence(ledger);
  for (const entry of history.slice(0, -1)) if (await isHere(entry)) found.set(entry.id, told(entry, 'here', null));
  const missing = () => history.slice(0, -1).filter(({ id }) => !found.has(id));
  for (const places of [() => knownCids(config, folder, missing()), () => archivesOf(config, history, options)]) {
    if (missing().length === 0) break;
    const references = await places();
    for (const entry of missing())
      for (const reference of references.get(entry.id) ?? []) {
        if (!(await restore(config, ledger, entry, reference, options))) continue;
        found.set(entry.id, told(entry, 'restored', reference));
        break;
      }
  }
  return history.slice(0, -1).map((entry) => found.get(entry.id) ?? told(entry, 'missing', null));
}

function told(
  { version, id }: CommitEntry,
  state: EarlierVersion['state'],
  from: EarlierVersion['from'],
): EarlierVersion {
  return { version, commit: id, state, from };
}

/** Tells of versions whether all of their records are here, right as their commits say. */
function createPresence(ledger: Ledger): (entry: CommitEntry) => Promise<boolean> {
  const checker = createShardChecker(files, ledger.folder, sha256);
  return async ({ id, commit }) => {
    try {
      const shards = await openShards(files, ledger, id, sha256);
      // Reading a small one checks it.
      if (shards === undefined) return (await ledger.readVersion(id)) !== undefined;
      const { roots } = await checker.check(shards, (shard) => `shard ${shard}`);
      return roots.recordsRoot === commit.recordsRoot && roots.mapRoot === commit.mapRoot;
    } catch (thrown) {
      if (thrown instanceof ZooError) return false;
      throw thrown;
    }
  };
}

/** References by commit. */
type References = ReadonlyMap<string, readonly string[]>;

async function knownCids(config: Config, folder: string, entries: readonly CommitEntry[]): Promise<References> {
  const kept = await keptCids(config);
  const references = new Map<string, readonly string[]>();
  for (const { id } of entries) {
    const anchors = await Promise.all(
      [folder, config.settings.library].map((library) => readAnchor(files, library, id)),
    );
    const cids = [...anchors.flatMap((anchor) => anchor?.cid ?? []), ...(kept.get(id) ?? [])];
    references.set(id, [...new Set(cids)]);
  }
  return references;
}

/** What the embedded node keeps: each root names its commit. */
async function keptCids(config: Config): Promise<References> {
  const blocks = blocksOf(config);
  const cids = new Map<string, string[]>();
  for (const { cid, whole } of await blocks.list()) {
    if (!whole) continue;
    const root = parseCid(cid);
    const bytes = await blocks.get(root);
    try {
      if (bytes === undefined) continue;
      const commit = toHex(digestOf(decodeRoot({ cid: root, bytes }).commit));
      cids.set(commit, [...(cids.get(commit) ?? []), cid]);
    } catch (thrown) {
      // Others may keep there what is no version.
      if (!(thrown instanceof ZooError)) throw thrown;
    }
  }
  return cids;
}

async function archivesOf(
  config: Config,
  [first]: readonly CommitEntry[],
  { signal, onIgnored }: HistoryOptions,
): Promise<References> {
  const { libraryInArchives } = await import('./archives.ts');
  try {
    const { versions, silent } = await libraryInArchives(config, { library: first?.id, author: undefined, signal });
    for (const { gateway, why } of silent) onIgnored?.(gateway, why);
    return new Map(versions.map(({ id, archives }) => [id, archives.map((archive) => `ar://${archive.id}`)]));
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || signal.aborted) throw thrown;
    onIgnored?.('Arweave', thrown.message);
    return new Map();
  }
}

/** Whether it came back. */
async function restore(
  config: Config,
  ledger: Ledger,
  { id, commit }: CommitEntry,
  reference: string,
  { signal, onIgnored }: HistoryOptions,
): Promise<boolean> {
  try {
    const { cid, bytes }: PublishedAddress = await resolvePublished(reference, { config, ledger, signal });
    const address = { cid, bytes, commit: id, root: commit.recordsRoot };
    const { folder, entry } = await fetchPublished(config, address, signal);
    const fetched = ledgerAt(folder);
    const version = (await openShards(files, fetched, entry.id, sha256)) ?? (await fetched.readVersion(entry.id));
    await keepRestored(files, ledger, id, version, sha256);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || signal.aborted) throw thrown;
    onIgnored?.(reference, thrown.message);
    return false;
  }
}
