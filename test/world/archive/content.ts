import type { ArchiveContent } from '../../../src/world/archive/archive.ts';

/** Bytes as content, in pieces of a size of their own. */
export function contentOf(data: Uint8Array | string, pieceBytes = 50_000): ArchiveContent {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return {
    bytes: bytes.length,
    stream: async function* (from = 0, length = bytes.length - from) {
      for (let at = from; at < from + length; at += pieceBytes)
        yield bytes.subarray(at, Math.min(at + pieceBytes, from + length));
    },
  };
}
