import { z } from 'zod';
import type { Pin, PinProgress, PinReport, PinState, Shipment } from './pin.ts';
import { type Service, checkReturnedRoot, readAnswer, requestService } from './service-request.ts';

const statusSchema = z.object({
  requestid: z.string().max(512),
  status: z.enum(['queued', 'pinning', 'pinned', 'failed']),
  pin: z.object({ cid: z.string() }),
  info: z.record(z.string(), z.unknown()).nullish(),
});
const listSchema = z.object({ count: z.number(), results: z.array(statusSchema) });

const states: Readonly<Record<z.infer<typeof statusSchema>['status'], PinState>> = {
  queued: 'pinning',
  pinning: 'pinning',
  pinned: 'pinned',
  failed: 'failed',
};

/**
 * The IPFS Pinning Service API (ipfs.github.io/pinning-services-api-spec). Nothing is sent through it: the service
 * fetches the blocks from whoever has them, so another target has to keep them already.
 *
 * @param endpoint the address of the API, without `/pins`
 * @param origins multiaddresses of nodes that have the blocks
 */
export function pinningServicePin(service: Service, endpoint: string, origins: readonly string[]): Pin {
  const pins = `${endpoint.replace(/\/+$/, '')}/pins`;
  return {
    target: service.target,
    status: async (cid) => (await find(cid)) ?? { state: 'absent' },
    send: async (shipment, progress, signal) => {
      const known = await find(shipment.cid);
      // A request that failed is replaced, so that it does not stand there twice.
      if (known !== undefined && known.state !== 'failed') return known;
      return await ask(shipment, progress, signal, known?.remoteId);
    },
  };

  async function find(cid: string): Promise<PinReport | undefined> {
    const query = new URLSearchParams({ cid, status: 'queued,pinning,pinned,failed' });
    const response = await requestService(service, `${pins}?${query.toString()}`);
    const { results } = await readAnswer(service, response, listSchema);
    const reports = results.filter(({ pin }) => pin.cid === cid).map(reportOf);
    return (
      reports.find(({ state }) => state === 'pinned') ?? reports.find(({ state }) => state === 'pinning') ?? reports[0]
    );
  }

  async function ask(
    shipment: Shipment,
    progress: PinProgress,
    signal: AbortSignal,
    failed: string | undefined,
  ): Promise<PinReport> {
    const { cid, name } = shipment;
    const response = await requestService(
      service,
      failed === undefined ? pins : `${pins}/${encodeURIComponent(failed)}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ cid, name, origins, meta: { app: 'zoo' } }),
        signal,
      },
    );
    const answer = await readAnswer(service, response, statusSchema);
    checkReturnedRoot(service, cid, answer.pin.cid);
    await progress.remember({ requestid: answer.requestid });
    return reportOf(answer);
  }
}

function reportOf({ requestid, status, info }: z.infer<typeof statusSchema>): PinReport {
  const details = info?.['status_details'];
  return {
    state: states[status],
    remoteId: requestid,
    detail: typeof details === 'string' ? details.slice(0, 300) : status,
  };
}
