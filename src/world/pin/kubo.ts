import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import type { Pin, PinProgress, PinReport, Shipment, ShipmentPart } from './pin.ts';
import { type Service, checkReturnedRoot, readAnswer, readText, requestService } from './service-request.ts';

/** Bytes that are sent at once; a broken off upload goes on at the part that broke. */
const usualPartBytes = 16 * 1024 * 1024;

/** A line for the root and one for the counts are far shorter. */
const answerBytes = 1024 * 1024;

const pinsSchema = z.object({ Keys: z.record(z.string(), z.object({ Type: z.string() })).optional() });
const failureSchema = z.object({ Message: z.string() });
const lineSchema = z.object({
  Root: z.object({ Cid: z.object({ '/': z.string() }), PinErrorMsg: z.string().optional() }).optional(),
  Stats: z.object({ BlockCount: z.number() }).optional(),
});

/**
 * A Kubo node or what speaks its RPC (Filebase): `pin/ls` and `dag/import` (docs.ipfs.tech/reference/kubo/rpc). Blocks
 * of a version that the node keeps are not sent again.
 *
 * @param api the address of the RPC, such as `http://127.0.0.1:5001`
 */
export function kuboPin(service: Service, api: string, partBytes = usualPartBytes): Pin {
  const base = `${api.replace(/\/+$/, '')}/api/v0`;
  return { target: service.target, status, send };

  async function status(cid: string): Promise<PinReport> {
    const query = new URLSearchParams({ arg: cid, type: 'recursive' });
    const response = await requestService(service, `${base}/pin/ls?${query.toString()}`, {
      method: 'POST',
      expected: [500],
    });
    if (response.status === 500) {
      const { Message } = await readAnswer(service, response, failureSchema);
      if (/not pinned/.test(Message)) return { state: 'absent' };
      throw new ZooError('pin-refused', `${service.target} cannot list its pins: ${Message.slice(0, 300)}`, {
        hint: 'See the log of that node.',
      });
    }
    const { Keys } = await readAnswer(service, response, pinsSchema);
    return { state: Keys?.[cid] === undefined ? 'absent' : 'pinned' };
  }

  async function send(shipment: Shipment, progress: PinProgress, signal: AbortSignal): Promise<PinReport> {
    const frugal = shipment.base !== undefined || progress.remembered['part'] !== undefined;
    try {
      await sendParts(shipment, progress, signal, shipment.base !== undefined);
    } catch (thrown) {
      // The node may have thrown away what arrived before, since nothing pinned it. Then all of it goes once more.
      if (!frugal || !(thrown instanceof ZooError) || thrown.code !== 'pin-incomplete') throw thrown;
      await progress.remember({ part: 0 });
      await sendParts(shipment, { ...progress, remembered: {} }, signal, false);
    }
    return await status(shipment.cid);
  }

  async function sendParts(
    shipment: Shipment,
    progress: PinProgress,
    signal: AbortSignal,
    withoutBase: boolean,
  ): Promise<void> {
    const same = progress.remembered['base'] === (withoutBase ? (shipment.base ?? '') : '');
    const from = same ? Number(progress.remembered['part'] ?? 0) : 0;
    for await (const part of shipment.parts(partBytes, withoutBase)) {
      if (part.index < from && !part.last) continue;
      await sendPart(shipment, part, signal);
      await progress.remember({ part: part.index + 1, base: withoutBase ? (shipment.base ?? '') : '' });
    }
  }

  async function sendPart(shipment: Shipment, part: ShipmentPart, signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ 'pin-roots': String(part.last), stats: 'true' });
    const body = new FormData();
    body.append('file', new Blob([part.car], { type: 'application/vnd.ipld.car' }), `${shipment.cid}.car`);
    const response = await requestService(service, `${base}/dag/import?${query.toString()}`, {
      method: 'POST',
      body,
      signal,
    });
    const lines = (await readText(response, answerBytes)).split('\n').filter((line) => line.trim() !== '');
    const told = lines.map((line) => lineSchema.safeParse(parseLine(line)).data);
    const arrived = told.find((line) => line?.Stats !== undefined)?.Stats?.BlockCount;
    const root = told.find((line) => line?.Root !== undefined)?.Root;
    if (part.last && root !== undefined) {
      checkReturnedRoot(service, shipment.cid, root.Cid['/']);
      if (root.PinErrorMsg !== undefined && root.PinErrorMsg !== '') throw incomplete(root.PinErrorMsg);
    } else if (part.last) throw incomplete('it names no root');
    if (arrived !== part.blocks) throw incomplete(`it took ${arrived ?? 'no'} of ${part.blocks} blocks`);
  }

  function incomplete(why: string): ZooError {
    return new ZooError('pin-incomplete', `${service.target} did not take the whole version: ${why.slice(0, 300)}`, {
      hint: 'Run "zoo publish --recover".',
    });
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
