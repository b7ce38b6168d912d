import { isAbsolute, join } from 'node:path';
import type { CommitOrigin } from '../../ledger/merging/adopt-commits.ts';
import type { CommitEntry } from '../../ledger/history.ts';
import { type Shards, openShards, shardsOfLibrary } from '../../ledger/shards/shards.ts';
import { type ReferenceContext, openReference } from '../library-reference.ts';
import { type Ledger, ledgerAt } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';
import { isVersion } from './open.ts';

/** A library that somebody named, of which a shard can be read at a time. As `NamedLibrary`, but for the records. */
export interface NamedShards {
  readonly reference: string;
  readonly kind: string;
  readonly title: string;
  readonly shards: Shards;
  readonly version: CommitEntry | null;
  readonly origin?: CommitOrigin | undefined;
}

/**
 * A large library by any name that {@link openReference} knows; undefined for what is small, or lies elsewhere than in a
 * ledger's folder (a file, a git revision, what was published) and so in memory.
 */
export async function openLarge(reference: string, context: ReferenceContext): Promise<NamedShards | undefined> {
  const { ledger, folder } = context;
  if (reference === 'working') return await openWorking(reference, ledger, 'working', 'the working library');
  if (reference.startsWith('git:')) return undefined;
  if (await isVersion(ledger, reference)) {
    const shards = await openShards(files, ledger, reference, sha256);
    if (shards === undefined) return undefined;
    const version = await ledger.findVersion(reference);
    return { reference, kind: 'version', title: version.version, shards, version };
  }
  const path = isAbsolute(reference) ? reference : join(folder, reference);
  if (!(await files.exists(join(path, 'library.json')))) return undefined;
  const other = ledgerAt(path);
  const named = await openWorking(reference, other, 'folder', reference);
  if (named === undefined) return undefined;
  const head = (await other.history()).at(-1)?.id ?? null;
  return { ...named, origin: { files, folder: path, head } };
}

async function openWorking(
  reference: string,
  ledger: Ledger,
  kind: string,
  title: string,
): Promise<NamedShards | undefined> {
  const shards = await openShards(files, ledger, 'working', sha256);
  if (shards === undefined) return undefined;
  const newest = (await ledger.history()).at(-1);
  const same = newest !== undefined && newest.commit.recordsRoot === (await ledger.state()).root;
  return { reference, kind, title, shards, version: same ? newest : null };
}

/** The same of any library; one that is not large is in memory. */
export async function openAsNamedShards(reference: string, context: ReferenceContext): Promise<NamedShards> {
  const large = await openLarge(reference, context);
  if (large !== undefined) return large;
  const { library, ...named } = await openReference(reference, context);
  return { ...named, shards: shardsOfLibrary(library, sha256) };
}
