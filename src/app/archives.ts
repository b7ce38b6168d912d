import { join } from 'node:path';
import { ZooError, exitCode } from '../core/error.ts';
import { encodeCar } from '../core/ipld/car.ts';
import { type CidBytes, formatCid } from '../core/ipld/cid.ts';
import {
  type ArchivedHistory,
  type VersionInHistory,
  chooseLine,
  readArchivedHistory,
  versionAt,
} from '../publishing/archive-history.ts';
import { type ArchivedVersion, type ArchivedWorld, fetchArchived } from '../publishing/fetch-archived.ts';
import { keepNothing } from '../publishing/fetch.ts';
import type { CarFile } from '../world/pin/pin.ts';
import { authorCheck, isWallet } from './author.ts';
import type { Config } from './config.ts';
import { snapshotFolder } from './cached-versions.ts';
import { snapshotOf } from './version-to-publish.ts';
import { asGateway, openArchiveGateways, temporaryBlocks } from './wire/archives.ts';
import { type Ledger, ledgerAt } from './wire/ledgers.ts';
import { cacheFolder, files, sha256 } from './wire/platform.ts';
import { blocksOf } from './wire/publishing.ts';

/** Archives of one library that are looked at, at most. */
const archivesAtMost = 10_000;

export interface ArchiveHistoryRequest {
  /** Id of the library's first commit; that of the configured library unless given. */
  readonly library: string | undefined;
  /** Whose signature counts; everybody's unless given. */
  readonly author: string | undefined;
  readonly signal: AbortSignal;
}

export interface LibraryInArchives extends Omit<ArchivedHistory, 'lines'> {
  /** The versions from the first on, by one line of commits. */
  readonly versions: readonly VersionInHistory[];
  /** Versions of the configured library that come after what the archives know. */
  readonly unarchived: readonly string[];
}

/**
 * The history of a library as its archives prove it.
 *
 * @throws ZooError `no-library` (exit 2), `history-forked`, `history-unverified` (exit 5), `archive-not-found`
 */
export async function libraryInArchives(config: Config, request: ArchiveHistoryRequest): Promise<LibraryInArchives> {
  const local = await localHistory(ledgerAt(config.settings.library));
  const library = request.library ?? local[0];
  const owner = request.author !== undefined && isWallet(request.author) ? request.author : undefined;
  if (library === undefined && owner === undefined) throw noLibrary();
  const isAuthentic = request.author === undefined ? undefined : await authorCheck(request.author);
  const { lines, ...history } = await readArchivedHistory(
    { library, owner: library === undefined ? owner : undefined },
    {
      gateways: await openArchiveGateways(config),
      sha256,
      signal: request.signal,
      most: archivesAtMost,
      authenticate:
        isAuthentic === undefined
          ? undefined
          : async ({ id, proven, owners }) => {
              // A transaction's signature binds its owner; otherwise the whole has to be read.
              if (proven && isAuthentic({ owners, commitId: '', signatures: [] })) return;
              await receiveArchive(config, id, { signal: request.signal, author: request.author });
            },
    },
  );
  const same = local[0] === history.library;
  const versions = chooseLine({ lines }, same ? local.at(-1) : undefined);
  const known = new Set(versions.map(({ id }) => id));
  const unarchived = same ? local.flatMap((id, index) => (known.has(id) ? [] : [`v${index + 1}`])) : [];
  return { ...history, versions, unarchived };
}

/**
 * The version that was in force at a moment, with its archives.
 *
 * @param time RFC 3339
 * @throws ZooError `before-history`, `archive-missing`, and what {@link libraryInArchives} throws
 */
export async function archivesAt(
  config: Config,
  time: string,
  request: ArchiveHistoryRequest,
): Promise<VersionInHistory & Pick<ArchivedHistory, 'rejected' | 'silent'>> {
  const moment = parseMoment(time);
  const { versions, library, rejected, silent } = await libraryInArchives(config, request);
  const version = versionAt(versions, moment);
  if (version === undefined)
    throw new ZooError('before-history', `the library did not exist at ${time}: its first version is later`, {
      hint: `Its first version is of ${versions[0]?.commit.time ?? 'an unknown time'}; "zoo ledger log --arweave" shows all.`,
      data: { library },
    });
  if (version.archives.length > 0) return { ...version, rejected, silent };
  throw new ZooError(
    'archive-missing',
    `v${version.commit.seq} was in force at ${time}, and no archive of it was found`,
    {
      hint: 'It was not archived, or it is withheld: ask other gateways with --arweave-gateway (ZOO_ARWEAVE_GATEWAY).',
      data: { version: `v${version.commit.seq}`, commit: version.id, root: version.commit.recordsRoot },
    },
  );
}

export interface ReceiveOptions {
  readonly signal: AbortSignal;
  readonly author: string | undefined;
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
  /** Keeps what has to be downloaded; it is only verified unless given. */
  readonly keep?: ArchivedWorld['keep'] | undefined;
}

/** A version by the id of its archive, verified. What is here already is proven to be it, and not downloaded. */
export async function receiveArchive(config: Config, id: string, options: ReceiveOptions): Promise<ArchivedVersion> {
  const folder = join(cacheFolder(config), 'archives', `${id}-${process.pid}`);
  await files.remove(folder);
  const temporary = temporaryBlocks(folder);
  try {
    return await fetchArchived(id, {
      gateways: await openArchiveGateways(config),
      kept: { car: (root) => carHere(config, root) },
      temporary,
      asGateway,
      keep: options.keep ?? ((_cid, fetch) => fetch(keepNothing)),
      sha256,
      signal: options.signal,
      limits: { bytes: config.settings.maxBytes, records: config.settings.maxRecords },
      isAuthentic: options.author === undefined ? undefined : await authorCheck(options.author),
      onDropped: options.onDropped,
    });
  } finally {
    await files.remove(folder);
  }
}

/** The CAR of the embedded node, or made again from the cache of what was fetched. */
async function carHere(config: Config, root: CidBytes): Promise<CarFile | undefined> {
  const kept = await blocksOf(config).car(root);
  if (kept !== undefined) return kept;
  const cid = formatCid(root);
  const ledger = ledgerAt(snapshotFolder(config, cid));
  if ((await files.readText(join(ledger.folder, '.zoo', 'cid')))?.trim() !== cid) return undefined;
  try {
    const entry = await ledger.findVersion('HEAD');
    const snapshot = await snapshotOf(ledger, entry);
    if (snapshot.cid !== cid) return undefined;
    const { carBytes: bytes, blocks } = snapshot;
    const stream = () => encodeCar(snapshot.root, snapshot.stream());
    return { cid, bytes, blocks, whole: true, time: entry.commit.time, name: null, path: ledger.folder, stream };
  } catch (thrown) {
    // A cache that is damaged counts for nothing.
    if (thrown instanceof ZooError) return undefined;
    throw thrown;
  }
}

async function localHistory(ledger: Ledger): Promise<readonly string[]> {
  if (!(await files.exists(join(ledger.folder, 'library.json')))) return [];
  return (await ledger.history()).map(({ id }) => id);
}

function parseMoment(time: string): number {
  const moment = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(time)
    ? Date.parse(time)
    : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new ZooError('usage', `"${time.slice(0, 60)}" is no moment in RFC 3339`, {
    exitCode: exitCode.usage,
    hint: 'Write it with its time zone: --at 2025-10-17T12:00:00Z.',
  });
}

function noLibrary(): ZooError {
  return new ZooError('no-library', 'there is no library whose archives could be looked for', {
    exitCode: exitCode.usage,
    hint: 'Name a library that has a version (--library, ZOO_LIBRARY), the id of its first commit (--of), or the wallet of Arweave that archives it (--author).',
  });
}
