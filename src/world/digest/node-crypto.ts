import { hash } from 'node:crypto';
import type { Sha256 } from '../../core/digest.ts';

const digestBytes = 32;

/**
 * SHA-256 by the one-shot `crypto.hash`, seven times as fast on small inputs as `createHash`. It is asked for a string,
 * one character a byte, since making a Buffer costs more than hashing what is hashed here most: 65 bytes of two nodes.
 */
export const sha256: Sha256 = (data) => {
  const characters = hash('sha256', data, 'binary');
  const digest = new Uint8Array(digestBytes);
  for (let index = 0; index < digestBytes; index++) digest[index] = characters.charCodeAt(index);
  return digest;
};
