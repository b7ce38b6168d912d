import type { Sha256 } from '../../core/digest.ts';
import { fromHex } from '../../core/digest.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import { hashLeaf, hashLength } from '../../core/tree/hashing.ts';
import { buildMerkleTree, merkleRoot, proveConsistency, verifyConsistency } from '../../core/tree/merkle-log.ts';

export interface Checkpoint {
  /** Which log it is, see {@link originOf}. */
  readonly origin: string;
  /** Versions. */
  readonly size: number;
  /** Root of the log's tree: RFC 6962 over commit ids, each a leaf of 32 bytes. */
  readonly root: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of the key's SHA-256, see `keyHash`, and the signature. */
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

/** The root of the log after all these versions. @param log commit ids, hexadecimal, the first version first */
export function logRoot(log: readonly string[], sha256: Sha256): Uint8Array {
  return merkleRoot(sha256, logLeaves(log, sha256));
}

function logLeaves(log: readonly string[], sha256: Sha256): Uint8Array {
  const leaves = new Uint8Array(log.length * hashLength);
  for (const [index, id] of log.entries()) leaves.set(hashLeaf(sha256, fromHex(id)), index * hashLength);
  return leaves;
}

/** What a log is called that was given no name: after its first version, so that no two are called alike. */
export function originOf(log: readonly string[]): string {
  return `zoo-ledger/v1/${(log[0] ?? '').slice(0, 16)}`;
}

export function checkpointOf(log: readonly string[], sha256: Sha256, origin = originOf(log)): Checkpoint {
  return { origin, size: log.length, root: logRoot(log, sha256) };
}

/** The body of a checkpoint (c2sp.org/tlog-checkpoint): origin, size and root in base 64, a line each. */
export function renderCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** @throws ZooError `invalid-checkpoint` */
export function parseCheckpoint(text: string): {
  checkpoint: Checkpoint;
  body: string;
  signatures: readonly NoteSignature[];
} {
  const split = text.indexOf('\n\n');
  const body = split === -1 ? text : text.slice(0, split + 1);
  const [origin = '', size = '', root = '', ...rest] = body.split('\n');
  const hash = fromBase64(root);
  if (origin === '' || !/^(0|[1-9]\d{0,14})$/.test(size) || hash?.length !== hashLength || rest.at(-1) !== '')
    throw invalid('its first three lines are not a name, a size and a root');
  const lines = split === -1 ? [] : text.slice(split + 2).split('\n');
  if (split !== -1 && lines.pop() !== '') throw invalid('its last line has no end');
  if (lines.length > 100) throw invalid('it has too many signatures');
  return { checkpoint: { origin, size: Number(size), root: hash }, body, signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [, name, encoded] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || bytes === undefined || bytes.length < 5)
    throw invalid('a signature line does not read as one');
  return { name, keyHash: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/** That the log's first `oldSize` versions are those of an older checkpoint, for somebody who has both checkpoints. */
export function proveVersions(log: readonly string[], oldSize: number, sha256: Sha256): readonly Uint8Array[] {
  return proveConsistency(buildMerkleTree(sha256, logLeaves(log, sha256)), oldSize);
}

/** Whether the newer checkpoint's log begins with the older one's: nothing was rewritten between them. */
export function verifyVersions(
  older: Checkpoint,
  newer: Checkpoint,
  proof: readonly Uint8Array[],
  sha256: Sha256,
): boolean {
  return (
    older.origin === newer.origin && verifyConsistency(sha256, older.size, newer.size, older.root, newer.root, proof)
  );
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Undefined for what is not the one way to write some bytes. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return toBase64(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function invalid(why: string): ZooError {
  return new ZooError('invalid-checkpoint', `the checkpoint is not valid: ${why}`, {
    hint: 'Get it again from who publishes the library.',
    exitCode: exitCode.verification,
  });
}
