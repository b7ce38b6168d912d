import type { Sha256 } from '../core/digest.ts';
import { equalBytes } from '../core/tree/hashing.ts';
import { parseCheckpoint, toBase64 } from './checkpoint.ts';
import { type SignatureAlgorithm, publicKeyOf, signBytes, verifyBytes } from './signing.ts';

export interface NoteKey {
  /** No spaces, no `+`. */
  readonly name: string;
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: Uint8Array;
}

/** A signed note (c2sp.org/signed-note): the body, an empty line, a line a signature. */
export function signNote(
  body: string,
  name: string,
  algorithm: SignatureAlgorithm,
  secretKey: Uint8Array,
  sha256: Sha256,
): string {
  const key = { name, algorithm, publicKey: publicKeyOf(algorithm, secretKey) };
  const signature = signBytes(algorithm, new TextEncoder().encode(body), secretKey);
  return `${body}\n— ${name} ${toBase64(Uint8Array.of(...keyHash(key, sha256), ...signature))}\n`;
}

/** Ed25519 has the type 1; kinds of keys that C2SP gives no number have 255 and a name of their own. */
export function keyHash({ name, algorithm, publicKey }: NoteKey, sha256: Sha256): Uint8Array {
  const type = algorithm === 'ed25519' ? '\u0001' : undefined;
  const head = new TextEncoder().encode(`${name}\n${type ?? ''}`);
  const own = type === undefined ? Uint8Array.of(0xff, ...new TextEncoder().encode(`zoo/${algorithm}`)) : [];
  return sha256(Uint8Array.of(...head, ...own, ...publicKey)).slice(0, 4);
}

/** Whether a key signed the note. */
export function verifyNote(text: string, key: NoteKey, sha256: Sha256): boolean {
  const { body, signatures } = parseCheckpoint(text);
  const hash = keyHash(key, sha256);
  const own = signatures.find((line) => line.name === key.name && equalBytes(line.keyHash, hash));
  return own !== undefined && verifyBytes(key.algorithm, own.signature, new TextEncoder().encode(body), key.publicKey);
}
