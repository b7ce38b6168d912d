import type { Sha256 } from '../digest.ts';

/** Bytes of a SHA-256 digest. */
export const hashLength = 32;

/** The root of a tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1). */
export function emptyRoot(sha256: Sha256): Uint8Array {
  return sha256(new Uint8Array(0));
}

/** H(00 ‖ data), which no inner node can equal (RFC 6962, section 2.1). */
export function hashLeaf(sha256: Sha256, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes.set(data, 1);
  return sha256(bytes);
}

/** Hashes pairs of nodes, H(01 ‖ left ‖ right), through one reused buffer. */
export function createNodeHasher(sha256: Sha256): (left: Uint8Array, right: Uint8Array) => Uint8Array {
  const bytes = new Uint8Array(1 + 2 * hashLength);
  bytes[0] = 1;
  return (left, right) => {
    bytes.set(left, 1);
    bytes.set(right, 1 + hashLength);
    return sha256(bytes);
  };
}

export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

/** Like strings: negative when `one` sorts first. */
export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const difference = (one[index] as number) - (other[index] as number);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
