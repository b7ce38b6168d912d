import { createHash } from 'node:crypto';
import type { ArchiveContent } from '../archive.ts';

/** A blob of which only length and SHA-384 are known, so that it need not be in memory. */
export interface HashedBlob {
  readonly bytes: number;
  readonly sha384: Uint8Array;
}

/**
 * Arweave's deep hash of a list of blobs (ANS-104, "Deep hash"): SHA-384 over tagged lengths and hashes, so that no two
 * lists have one encoding. 48 bytes.
 */
export function deepHash(blobs: readonly (Uint8Array | HashedBlob)[]): Uint8Array {
  let accumulated = sha384(text(`list${blobs.length}`));
  for (const blob of blobs) accumulated = sha384(accumulated, hashOfBlob(blob));
  return accumulated;
}

/** @throws whatever the stream throws */
export async function hashContent(content: ArchiveContent): Promise<HashedBlob> {
  const hash = createHash('sha384');
  let bytes = 0;
  for await (const piece of content.stream()) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha384: new Uint8Array(hash.digest()) };
}

function hashOfBlob(blob: Uint8Array | HashedBlob): Uint8Array {
  const { bytes, sha384: content } = blob instanceof Uint8Array ? { bytes: blob.length, sha384: sha384(blob) } : blob;
  return sha384(sha384(text(`blob${bytes}`)), content);
}

function sha384(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha384');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
