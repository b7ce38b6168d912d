import { join } from 'node:path';
import { each } from '../core/each.ts';
import { ZooError } from '../core/error.ts';
import type { Experience } from '../core/library/experience.ts';
import { keepRecords } from '../ledger/keep-records.ts';
import { restoreVersion } from '../ledger/restore-version.ts';
import type { Config } from './config.ts';
import { unverified } from '../publishing/unverified.ts';
import type { ArchiveHistoryRequest } from './archives.ts';
import { type EarlierVersion, fetchHistory } from './fetch-history.ts';
import type { Authorship } from './known-authors.ts';
import { type PublishedAddress, type ResolveContext, fetchPublished, resolvePublished } from './published-library.ts';
import { keepVectors } from './cached-versions.ts';
import { recordsOfVersion } from './version-to-publish.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';

export interface FetchRequest {
  /** What to fetch; with `at` it may be left out. */
  readonly reference: string | undefined;
  /** RFC 3339: the version that was in force then, by its archive on Arweave. */
  readonly at?: string | undefined;
  /** With `at`: id of the first commit of the library that is meant. */
  readonly of?: string | undefined;
  /** Who must have signed it. */
  readonly author?: string | undefined;
  /** Where to write the library; it stays in the cache alone unless given. */
  readonly output: string | undefined;
  /** Whether what earlier versions held is brought back as well, as far as it lies anywhere. */
  readonly history?: boolean | undefined;
  readonly signal: AbortSignal;
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
  /** Told what was found with `at` and does not count. */
  readonly onIgnored?: ((what: string, why: string) => void) | undefined;
}

export interface Fetched {
  readonly cid: string;
  readonly version: string;
  readonly commit: string;
  readonly root: string;
  readonly experiences: number;
  readonly signatures: number;
  readonly authorship: Authorship;
  readonly folder: string;
  readonly bytes: number;
  readonly cached: boolean;
  readonly dropped: readonly { readonly gateway: string; readonly why: string }[];
  /** The versions before it, from the first on; null unless they were asked for. */
  readonly history: readonly EarlierVersion[] | null;
}

/** Brings a published version back, verified, as a library of its own. */
export async function fetchReference(config: Config, request: FetchRequest): Promise<Fetched> {
  const { signal, onDropped, author } = request;
  const ledger = ledgerAt(config.settings.library);
  const address = await addressOf(config, request, { config, ledger, signal, author, onDropped });
  const fetched = await fetchPublished(config, address, signal, onDropped);
  const { entry } = fetched;
  if (request.output !== undefined) await copyTo(request.output, fetched.folder);
  const folder = request.output ?? fetched.folder;
  return {
    cid: fetched.cid,
    version: entry.version,
    commit: entry.id,
    root: entry.commit.recordsRoot,
    experiences: entry.commit.size,
    signatures: entry.signatures.length,
    authorship: fetched.authorship,
    folder,
    bytes: fetched.bytes,
    cached: fetched.bytes === 0,
    dropped: fetched.dropped,
    history: request.history === true ? await fetchHistory(config, folder, request) : null,
  };
}

async function addressOf(config: Config, request: FetchRequest, context: ResolveContext): Promise<PublishedAddress> {
  const { reference, at, of, author, signal } = request;
  const address =
    at === undefined
      ? await resolvePublished(reference ?? '', context)
      : await addressAt(config, at, { library: of, author, signal }, request, context);
  return { ...address, author };
}

/** The first archive of the version in force that verifies. */
async function addressAt(
  config: Config,
  at: string,
  request: ArchiveHistoryRequest,
  { onIgnored }: Pick<FetchRequest, 'onIgnored'>,
  context: ResolveContext,
): Promise<PublishedAddress> {
  const { archivesAt } = await import('./archives.ts');
  const { id: commit, archives, rejected, silent } = await archivesAt(config, at, request);
  // A version that was in force may be among them: it must not be missing unseen.
  for (const { id, why } of rejected) onIgnored?.(`ar://${id}`, why);
  for (const { gateway, why } of silent) onIgnored?.(gateway, why);
  let worst: unknown;
  for (const { id } of archives)
    try {
      const address = await resolvePublished(`ar://${id}`, context);
      if (address.commit === commit) return address;
      throw unverified('wrong-version', `${id} holds another version than it says`);
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || request.signal.aborted) throw thrown;
      context.onDropped?.(`ar://${id}`, thrown.message);
      worst ??= thrown;
    }
  throw worst;
}

/** Copies a library of the cache. */
async function copyTo(output: string, cached: string): Promise<void> {
  const ledger = ledgerAt(cached);
  const history = await ledger.history();
  const newest = history.at(-1);
  if (newest === undefined) throw new ZooError('library-empty', `${cached} holds no version`);
  const log = history.map(({ commit }) => commit);
  const records = keepRecords(files, output, sha256);
  await each(recordsOfVersion(ledger, newest), ({ key, bytes }) =>
    records.put({ key, bytes, experience: JSON.parse(new TextDecoder().decode(bytes)) as Experience }),
  );
  await restoreVersion(files, output, { log, signatures: newest.signatures, records: await records.finish() }, sha256);
  await records.discardParts();
  const vectors = keepVectors(output);
  for (const name of await files.list(join(cached, 'vectors')))
    await vectors.put(name, await files.read(join(cached, 'vectors', name)));
  await vectors.finish();
}
