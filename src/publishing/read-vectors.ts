import { isHexOf } from '../core/digest.ts';
import { each } from '../core/each.ts';
import { type CidBytes, cidKey, codecOf, codecs, digestOf } from '../core/ipld/cid.ts';
import { linksOf } from '../core/ipld/links.ts';
import type { VectorReference } from '../core/library/vector.ts';
import type { Reading } from './reading.ts';
import { spend } from './receive.ts';
import { unverified } from './unverified.ts';

/** Nodes whose vectors are asked for at once. */
const nodesAtOnce = 16;
/** Levels of nodes at most: 1,024 links each, above groups. */
const deepest = 5;

/**
 * The vectors that records name, from the one file of them, whose leaves are those vectors in the records' order.
 *
 * @param named in the order of the records
 */
export async function readVectors(
  reading: Reading,
  file: CidBytes | null,
  named: readonly VectorReference[],
  take: (digest: string, bytes: Uint8Array) => Promise<void> | void,
): Promise<void> {
  if (file === null && named.length === 0) return;
  if (file === null || named.length === 0)
    throw unverified('not-a-snapshot', 'its embeddings are not those that its records name');
  refuseTooMany(reading, named);
  let next = 0;
  await each(leavesOf(reading, file, named.length), ({ cid, bytes }) => {
    const reference = named[next++];
    if (reference === undefined || !isHexOf(reference.sha256, digestOf(cid)) || bytes.length !== vectorBytes(reference))
      throw unverified('vector-mismatch', 'a vector is not the one that its record names');
    return take(reference.sha256, bytes);
  });
  if (next < named.length) throw unverified('vector-mismatch', 'its embeddings are too few');
}

/** Before anything of them is fetched. */
function refuseTooMany({ allowance }: Reading, named: readonly VectorReference[]): void {
  const expected = named.reduce((sum, reference) => sum + vectorBytes(reference), 0);
  if (allowance.spent + expected > allowance.most) spend(allowance, expected);
}

async function* leavesOf(
  reading: Reading,
  file: CidBytes,
  most: number,
): AsyncGenerator<{ readonly cid: CidBytes; readonly bytes: Uint8Array }> {
  let level: readonly CidBytes[] = [file];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest || level.length > most || level.some((cid) => codecOf(cid) !== codecs.dagPb))
      throw unverified('vector-mismatch', 'the file of its embeddings has another form');
    const below: CidBytes[] = [];
    for (let start = 0; start < level.length; start += nodesAtOnce) {
      const some = level.slice(start, start + nodesAtOnce);
      const blocks = await reading.blocks(some);
      const links = blocks.map(linksOf);
      // The lowest nodes link raw blocks alone; they come with them.
      const lowest = links.every((cids) => cids.length > 0 && cids.every((cid) => codecOf(cid) === codecs.raw));
      if (!lowest) below.push(...links.flat());
      else if (below.length > 0) throw unverified('vector-mismatch', 'the file of its embeddings is no even tree');
      else yield* familiesOf(reading, some, links);
    }
    level = below;
  }
}

async function* familiesOf(
  reading: Reading,
  nodes: readonly CidBytes[],
  links: readonly (readonly CidBytes[])[],
): AsyncGenerator<{ readonly cid: CidBytes; readonly bytes: Uint8Array }> {
  const families = await reading.families(nodes);
  for (const [index, cids] of links.entries())
    for (const cid of cids) {
      const block = families[index]?.get(cidKey(cid));
      if (block !== undefined) yield block;
    }
}

function vectorBytes({ dim, dtype }: VectorReference): number {
  return dim * (dtype === 'f32' ? 4 : 8);
}
