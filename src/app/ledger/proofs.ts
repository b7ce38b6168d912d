import { resolve } from 'node:path';
import { fromHex, toHex } from '../../core/digest.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import { commitId } from '../../core/tree/commit.ts';
import { verifyCertificate } from '../../core/tree/difference-certificate.ts';
import { type Proof, proveIds, verifyProof } from '../../core/tree/proof.ts';
import { parseCheckpoint } from '../../ledger/proofs/checkpoint.ts';
import {
  type ConsistencyFile,
  type TrustedCheckpoint,
  proveHistory,
  verifyHistory,
} from '../../ledger/proofs/consistency.ts';
import { proveInShards } from '../../ledger/shards/prove-in-shards.ts';
import { parseNoteKey, verifyNote } from '../../ledger/proofs/signed-note.ts';
import { verifyCommitSignature } from '../../ledger/proofs/signing.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import { readHeader } from '../../ledger/working.ts';
import type { Config } from '../config.ts';
import { asVersion, openReference } from '../library-reference.ts';
import { files, sha256 } from '../wire/platform.ts';
import { checkRecords } from './check-records.ts';
import { completeId, configuredLedger } from './open.ts';

/** Proves of each id whether a library holds it. @param reference the newest version unless given */
export async function proveExperiences(
  config: Config,
  ids: readonly string[],
  reference: string,
  folder: string,
): Promise<Proof> {
  return await whileBusy(async () => {
    const named = await openReference(reference, { config, ledger: configuredLedger(config), folder });
    const { small, folder: indexed } = named;
    const version = await asVersion(named);
    if (small === undefined) return await proveInShards(version, ids, { files, folder: indexed, sha256 });
    // Not needed to verify, which is to begin at once.
    const { smallTree } = await import('../../ledger/proofs/small-tree.ts');
    const whole = ids.map((id) => completeId(small, id));
    return proveIds(small, whole, version.commit, sha256, smallTree);
  });
}

/** Proves that one version is an ancestor of another. @throws ZooError `not-an-ancestor` */
export async function proveSince(config: Config, older: string, newer: string): Promise<ConsistencyFile> {
  const ledger = configuredLedger(config);
  const [from, to] = [(await ledger.findVersion(older)).commit.seq, (await ledger.findVersion(newer)).commit.seq];
  if (from > to)
    throw new ZooError('not-an-ancestor', `v${from} came after v${to}`, {
      exitCode: exitCode.usage,
      hint: `Ask the other way round: zoo ledger prove --since v${to} --at v${from}.`,
    });
  const log = (await ledger.history()).slice(0, to).map(({ id }) => id);
  return proveHistory(log, from, sha256, (await readHeader(files, ledger.folder))?.origin);
}

/** What the caller trusts; which of them a file needs depends on what it proves. */
export interface TrustedRoots {
  /** For presence and absence: a recordsRoot, a mapRoot or a commit's id. */
  readonly root?: string | undefined;
  /** For a difference: two mapRoots. For a history: two checkpoints, as `<versions>:<root of the log>` or as text. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** For a signed checkpoint: the verifier key of who signs it. */
  readonly key?: string | undefined;
}

export type Verified =
  | {
      readonly kind: 'proof';
      readonly root: string;
      readonly included: readonly { readonly id: string; readonly text: string }[];
      readonly absent: readonly string[];
    }
  | {
      readonly kind: 'difference';
      readonly changes: readonly {
        readonly id: string;
        readonly before: string | null;
        readonly after: string | null;
      }[];
    }
  | { readonly kind: 'history'; readonly older: number; readonly newer: number }
  | { readonly kind: 'checkpoint'; readonly origin: string; readonly versions: number; readonly root: string };

/**
 * Checks a file that `prove` or `diff --proof` wrote, from the roots that the caller trusts and nothing else.
 *
 * @param folder where relative names of checkpoint files start
 * @throws ZooError `invalid-proof`, `invalid-certificate`, `invalid-consistency` (exit code 5); `usage` when the roots
 *   that it needs are not given
 */
export async function verifyFile(path: string, trusted: TrustedRoots, folder: string): Promise<Verified> {
  if (!(await files.exists(path)))
    throw new ZooError('no-such-file', `there is no file ${path}`, {
      exitCode: exitCode.usage,
      hint: 'Name a file that "zoo ledger prove" or "zoo ledger diff --proof" wrote.',
    });
  const [before, after] = await Promise.all(
    [trusted.before, trusted.after].map((value) => readCheckpoint(value, folder)),
  );
  return verifyBytes(await files.read(path), { ...trusted, before, after });
}

/** What a value says; a checkpoint may stand in a file. */
async function readCheckpoint(value: string | undefined, folder: string): Promise<string | undefined> {
  if (value === undefined || /^((0x)?[0-9a-fA-F]{64}|\d+:.*)$/.test(value)) return value;
  return (await files.readText(resolve(folder, value))) ?? value;
}

/** The same of the file's bytes. */
export function verifyBytes(bytes: Uint8Array, trusted: TrustedRoots): Verified {
  if (new TextDecoder().decode(bytes.subarray(0, 7)) === 'ZOODIFF') {
    const { before, after } = bothRoots(trusted, 'a difference', 'mapRoots');
    const changes = verifyCertificate(sha256, bytes, { before: fromHex(before), after: fromHex(after) });
    return {
      kind: 'difference',
      changes: changes.map(({ id, before: was, after: is }) => ({ id, before: hexOrNull(was), after: hexOrNull(is) })),
    };
  }
  const text = readUtf8(bytes);
  if (isConsistency(text)) {
    const { before, after } = both(trusted, 'a history', 'checkpoints');
    const checkpoints = { before: parseTrusted(before, '--before'), after: parseTrusted(after, '--after') };
    const { older, newer } = verifyHistory(text, checkpoints, sha256);
    return { kind: 'history', older: older.size, newer: newer.size };
  }
  if (trusted.key !== undefined) return verifyCheckpoint(text, trusted.key);
  const root = trusted.root ?? trusted.after;
  if (root === undefined)
    throw missing('--root', 'a proof', 'the recordsRoot, the mapRoot or the commit that you trust');
  const proven = verifyProof(text, checkedRoot(root, '--root'), sha256);
  return {
    kind: 'proof',
    root: proven.root,
    included: proven.included.map(({ id, text: says }) => ({ id, text: says })),
    absent: proven.absent,
  };
}

/** Every byte counts in a proof: none is mended, and none left out. */
function readUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw failed('invalid-proof', 'the file is not UTF-8');
  }
}

function isConsistency(text: string): boolean {
  if (!text.includes('"zoo-consistency"')) return false;
  try {
    return (JSON.parse(text) as { format?: unknown } | null)?.format === 'zoo-consistency';
  } catch {
    return false;
  }
}

/** That a checkpoint (C2SP) was signed with the key that is trusted. */
function verifyCheckpoint(text: string, trusted: string): Verified {
  const key = parseNoteKey(trusted, sha256);
  if (key === undefined)
    throw new ZooError('invalid-key', `--key takes a verifier key, not "${trusted}"`, {
      exitCode: exitCode.usage,
      hint: 'It reads <name>+<hash>+<key>; "zoo ledger commit --sign" tells it.',
    });
  const { checkpoint } = parseCheckpoint(text);
  if (!verifyNote(text, key, sha256))
    throw failed('bad-signature', `the checkpoint has no signature of ${key.name} with that key`);
  return {
    kind: 'checkpoint',
    origin: checkpoint.origin,
    versions: checkpoint.size,
    root: toHex(checkpoint.root),
  };
}

function bothRoots(trusted: TrustedRoots, what: string, kind: string): { before: string; after: string } {
  const { before, after } = both(trusted, what, kind);
  return { before: checkedRoot(before, '--before'), after: checkedRoot(after, '--after') };
}

function both({ before, after }: TrustedRoots, what: string, kind: string): { before: string; after: string } {
  if (before !== undefined && after !== undefined) return { before, after };
  throw missing('--before and --after', what, `the two ${kind} that you trust`);
}

/** `5:<root>`, or the text of a checkpoint. */
function parseTrusted(value: string, flag: string): TrustedCheckpoint {
  const [, size, root] = /^(\d{1,15}):(.+)$/.exec(value.trim()) ?? [];
  if (size !== undefined && root !== undefined) return { size: Number(size), root: checkedRoot(root, flag) };
  if (!value.includes('\n'))
    throw new ZooError('invalid-root', `${flag} takes a checkpoint here, not "${value}"`, {
      exitCode: exitCode.usage,
      hint: 'Name the file of a checkpoint that you trust, such as library/checkpoint, or write <versions>:<root of the log>.',
    });
  const { checkpoint } = parseCheckpoint(value);
  return { origin: checkpoint.origin, size: checkpoint.size, root: toHex(checkpoint.root) };
}

function checkedRoot(root: string, flag: string): string {
  const plain = root.replace(/^0x/i, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(plain)) return plain;
  throw new ZooError('invalid-root', `${flag} takes 64 hexadecimal digits, not "${root}"`, {
    exitCode: exitCode.usage,
    hint: '"zoo ledger log --json" and "zoo ledger diff" tell roots in full.',
  });
}

function missing(flag: string, what: string, value: string): ZooError {
  return new ZooError('usage', `${what} is verified against ${value}`, {
    exitCode: exitCode.usage,
    hint: `Give ${flag}.`,
  });
}

function hexOrNull(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : toHex(bytes);
}

export interface VerifiedLibrary {
  readonly kind: 'library';
  readonly reference: string;
  readonly version: string | null;
  readonly count: number;
  readonly recordsRoot: string;
  readonly mapRoot: string;
  readonly signatures: readonly { readonly algorithm: string; readonly publicKey: string }[];
}

/**
 * Checks that a library has the roots that its version says, or the root that the caller trusts, and that every
 * signature of the version is one.
 *
 * @throws ZooError `root-mismatch`, `bad-signature` (exit code 5)
 */
export async function verifyLibrary(
  config: Config,
  reference: string,
  root: string | undefined,
  folder: string,
): Promise<VerifiedLibrary> {
  const named = await openReference(reference, { config, ledger: configuredLedger(config), folder });
  const { title } = named;
  const { recordsRoot, mapRoot, size } = (await checkRecords(named)).roots;
  const version = await named.version();
  if (version !== null && (version.commit.recordsRoot !== recordsRoot || version.commit.mapRoot !== mapRoot))
    throw failed('root-mismatch', `what lies there for ${title} does not have the root of its commit`);
  const known = [recordsRoot, mapRoot, ...(version === null ? [] : [commitId(version.commit, sha256)])];
  if (root !== undefined && !known.includes(checkedRoot(root, '--root')))
    throw failed('root-mismatch', `${title} has the recordsRoot ${recordsRoot}, not the root that was given`);
  const bad = version?.signatures.find((signature) => !verifyCommitSignature(version.id, signature));
  if (bad !== undefined)
    throw failed('bad-signature', `a signature of ${version?.version} (${bad.algorithm}) is not one of it`);
  return {
    kind: 'library',
    reference,
    version: version?.version ?? null,
    count: size,
    recordsRoot,
    mapRoot,
    signatures: version?.signatures.map(({ algorithm, publicKey }) => ({ algorithm, publicKey })) ?? [],
  };
}

function failed(code: string, message: string): ZooError {
  return new ZooError(code, message, {
    exitCode: exitCode.verification,
    hint: 'Do not use it before you know why; "zoo ledger fsck" looks at the files.',
  });
}
