import { CarWriter } from '../../src/core/ipld/car.ts';
import { type Block, cidKey, formatCid } from '../../src/core/ipld/cid.ts';
import type { BlockStore, CarFile } from '../../src/world/pin/pin.ts';

export interface MemoryBlocks extends BlockStore {
  readonly contents: Map<string, Block>;
  /** Blocks that were asked for. */
  asked: number;
}

/** Blocks in memory. */
export function memoryBlocks(): MemoryBlocks {
  const contents = new Map<string, Block>();
  const cars = new Map<string, CarFile>();
  const store: MemoryBlocks = {
    contents,
    asked: 0,
    get: async (cid) => {
      store.asked++;
      return contents.get(cidKey(cid))?.bytes;
    },
    following: async function* (cid) {
      const keys = [...contents.keys()];
      const place = keys.indexOf(cidKey(cid));
      if (place === -1) return;
      for (const key of keys.slice(place)) {
        store.asked++;
        yield contents.get(key) as Block;
      }
    },
    car: async (root) => cars.get(formatCid(root)),
    list: async () => [...cars.values()],
    keep: async (root, blocks, { whole, name }) => {
      const pieces: Uint8Array[] = [];
      const writer = new CarWriter(root);
      let count = 0;
      for await (const { cid, bytes } of blocks) {
        contents.set(cidKey(cid), { cid, bytes: bytes.slice() });
        count++;
        pieces.push(...writer.add(cid, bytes));
      }
      pieces.push(writer.end());
      const car = Buffer.concat(pieces);
      const kept: CarFile = {
        cid: formatCid(root),
        bytes: car.length,
        blocks: count,
        whole,
        time: '2026-01-02T03:04:05.000Z',
        name: name ?? null,
        path: `memory:${formatCid(root)}`,
        stream: async function* (from = 0, length = car.length - from) {
          yield car.subarray(from, from + length);
        },
      };
      if (whole) cars.set(kept.cid, kept);
      return kept;
    },
  };
  return store;
}
