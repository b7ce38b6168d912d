import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { verifyBytes } from '../../../src/app/ledger/proofs.ts';
import { fromHex, toHex } from '../../../src/core/digest.ts';
import { ZooError } from '../../../src/core/error.ts';
import { checkJson } from '../../../src/core/json.ts';
import { experienceSchema } from '../../../src/core/library/experience.ts';
import { parseStrictJson } from '../../../src/core/library/strict-json.ts';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';
import { recordDigest } from '../../../src/core/tree/library-roots.ts';
import { verifyMerkleProof } from '../../../src/core/tree/proof.ts';
import { signaturesSchema } from '../../../src/ledger/history.ts';
import { verifyCommitSignature } from '../../../src/ledger/proofs/signing.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

/** Bytes to check, and what is trusted: roots, checkpoints, a key; see `CHECKS` in `python/verify.py`. */
export interface Case {
  readonly kind: keyof typeof checks;
  readonly bytes: Uint8Array;
  readonly trusted: readonly string[];
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const checks = {
  proof: (bytes: Uint8Array, root: string) => shown(verifyBytes(bytes, { root })),
  difference: (bytes: Uint8Array, before: string, after: string) => shown(verifyBytes(bytes, { before, after })),
  history: (bytes: Uint8Array, before: string, after: string) => shown(verifyBytes(bytes, { before, after })),
  checkpoint: (bytes: Uint8Array, key: string) => shown(verifyBytes(bytes, { key })),
  'merkle-proof': (bytes: Uint8Array, proof: string, root: string) =>
    verifyMerkleProof(experienceIn(bytes), proof, fromHex(root), sha256) ? null : refuse(),
  signature: (bytes: Uint8Array, commit: string) => {
    const signatures = checkJson([parseStrictJson(textOf(bytes), 'it')], signaturesSchema, 'it');
    return signatures.every((signature) => verifyCommitSignature(commit, signature)) ? null : refuse();
  },
  record: (bytes: Uint8Array) => toHex(recordDigest(sha256, experienceIn(bytes))),
  canonical: (bytes: Uint8Array) => canonicalJson(parseStrictJson(textOf(bytes), 'it')),
} as const;

function shown(verified: ReturnType<typeof verifyBytes>): unknown {
  switch (verified.kind) {
    case 'proof':
      return [verified.included.map(({ id }) => id), verified.absent];
    case 'difference':
      return verified.changes.map(({ id, before, after }) => [id, before, after]);
    case 'history':
      return [verified.older, verified.newer];
    case 'checkpoint':
      return [verified.origin, verified.versions, verified.root];
  }
}

function experienceIn(bytes: Uint8Array) {
  return checkJson(parseStrictJson(textOf(bytes), 'it'), experienceSchema, 'it');
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse();
  }
}

function refuse(): never {
  throw new ZooError('refused', 'it is refused');
}

/** What our own code says of a case: what it shows, in a list; null for refused. @throws what is no ZooError */
export function judge({ kind, bytes, trusted }: Case): readonly [unknown] | null {
  try {
    const check: (bytes: Uint8Array, ...trusted: string[]) => unknown = checks[kind];
    return [check(bytes, ...trusted)];
  } catch (error) {
    if (error instanceof ZooError) return null;
    throw error;
  }
}

const script = join(import.meta.dirname, '../python/verify.py');

export const hasPython = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']).status === 0;

/** Runs the second implementation. @throws when it fails in another way than by refusing */
export function python(arguments_: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('python3', [script, ...arguments_], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status === 0 || status === 5) return stdout.trim();
  throw new Error(`verify.py ended with ${status}: ${stdout.slice(-500)}${stderr.slice(-2000)}`);
}

/** What the second implementation says of each case. */
export function judgeInPython(cases: readonly Case[]): unknown[] {
  const lines = cases.map(({ kind, bytes, trusted }) =>
    JSON.stringify([kind, Buffer.from(bytes).toString('base64'), ...trusted]),
  );
  return python(['cases'], lines.join('\n'))
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
