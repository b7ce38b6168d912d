import type { Sha256 } from '../core/digest.ts';
import { type CidBytes, cidOf, codecs, formatCid } from '../core/ipld/cid.ts';
import type { BlockStore, Pin, PinProgress } from '../world/pin/pin.ts';
import { type Delivery, attempt, deliveryOf } from './publish.ts';
import { prepareShipment } from './shipment.ts';

export interface PublishRecordWorld {
  readonly blocks: BlockStore;
  readonly pins: readonly Pin[];
  readonly sha256: Sha256;
  readonly signal: AbortSignal;
}

/** The CID of a record that is published by itself: the one that it has in every snapshot. */
export function recordCid(bytes: Uint8Array, sha256: Sha256): CidBytes {
  return cidOf(codecs.raw, sha256(bytes));
}

/** Publishes one record. It is a single block, so there is nothing to remember of an upload that was broken off. */
export async function publishRecord(
  bytes: Uint8Array,
  name: string,
  { blocks, pins, sha256, signal }: PublishRecordWorld,
): Promise<readonly Delivery[]> {
  const root = recordCid(bytes, sha256);
  await blocks.keep(root, [{ cid: root, bytes }], { whole: true, name });
  const deliveries: Delivery[] = [];
  for (const pin of pins)
    deliveries.push(
      await attempt(pin, async () => {
        const there = await pin.status(formatCid(root), nothingRemembered);
        if (there.state === 'pinned' || there.state === 'pinning') return deliveryOf(pin, there);
        const shipment = await prepareShipment(blocks, { root, name, base: undefined }, sha256);
        return deliveryOf(pin, await pin.send(shipment, nothingRemembered, signal));
      }),
    );
  return deliveries;
}

const nothingRemembered: PinProgress = { remembered: {}, remember: () => Promise.resolve() };
