import { createHash } from 'node:crypto';
import { buildLayers, generateLeaves, generateProofs } from 'arweave/node/lib/merkle.js';
import type { ArchiveContent } from '../archive.ts';

/** A piece of the content, as it is uploaded. */
export interface ArweaveChunk {
  readonly start: number;
  readonly end: number;
  /** The last byte's place, which names the chunk. */
  readonly offset: number;
  /** What proves it against the root. */
  readonly path: Uint8Array;
}

export interface ChunkedContent {
  /** Root of the Merkle tree over the chunks: what a transaction signs instead of its content. */
  readonly root: Uint8Array;
  readonly chunks: readonly ArweaveChunk[];
}

const [largest, smallest] = [256 * 1024, 32 * 1024];

/**
 * Cuts content as `arweave` does (chunks of 256 KiB, the last two alike where the last would be below 32 KiB), while it
 * streams by; the tree is made by `arweave` itself.
 */
export async function chunkContent(content: ArchiveContent): Promise<ChunkedContent> {
  const hashed: { dataHash: Uint8Array; minByteRange: number; maxByteRange: number }[] = [];
  const ends = chunkEnds(content.bytes);
  let [hash, at] = [createHash('sha256'), 0];
  const finish = () => {
    const end = ends[hashed.length] as number;
    hashed.push({
      dataHash: new Uint8Array(hash.digest()),
      minByteRange: ends[hashed.length - 1] ?? 0,
      maxByteRange: end,
    });
    hash = createHash('sha256');
  };
  for await (const piece of content.stream()) {
    if (at + piece.length > content.bytes) throw new RangeError('there is more content than it says');
    for (let from = 0; from < piece.length;) {
      const length = Math.min(piece.length - from, (ends[hashed.length] as number) - at);
      hash.update(piece.subarray(from, from + length));
      from += length;
      at += length;
      if (at === ends[hashed.length]) finish();
    }
  }
  if (at !== content.bytes) throw new RangeError('there is less content than it says');
  while (hashed.length < ends.length) finish();
  const root = await buildLayers(await generateLeaves(hashed));
  const proofs = generateProofs(root);
  const chunks = hashed.map(({ minByteRange, maxByteRange }, index) => {
    const { offset, proof } = proofs[index] as (typeof proofs)[number];
    return { start: minByteRange, end: maxByteRange, offset, path: proof };
  });
  // A chunk of no bytes stands in the tree and is not sent.
  return { root: root.id, chunks: chunks.filter(({ start, end }) => end > start) };
}

/** Where the chunks end; content whose length is a multiple of the largest chunk ends with one of no bytes. */
function chunkEnds(bytes: number): readonly number[] {
  const ends: number[] = [];
  let at = 0;
  while (bytes - at >= largest) {
    const rest = bytes - at;
    const left = rest - largest;
    at += left > 0 && left < smallest ? Math.ceil(rest / 2) : largest;
    ends.push(at);
  }
  ends.push(bytes);
  return ends;
}
