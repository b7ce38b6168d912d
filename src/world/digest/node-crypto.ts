import { hash } from 'node:crypto';
import type { Sha256 } from '../../core/digest.ts';

const digestBytes = 32;

/**
 * SHA-256 by the one-shot `crypto.hash`, seven times as fast on small inputs as `createHash`. It is asked for a string,
 * one character a byte, since making a Buffer costs more than hashing what is hashed here most: 65 bytes of two nodes.
 */
export const sha256: Sha256 = Object.assign(
  (data: Uint8Array | string): Uint8Array => {
    const digest = new Uint8Array(digestBytes);
    write(hash('sha256', data, 'binary'), digest, 0);
    return digest;
  },
  {
    into: (data: Uint8Array, target: Uint8Array, offset: number): void =>
      write(hash('sha256', data, 'binary'), target, offset),
  },
);

function write(characters: string, target: Uint8Array, offset: number): void {
  for (let index = 0; index < digestBytes; index++) target[offset + index] = characters.charCodeAt(index);
}
