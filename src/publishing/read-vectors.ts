import { toHex } from '../core/digest.ts';
import { type CidBytes, codecOf, codecs } from '../core/ipld/cid.ts';
import { linksOf } from '../core/ipld/links.ts';
import { leafBytes } from '../core/ipld/unixfs-file.ts';
import type { Experience } from '../core/library/experience.ts';
import type { VectorReference } from '../core/library/vector.ts';
import type { Reading } from './reading.ts';
import { spend } from './receive.ts';
import { unverified } from './unverified.ts';

/** Leaves that are asked for at once. */
const leavesAtOnce = 32;

/** The vectors that records name, from the one file of them, each against its own digest. */
export async function readVectors(
  reading: Reading,
  file: CidBytes | null,
  experiences: readonly Experience[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const named = experiences.flatMap(({ embedding }) => embedding ?? []);
  const vectors = new Map<string, Uint8Array>();
  if (file === null && named.length === 0) return vectors;
  if (file === null || named.length === 0)
    throw unverified('not-a-snapshot', 'its embeddings are not those that its records name');
  const bytes = await readFile(reading, file, named);
  let at = 0;
  for (const reference of named) {
    const vector = bytes.subarray(at, at + vectorBytes(reference));
    at += vector.length;
    if (toHex(reading.sha256(vector)) !== reference.sha256)
      throw unverified('vector-mismatch', 'a vector is not the one that its record names');
    vectors.set(reference.sha256, vector);
  }
  return vectors;
}

async function readFile(reading: Reading, file: CidBytes, named: readonly VectorReference[]): Promise<Uint8Array> {
  const expected = named.reduce((sum, reference) => sum + vectorBytes(reference), 0);
  if (expected + reading.allowance.spent > reading.allowance.most) spend(reading.allowance, expected);
  const bytes = new Uint8Array(expected);
  let at = 0;
  let level: readonly CidBytes[] = [file];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 4 || level.length > named.length + expected / leafBytes + 1)
      throw unverified('not-a-snapshot', 'the file of its embeddings has more parts than it can have');
    const nodes = level.filter((cid) => codecOf(cid) === codecs.dagPb);
    if (nodes.length > 0 && nodes.length < level.length)
      throw unverified('not-a-snapshot', 'the file of its embeddings is no balanced tree');
    const next: CidBytes[] = [];
    for (let start = 0; start < level.length; start += leavesAtOnce)
      for (const block of await reading.blocks(level.slice(start, start + leavesAtOnce))) {
        if (nodes.length > 0) next.push(...linksOf(block));
        else {
          if (at + block.bytes.length > expected) throw unverified('vector-mismatch', 'its embeddings are too long');
          bytes.set(block.bytes, at);
          at += block.bytes.length;
        }
      }
    level = next;
  }
  if (at !== expected) throw unverified('vector-mismatch', 'its embeddings are too short');
  return bytes;
}

function vectorBytes({ dim, dtype }: VectorReference): number {
  return dim * (dtype === 'f32' ? 4 : 8);
}
