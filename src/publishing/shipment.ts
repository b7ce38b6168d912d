import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { CarWriter, maximumBlockBytes, readCar } from '../core/ipld/car.ts';
import { type Block, type CidBytes, cidKey, formatCid, parseCid } from '../core/ipld/cid.ts';
import type { BlockStore, Shipment, ShipmentPart } from '../world/pin/pin.ts';
import { differingBlocks } from './differing-blocks.ts';

export interface ShipmentOptions {
  readonly root: CidBytes;
  readonly name: string;
  readonly base: string | undefined;
}

/** A version that the embedded node keeps, ready to be sent. @throws ZooError `block-missing` */
export async function prepareShipment(
  store: BlockStore,
  { root, name, base }: ShipmentOptions,
  sha256: Sha256,
): Promise<Shipment> {
  const cid = formatCid(root);
  const car = await store.car(root);
  if (car === undefined)
    throw new ZooError('block-missing', `the embedded node does not keep ${cid}`, {
      hint: 'Publish the version again; the blocks lie in --ipfs-dir (ZOO_IPFS_DIR).',
    });
  return {
    cid,
    root,
    name,
    base,
    carBytes: car.bytes,
    carPath: car.path,
    car: (from = 0) => car.stream(from),
    parts: (bytes, withoutBase) =>
      cutIntoParts(
        root,
        withoutBase && base !== undefined
          ? differingBlocks(store, root, parseCid(base))
          : wholeCar(car.stream(), car.bytes, sha256),
        bytes,
      ),
  };
}

/** Hashes what the disk holds once more before it leaves. */
async function* wholeCar(stream: AsyncIterable<Uint8Array>, totalBytes: number, sha256: Sha256): AsyncGenerator<Block> {
  yield* (await readCar(stream, sha256, { blockBytes: maximumBlockBytes, totalBytes })).blocks;
}

async function* cutIntoParts(
  root: CidBytes,
  blocks: AsyncIterable<Block>,
  partBytes: number,
): AsyncGenerator<ShipmentPart> {
  const rootKey = cidKey(root);
  let top: Block | undefined;
  let held: Block[] = [];
  let [index, size] = [0, 0];
  for await (const block of blocks) {
    if (cidKey(block.cid) === rootKey) {
      top = block;
      continue;
    }
    if (size > 0 && size + block.bytes.length > partBytes) {
      yield partOf(root, [...(top === undefined ? [] : [top]), ...held], index++, false);
      [held, size] = [[], 0];
    }
    held.push(block);
    size += block.bytes.length + 40;
  }
  yield partOf(root, [...(top === undefined ? [] : [top]), ...held], index, true);
}

function partOf(root: CidBytes, blocks: readonly Block[], index: number, last: boolean): ShipmentPart {
  const pieces: Uint8Array[] = [];
  const writer = new CarWriter(root);
  for (const { cid, bytes } of blocks) {
    pieces.push(...writer.add(cid, bytes));
  }
  pieces.push(writer.end());
  const car = new Uint8Array(writer.size);
  let at = 0;
  for (const piece of pieces) {
    car.set(piece, at);
    at += piece.length;
  }
  return { index, last, blocks: blocks.length, car };
}
