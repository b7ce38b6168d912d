import { ZooError } from '../../core/error.ts';
import type { LibraryState } from '../../core/learning/account.ts';
import { type Library, emptyLibrary } from '../../core/library/library.ts';
import { type BlamedChange, type RecordedVersion, blameLibrary } from '../../ledger/comparing/blame.ts';
import { commitWorking } from '../../ledger/commit-working.ts';
import type { LibraryComparison } from '../../ledger/comparing/compare-libraries.ts';
import { compareShards, mostListed } from '../../ledger/shards/compare-shards.ts';
import type { CommitEntry, CommitSignature } from '../../ledger/history.ts';
import type { CommitOptions, CommittedVersion, Ledger } from '../../ledger/open-ledger.ts';
import { openAsShards, shardsOfLibrary } from '../../ledger/shards/shards.ts';
import { signCheckpoint } from '../../ledger/proofs/sign-checkpoint.ts';
import { type SignatureAlgorithm, signCommit, verifyCommitSignature } from '../../ledger/proofs/signing.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import type { Config } from '../config.ts';
import { clock, files, sha256 } from '../wire/platform.ts';
import { forgetMergeHeads, readMergeHeads } from './merge-heads.ts';
import { authorOf, configuredLedger, dateOf } from './open.ts';
import { readSigningKey } from './signing-key.ts';

export const signatureAlgorithms: readonly SignatureAlgorithm[] = ['secp256k1', 'ed25519', 'ml-dsa-65'];

export interface LedgerStatus {
  readonly folder: string;
  readonly library: LibraryState;
  /** recordsRoot of the newest version; null before the first. */
  readonly committedRoot: string | null;
  readonly clean: boolean;
  /** Against the newest version; null where its records are not in this copy. */
  readonly changes: LibraryComparison | null;
  /** Commits of others that the next version will name as parents. */
  readonly merging: readonly string[];
  readonly capacity: number;
}

export async function ledgerStatus(config: Config): Promise<LedgerStatus> {
  const ledger = configuredLedger(config);
  const [state, history, merging] = [await ledger.state(), await ledger.history(), await readMergeHeads(ledger)];
  const newest = history.at(-1);
  const clean = newest === undefined ? state.count === 0 : newest.commit.recordsRoot === state.root;
  return {
    folder: ledger.folder,
    library: state,
    committedRoot: newest?.commit.recordsRoot ?? null,
    clean,
    changes: await changesBetween(ledger, newest, 'working'),
    merging,
    capacity: config.settings.libraryCapacity,
  };
}

/**
 * Of two libraries what differs, a shard at a time; null where the records of one are not in this copy.
 *
 * @param before undefined stands for the empty library before the first version
 */
async function changesBetween(
  ledger: Ledger,
  before: CommitEntry | undefined,
  after: string,
): Promise<LibraryComparison | null> {
  return await whenHere(() =>
    whileBusy(async () =>
      compareShards(
        before === undefined
          ? shardsOfLibrary(emptyLibrary, sha256)
          : await openAsShards(files, ledger, before.id, sha256),
        await openAsShards(files, ledger, after, sha256),
        sha256,
        mostListed,
      ),
    ),
  );
}

export interface CommitRequest {
  readonly message: string;
  /** Makes a version although nothing changed. */
  readonly allowEmpty?: boolean | undefined;
  readonly sign?: SignatureAlgorithm | undefined;
  /** File with the secret key in hexadecimal; ZOO_SIGNING_KEY unless given. */
  readonly keyFile?: string | undefined;
}

/**
 * Makes the working library a version; one that is signed, its checkpoint too.
 *
 * @throws ZooError `nothing-to-commit`, `no-signing-key`, `open-signing-key`
 */
export async function commitLibrary(
  config: Config,
  request: CommitRequest,
): Promise<CommittedVersion & { readonly count: number; readonly verifierKey: string | null }> {
  const ledger = configuredLedger(config);
  const merged = await readMergeHeads(ledger);
  const { clean, library } = await ledgerStatus(config);
  if (clean && merged.length === 0 && request.allowEmpty !== true)
    throw new ZooError('nothing-to-commit', `the working library is ${library.version ?? 'empty'} as it is`, {
      hint: 'Change it first, or make a version all the same with --allow-empty.',
    });
  const made = await commitWorking(files, clock, ledger, await commitOptions(config, request, merged), sha256);
  await forgetMergeHeads(ledger);
  const key = request.sign === undefined ? undefined : await readSigningKey(config, request.keyFile, request.sign);
  const verifierKey =
    key === undefined || request.sign === undefined
      ? undefined
      : await signCheckpoint(files, ledger, made.commit, request.sign, key, sha256);
  return { ...made, count: library.count, verifierKey: verifierKey ?? null };
}

export async function commitOptions(
  config: Config,
  request: CommitRequest,
  mergedFrom: readonly string[],
): Promise<CommitOptions> {
  const sign = await signerOf(config, request);
  return {
    message: request.message,
    author: authorOf(config),
    time: Date.parse(dateOf(config)),
    mergedFrom,
    ...(sign === undefined ? {} : { sign }),
  };
}

async function signerOf(
  config: Config,
  request: CommitRequest,
): Promise<((id: string) => Promise<readonly CommitSignature[]>) | undefined> {
  const { sign } = request;
  if (sign === undefined) return undefined;
  const key = await readSigningKey(config, request.keyFile, sign);
  return (id) => Promise.resolve([signCommit(sign, id, key)]);
}

export interface LoggedVersion {
  readonly version: string;
  readonly commit: CommitEntry['commit'];
  readonly id: string;
  readonly tags: readonly string[];
  readonly signatures: readonly { readonly algorithm: string; readonly publicKey: string; readonly valid: boolean }[];
  /** Against the version before; null where it was not asked for or the records are not in this copy. */
  readonly changes: LibraryComparison | null;
}

/** Versions, the newest first. @param withChanges whether to compare each with the one before */
export async function ledgerLog(
  config: Config,
  limit: number | undefined,
  withChanges: boolean,
): Promise<readonly LoggedVersion[]> {
  const ledger = configuredLedger(config);
  const [history, tags] = [await ledger.history(), await ledger.tags()];
  const shown = history.toReversed().slice(0, limit);
  const logged: LoggedVersion[] = [];
  for (const entry of shown)
    logged.push({
      ...aboutVersion(entry, tags),
      changes: withChanges ? await changesBetween(ledger, history[entry.commit.seq - 2], entry.id) : null,
    });
  return logged;
}

/** One version with what it changed; undefined where the library has none of that name. */
export async function loggedVersion(config: Config, reference: string): Promise<LoggedVersion | undefined> {
  const ledger = configuredLedger(config);
  const entry = await ledger.findVersion(reference).catch((thrown: unknown) => {
    if (thrown instanceof ZooError && thrown.code === 'unknown-version') return undefined;
    throw thrown;
  });
  if (entry === undefined) return undefined;
  const before = (await ledger.history())[entry.commit.seq - 2];
  return {
    ...aboutVersion(entry, await ledger.tags()),
    changes: await changesBetween(ledger, before, entry.id),
  };
}

function aboutVersion(
  { version, id, commit, signatures }: CommitEntry,
  tags: ReadonlyMap<string, string>,
): Omit<LoggedVersion, 'changes'> {
  return {
    version,
    id,
    commit,
    tags: [...tags].filter(([, tagged]) => tagged === id).map(([name]) => name),
    signatures: signatures.map((signature) => ({
      algorithm: signature.algorithm,
      publicKey: signature.publicKey,
      valid: verifyCommitSignature(id, signature),
    })),
  };
}

/** Undefined where the version's records are not in this copy. */
async function readOrUndefined(ledger: Ledger, version: string): Promise<Library | undefined> {
  return (await whenHere(() => ledger.readVersion(version))) ?? undefined;
}

/** Null where it takes records that are not in this copy. */
async function whenHere<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof ZooError && thrown.code === 'pack-missing') return null;
    throw thrown;
  }
}

/** Every change of every experience of the working library, by id, the first one first. */
export async function ledgerBlame(ledger: Ledger): Promise<ReadonlyMap<string, readonly BlamedChange[]>> {
  const versions: RecordedVersion[] = [];
  for (const entry of await ledger.history())
    versions.push({ entry, library: await readOrUndefined(ledger, entry.version) });
  return blameLibrary([...versions, { entry: null, library: await ledger.library() }]);
}

/** @throws ZooError `uncommitted-changes` */
export async function checkClean(config: Config): Promise<void> {
  const { clean, library } = await ledgerStatus(config);
  if (clean) return;
  throw new ZooError(
    'uncommitted-changes',
    `the working library differs from ${library.version ?? 'what is committed'}`,
    {
      hint: 'Commit first ("zoo ledger commit"), or change the working library alone with --no-commit.',
    },
  );
}
