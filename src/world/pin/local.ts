import { parseCid } from '../../core/ipld/cid.ts';
import type { BlockStore, Pin } from './pin.ts';

/** The embedded node: what is published is already in its blocks, and stays there. */
export function localPin(blocks: BlockStore): Pin {
  const report: Pin['status'] = async (cid) => {
    const car = await blocks.car(parseCid(cid));
    return car === undefined ? { state: 'absent' } : { state: 'pinned', detail: car.path };
  };
  return { target: 'local', status: report, send: (shipment, progress) => report(shipment.cid, progress) };
}
