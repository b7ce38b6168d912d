import type { Sha256 } from '../core/digest.ts';
import type { Block, CidBytes } from '../core/ipld/cid.ts';
import type { Gateway } from '../world/pin/pin.ts';
import { type Allowance, receiveBlock, receiveFamily, spend } from './receive.ts';
import { Swarm } from './swarm.ts';

interface FetchLimits {
  /** Bytes at most, whoever sends them. */
  readonly bytes: number;
  readonly records: number;
}

export interface FetchWorld {
  readonly gateways: readonly Gateway[];
  readonly sha256: Sha256;
  readonly signal: AbortSignal;
  readonly limits: FetchLimits;
  readonly patienceMs?: number | undefined;
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
}

/** Blocks from many gateways, hashed, within the limits. */
export interface Reading {
  readonly swarm: Swarm;
  readonly allowance: Allowance;
  readonly sha256: Sha256;
  block(cid: CidBytes): Promise<Block>;
  blocks(cids: readonly CidBytes[]): Promise<Block[]>;
  /** Nodes with what they link, each family by the keys of its blocks. */
  families(cids: readonly CidBytes[]): Promise<ReadonlyMap<string, Block>[]>;
}

export function openReading(world: FetchWorld): Reading {
  const { gateways, sha256, signal, limits, patienceMs = 20_000, onDropped } = world;
  const swarm = new Swarm({ gateways, signal, patienceMs, atOnce: 4, onDropped });
  const allowance: Allowance = { most: limits.bytes, spent: 0 };
  const blocks = async (cids: readonly CidBytes[]) => {
    const pieces = cids.map((cid) => ({ cid, counted: false }));
    return await swarm.all(pieces, async (gateway, piece, ends) => {
      const block = await receiveBlock(gateway, piece.cid, sha256, ends);
      // At once, so that what waits for the others does not grow beyond what is allowed.
      if (!piece.counted) spend(allowance, block.bytes.length);
      piece.counted = true;
      return block;
    });
  };
  return {
    swarm,
    allowance,
    sha256,
    blocks,
    block: async (cid) => (await blocks([cid]))[0] as Block,
    families: async (cids) => {
      const begun = cids.map((cid) => ({ cid, family: new Map<string, Block>() }));
      return await swarm.all(begun, (gateway, { cid, family }, ends, progressed) =>
        receiveFamily(gateway, cid, family, { sha256, signal: ends, allowance, progressed }),
      );
    },
  };
}
