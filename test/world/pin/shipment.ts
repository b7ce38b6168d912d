import { prepareShipment } from '../../../src/publishing/shipment.ts';
import { takeSnapshot } from '../../../src/publishing/snapshot.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import type { PinProgress } from '../../../src/world/pin/pin.ts';
import { memoryBlocks } from '../../fakes/blocks.ts';
import { exampleLibrary } from '../../ledger/experience.ts';
import { sampleVersion } from '../../publishing/sample-version.ts';

/** A published library on its way. */
export async function sampleShipment(count: number) {
  const blocks = memoryBlocks();
  const snapshot = await takeSnapshot(sampleVersion(exampleLibrary(count).experiences), sha256);
  await blocks.keep(snapshot.root, snapshot.stream(), { whole: true });
  const shipment = await prepareShipment(blocks, { root: snapshot.root, name: 'library v1', base: undefined }, sha256);
  return { blocks, snapshot, shipment };
}

/** What an adapter remembers, in memory. */
export function memoryProgress(): PinProgress & { values: Record<string, string | number> } {
  const values: Record<string, string | number> = {};
  return { values, remembered: values, remember: async (more) => void Object.assign(values, more) };
}

export const noInterrupt = new AbortController().signal;
