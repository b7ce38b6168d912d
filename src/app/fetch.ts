import { join } from 'node:path';
import { ZooError } from '../core/error.ts';
import { restoreVersion } from '../ledger/restore-version.ts';
import type { Config } from './config.ts';
import { fetchLibrary, resolvePublished } from './published-library.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { files, sha256 } from './wire/platform.ts';

export interface FetchRequest {
  readonly reference: string;
  /** Where to write the library; it stays in the cache alone unless given. */
  readonly output: string | undefined;
  readonly signal: AbortSignal;
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
}

export interface Fetched {
  readonly cid: string;
  readonly version: string;
  readonly commit: string;
  readonly root: string;
  readonly experiences: number;
  readonly signatures: number;
  readonly folder: string;
  readonly bytes: number;
  readonly cached: boolean;
  readonly dropped: readonly { readonly gateway: string; readonly why: string }[];
}

/** Brings a published version back, verified, as a library of its own. */
export async function fetchReference(config: Config, request: FetchRequest): Promise<Fetched> {
  const ledger = ledgerAt(config.settings.library);
  const address = await resolvePublished(request.reference, { config, ledger });
  const fetched = await fetchLibrary(config, address, request.signal, request.onDropped);
  const { entry } = fetched;
  if (request.output !== undefined) await copyTo(request.output, fetched.folder);
  return {
    cid: fetched.cid,
    version: entry.version,
    commit: entry.id,
    root: entry.commit.recordsRoot,
    experiences: entry.commit.size,
    signatures: entry.signatures.length,
    folder: request.output ?? fetched.folder,
    bytes: fetched.bytes,
    cached: fetched.bytes === 0,
    dropped: fetched.dropped,
  };
}

async function copyTo(output: string, cached: string): Promise<void> {
  const ledger = ledgerAt(cached);
  const history = await ledger.history();
  const newest = history.at(-1);
  if (newest === undefined) throw new ZooError('library-empty', `${cached} holds no version`);
  const { experiences } = await ledger.library();
  const log = history.map(({ commit }) => commit);
  await restoreVersion(files, output, { log, signatures: newest.signatures, experiences }, sha256);
  for (const name of await files.list(join(cached, 'vectors')))
    await files.writeAtomic(join(output, 'vectors', name), await files.read(join(cached, 'vectors', name)));
}
