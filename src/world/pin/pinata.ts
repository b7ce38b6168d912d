import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import type { Pin, PinProgress, PinReport, Shipment } from './pin.ts';
import { type Service, checkReturnedRoot, readAnswer, requestService } from './service-request.ts';

/** Above this a CAR goes up in pieces that can be resumed (tus.io); the service asks for that above 100 MB. */
const usualWholeBytes = 32 * 1024 * 1024;

const uploadedSchema = z.object({ data: z.object({ id: z.string(), cid: z.string() }) });
const filesSchema = z.object({
  data: z.object({ files: z.array(z.object({ id: z.string(), cid: z.string() })).nullable() }),
});

export interface PinataAddresses {
  /** Where files go up, such as `https://uploads.pinata.cloud/v3`. */
  readonly uploads: string;
  readonly api: string;
}

export const pinataAddresses: PinataAddresses = {
  uploads: 'https://uploads.pinata.cloud/v3',
  api: 'https://api.pinata.cloud/v3',
};

/** Pinata, version 3 of its API, with CARs (docs.pinata.cloud/api-reference/endpoint/upload-a-file). */
export function pinataPin(service: Service, addresses: PinataAddresses, wholeBytes = usualWholeBytes): Pin {
  return { target: service.target, status, send };

  async function status(cid: string): Promise<PinReport> {
    requireToken(service);
    const response = await requestService(service, `${addresses.api}/files/public?cid=${cid}`);
    const { data } = await readAnswer(service, response, filesSchema);
    const file = data.files?.find((one) => one.cid === cid);
    return file === undefined ? { state: 'absent' } : { state: 'pinned', remoteId: file.id };
  }

  async function send(shipment: Shipment, progress: PinProgress, signal: AbortSignal): Promise<PinReport> {
    requireToken(service);
    if (shipment.carBytes > wholeBytes) return await sendPieces(shipment, progress, signal);
    const body = new FormData();
    body.append('network', 'public');
    body.append('car', 'true');
    body.append('name', shipment.name);
    body.append(
      'file',
      new Blob([await wholeCar(shipment)], { type: 'application/vnd.ipld.car' }),
      `${shipment.cid}.car`,
    );
    const response = await requestService(service, `${addresses.uploads}/files`, { method: 'POST', body, signal });
    const { data } = await readAnswer(service, response, uploadedSchema);
    checkReturnedRoot(service, shipment.cid, data.cid);
    return { state: 'pinned', remoteId: data.id };
  }

  async function sendPieces(shipment: Shipment, progress: PinProgress, signal: AbortSignal): Promise<PinReport> {
    const started = await resume(progress);
    const url = started?.url ?? (await start(shipment, progress, signal));
    let offset = started?.offset ?? 0;
    let returned: string | null = null;
    while (offset < shipment.carBytes) {
      const piece = await collect(shipment.car(offset), wholeBytes / 2);
      const response = await requestService(service, url, {
        method: 'PATCH',
        headers: {
          'tus-resumable': '1.0.0',
          'content-type': 'application/offset+octet-stream',
          'upload-offset': String(offset),
        },
        body: piece,
        signal,
      });
      await response.body?.cancel();
      offset += piece.length;
      returned = response.headers.get('upload-cid');
    }
    await progress.remember({ upload: '' });
    if (returned !== null) checkReturnedRoot(service, shipment.cid, returned);
    return await status(shipment.cid);
  }

  /** Where an upload that was broken off goes on. */
  async function resume(progress: PinProgress): Promise<{ url: string; offset: number } | undefined> {
    const url = progress.remembered['upload'];
    if (typeof url !== 'string' || url === '') return undefined;
    const response = await requestService(service, url, {
      method: 'HEAD',
      headers: { 'tus-resumable': '1.0.0' },
      expected: [404, 410],
    });
    const offset = Number(response.headers.get('upload-offset') ?? Number.NaN);
    return response.ok && Number.isSafeInteger(offset) ? { url, offset } : undefined;
  }

  async function start(shipment: Shipment, progress: PinProgress, signal: AbortSignal): Promise<string> {
    const fields = {
      filename: `${shipment.cid}.car`,
      filetype: 'application/vnd.ipld.car',
      network: 'public',
      name: shipment.name,
      car: 'true',
    };
    const metadata = Object.entries(fields).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
    const response = await requestService(service, `${addresses.uploads}/files`, {
      method: 'POST',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(shipment.carBytes),
        'upload-metadata': metadata.join(','),
      },
      signal,
    });
    await response.body?.cancel();
    const location = response.headers.get('location');
    const url = location === null ? undefined : new URL(location, addresses.uploads);
    // The token goes along with every piece, so to no other host than it was meant for.
    if (url === undefined || url.host !== new URL(addresses.uploads).host)
      throw new ZooError('pin-refused', `${service.target} names no place for the upload on its own host`, {
        hint: 'Run the same command again later.',
      });
    await progress.remember({ upload: url.href });
    return url.href;
  }
}

function requireToken({ target, token, tokenVariable }: Service): void {
  if (token !== undefined) return;
  throw new ZooError('pin-unauthorized', `${target} needs a token`, { hint: `Put it into ${tokenVariable}.` });
}

async function wholeCar(shipment: Shipment): Promise<Uint8Array<ArrayBuffer>> {
  return await collect(shipment.car(), shipment.carBytes);
}

async function collect(stream: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part.subarray(0, most - size));
    size += part.length;
    if (size >= most) break;
  }
  return new Uint8Array(Buffer.concat(parts));
}
