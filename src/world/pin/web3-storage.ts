import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import type { Pin, PinProgress, PinReport, Shipment } from './pin.ts';
import { type Service, checkReturnedRoot, readAnswer, requestService } from './service-request.ts';

/** The service took CARs of at most 100 MiB; parts of this size each hold the root. */
const usualPartBytes = 10 * 1024 * 1024;

const uploadedSchema = z.object({ cid: z.string() });
const statusSchema = z.object({ cid: z.string(), pins: z.array(z.object({ status: z.string() })).default([]) });

/**
 * The HTTP API of web3.storage (`POST /car`, `GET /status/:cid`), which the embedded node speaks as well. The service
 * itself closed: uploads ended in January 2024.
 *
 * @param endpoint where the API is; at api.web3.storage nothing is sent
 */
export function web3StoragePin(service: Service, endpoint: string, partBytes = usualPartBytes): Pin {
  const base = endpoint.replace(/\/+$/, '');
  return { target: service.target, status, send };

  async function status(cid: string): Promise<PinReport> {
    refuseClosedService(base);
    const response = await requestService(service, `${base}/status/${cid}`, { expected: [404] });
    if (response.status === 404) {
      await response.body?.cancel();
      return { state: 'absent' };
    }
    const { pins } = await readAnswer(service, response, statusSchema);
    if (pins.some((pin) => pin.status === 'Pinned')) return { state: 'pinned' };
    const failed = pins.length > 0 && pins.every((pin) => pin.status === 'PinError');
    return { state: failed ? 'failed' : 'pinning', detail: `${pins.length} nodes` };
  }

  async function send(shipment: Shipment, progress: PinProgress, signal: AbortSignal): Promise<PinReport> {
    refuseClosedService(base);
    const withoutBase = shipment.base !== undefined;
    const same = progress.remembered['base'] === (shipment.base ?? '');
    const from = same ? Number(progress.remembered['part'] ?? 0) : 0;
    for await (const part of shipment.parts(partBytes, withoutBase)) {
      if (part.index < from) continue;
      const response = await requestService(service, `${base}/car`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.ipld.car', 'x-name': encodeURIComponent(shipment.name) },
        body: part.car,
        signal,
      });
      const { cid } = await readAnswer(service, response, uploadedSchema);
      checkReturnedRoot(service, shipment.cid, cid);
      await progress.remember({ part: part.index + 1, base: shipment.base ?? '' });
    }
    return await status(shipment.cid);
  }
}

function refuseClosedService(endpoint: string): void {
  const { hostname } = new URL(endpoint);
  if (hostname !== 'web3.storage' && !hostname.endsWith('.web3.storage')) return;
  throw new ZooError(
    'service-closed',
    `${hostname} takes nothing any more: web3.storage ended uploads in January 2024, and its successor Storacha ended them on 15 April 2026`,
    {
      hint: 'Publish to the embedded node (--pin local), a Kubo node (--pin kubo:http://127.0.0.1:5001), Pinata (--pin pinata), a pinning service (--pin service:<url>), or name another endpoint of this protocol (--pin web3.storage:<url>).',
      data: { endpoint },
    },
  );
}
