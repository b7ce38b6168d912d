import { ZooError } from '../../core/error.ts';
import { formatCid } from '../../core/ipld/cid.ts';
import type { BlockStore, Gateway } from './pin.ts';

/** The embedded node's own blocks: asked like any other gateway, and hashed like what any other sends. */
export function storeGateway(blocks: Pick<BlockStore, 'get'>, name: string): Gateway {
  return {
    name,
    block: async (cid) => {
      const bytes = await blocks.get(cid);
      if (bytes !== undefined) return bytes;
      throw new ZooError('not-found', `${name} does not have ${formatCid(cid)}`);
    },
    car: () => Promise.resolve(undefined),
  };
}
