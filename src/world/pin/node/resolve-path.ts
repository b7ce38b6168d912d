import { CID } from 'multiformats/cid';
import { ZooError } from '../../../core/error.ts';
import { type Block, type CidBytes, codecOf, codecs, fromLink } from '../../../core/ipld/cid.ts';
import { decodeNode } from '../../../core/ipld/links.ts';
import { readUnixFsNode } from '../../../core/ipld/unixfs-file.ts';
import type { BlockStore } from '../pin.ts';
import { blockOf } from './walk.ts';

/**
 * Follows a path from a block: names of folders in UnixFS, keys and indexes in DAG-CBOR.
 *
 * @returns every block on the way, the one that the path leads to last
 * @throws ZooError `not-found`
 */
export async function resolvePath(
  blocks: Pick<BlockStore, 'get'>,
  root: CidBytes,
  segments: readonly string[],
): Promise<readonly [Block, ...Block[]]> {
  const way: [Block, ...Block[]] = [await blockOf(blocks, root)];
  let rest = segments;
  while (rest.length > 0) {
    const block = way.at(-1) as Block;
    const { cid, used } = step(block, rest);
    rest = rest.slice(used);
    way.push(await blockOf(blocks, cid));
  }
  return way;
}

function step(block: Block, segments: readonly string[]): { cid: CidBytes; used: number } {
  if (codecOf(block.cid) === codecs.dagPb) {
    const found = readUnixFsNode(block, fromLink).links.find(({ name }) => name === segments[0]);
    if (found !== undefined) return { cid: found.cid, used: 1 };
  }
  if (codecOf(block.cid) === codecs.dagCbor) {
    let value: unknown = decodeNode(block);
    for (const [index, segment] of segments.entries()) {
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, segment)
          ? (value as Record<string, unknown>)[segment]
          : undefined;
      const link = CID.asCID(value);
      if (link !== null) return { cid: fromLink(link), used: index + 1 };
    }
  }
  throw new ZooError('not-found', `nothing lies at /${segments.join('/').slice(0, 200)}`);
}
