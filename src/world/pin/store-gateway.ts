import { ZooError } from '../../core/error.ts';
import { encodeCar } from '../../core/ipld/car.ts';
import { type Block, type CidBytes, formatCid } from '../../core/ipld/cid.ts';
import { walk } from './node/walk.ts';
import type { BlockStore, Gateway } from './pin.ts';

/** The embedded node's own blocks: asked like any other gateway, and hashed like what any other sends. */
export function storeGateway(blocks: Pick<BlockStore, 'get' | 'following'>, name: string): Gateway {
  return {
    name,
    block: async (cid) => {
      const bytes = await blocks.get(cid);
      if (bytes !== undefined) return bytes;
      throw new ZooError('not-found', `${name} does not have ${formatCid(cid)}`);
    },
    car: (cid) => Promise.resolve(encodeCar(cid, whatIsHere(blocks, cid))),
  };
}

/** As far as it goes; what is behind a block that is lacking is asked for by itself. */
async function* whatIsHere(blocks: Pick<BlockStore, 'following'>, cid: CidBytes): AsyncGenerator<Block> {
  try {
    yield* walk(blocks, cid);
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || thrown.code !== 'not-found') throw thrown;
  }
}
