import { ZooError } from '../../../core/error.ts';
import { type Block, type CidBytes, cidKey, formatCid } from '../../../core/ipld/cid.ts';
import { linksOf } from '../../../core/ipld/links.ts';
import type { BlockStore } from '../pin.ts';

/**
 * Everything that a block leads to, itself first, depth first in the order of links, each block once. CARs hold blocks in
 * that order, so they are read on from one to the next as long as the next is the one that is wanted.
 *
 * @throws ZooError `not-found` at the first block that is not there
 */
export async function* walk(blocks: Pick<BlockStore, 'following'>, root: CidBytes): AsyncGenerator<Block> {
  const seen = new Set<string>();
  const waiting = [root];
  let reading: AsyncIterator<Block> | undefined;
  try {
    for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) {
      const key = cidKey(cid);
      if (seen.has(key)) continue;
      seen.add(key);
      let block = await nextOf(reading);
      if (block === undefined || cidKey(block.cid) !== key) {
        await reading?.return?.();
        reading = blocks.following(cid)[Symbol.asyncIterator]();
        block = await nextOf(reading);
      }
      if (block === undefined) throw notHere(cid);
      yield block;
      waiting.push(...linksOf(block).toReversed());
    }
  } finally {
    await reading?.return?.();
  }
}

async function nextOf(reading: AsyncIterator<Block> | undefined): Promise<Block | undefined> {
  const next = await reading?.next();
  return next === undefined || next.done === true ? undefined : next.value;
}

/** @throws ZooError `not-found` */
export async function blockOf(blocks: Pick<BlockStore, 'get'>, cid: CidBytes): Promise<Block> {
  const bytes = await blocks.get(cid);
  if (bytes !== undefined) return { cid, bytes };
  throw notHere(cid);
}

function notHere(cid: CidBytes): ZooError {
  return new ZooError('not-found', `the block ${formatCid(cid)} is not here`, {
    hint: 'Publish it with "zoo publish", or get it with "zoo fetch".',
  });
}
