import { type Sha256, toHex } from '../../core/digest.ts';
import { equalBytes } from '../../core/tree/hashing.ts';
import { fromBase64, parseCheckpoint, toBase64 } from './checkpoint.ts';
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

/** The first four bytes of the SHA-256 of name, type and key. */
export function keyHash(key: NoteKey, sha256: Sha256): Uint8Array {
  return sha256(Uint8Array.of(...new TextEncoder().encode(`${key.name}\n`), ...typedKey(key))).slice(0, 4);
}

/** Ed25519 has the type 1; kinds of keys that C2SP gives no number have 255 and a name of their own. */
function typedKey({ algorithm, publicKey }: Pick<NoteKey, 'algorithm' | 'publicKey'>): Uint8Array {
  return Uint8Array.of(...typeOf(algorithm), ...publicKey);
}

function typeOf(algorithm: SignatureAlgorithm): Uint8Array {
  return algorithm === 'ed25519'
    ? Uint8Array.of(1)
    : Uint8Array.of(0xff, ...new TextEncoder().encode(`zoo/${algorithm}`));
}

/** The verifier key that one hands to others: `<name>+<key hash, hexadecimal>+<type and key, base 64>`. */
export function renderNoteKey(key: NoteKey, sha256: Sha256): string {
  return `${key.name}+${toHex(keyHash(key, sha256))}+${toBase64(typedKey(key))}`;
}

/** Undefined for what is no verifier key, or none of a kind that is known here. */
export function parseNoteKey(text: string, sha256: Sha256): NoteKey | undefined {
  const [, name, hash, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || bytes === undefined) return undefined;
  for (const algorithm of ['ed25519', 'secp256k1', 'ml-dsa-65'] as const) {
    const type = typeOf(algorithm);
    const key: NoteKey = { name, algorithm, publicKey: bytes.slice(type.length) };
    if (equalBytes(bytes.subarray(0, type.length), type) && toHex(keyHash(key, sha256)) === hash) return key;
  }
  return undefined;
}

/** Whether a key signed the note. */
export function verifyNote(text: string, key: NoteKey, sha256: Sha256): boolean {
  const { body, signatures } = parseCheckpoint(text);
  const hash = keyHash(key, sha256);
  const own = signatures.find((line) => line.name === key.name && equalBytes(line.keyHash, hash));
  return own !== undefined && verifyBytes(key.algorithm, own.signature, new TextEncoder().encode(body), key.publicKey);
}
