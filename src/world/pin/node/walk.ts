import { ZooError } from '../../../core/error.ts';
import { type Block, type CidBytes, cidKey, formatCid } from '../../../core/ipld/cid.ts';
import { linksOf } from '../../../core/ipld/links.ts';
import type { BlockStore } from '../pin.ts';

/**
 * Everything that a block leads to, itself first, depth first in the order of links, each block once.
 *
 * @throws ZooError `not-found` at the first block that is not there
 */
export async function* walk(blocks: Pick<BlockStore, 'get'>, root: CidBytes): AsyncGenerator<Block> {
  const seen = new Set<string>();
  const waiting = [root];
  for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) {
    const key = cidKey(cid);
    if (seen.has(key)) continue;
    seen.add(key);
    const block = await blockOf(blocks, cid);
    yield block;
    waiting.push(...linksOf(block).toReversed());
  }
}

/** @throws ZooError `not-found` */
export async function blockOf(blocks: Pick<BlockStore, 'get'>, cid: CidBytes): Promise<Block> {
  const bytes = await blocks.get(cid);
  if (bytes !== undefined) return { cid, bytes };
  throw new ZooError('not-found', `the block ${formatCid(cid)} is not here`, {
    hint: 'Publish it with "zoo publish", or get it with "zoo fetch".',
  });
}
