import { ZooError, messageOf } from '../../core/error.ts';
import { maximumBlockBytes } from '../../core/ipld/car.ts';
import { type CidBytes, formatCid } from '../../core/ipld/cid.ts';
import type { Gateway } from './pin.ts';
import type { Fetch } from './service-request.ts';

/**
 * A trustless gateway (specs.ipfs.tech/http-gateways/trustless-gateway): raw blocks and CARs.
 *
 * @param address such as `http://127.0.0.1:8080`
 */
export function httpGateway(address: string, fetch: Fetch): Gateway {
  const base = `${address.replace(/\/+$/, '')}/ipfs`;
  let makesCars = true;
  return { name: address, block, car };

  async function block(cid: CidBytes, signal: AbortSignal): Promise<Uint8Array> {
    const response = await get(cid, 'raw', 'application/vnd.ipld.raw', signal);
    if (!response.ok) throw await refused(response, cid);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of bodyOf(response, signal)) {
      parts.push(part);
      size += part.length;
      // One byte more shows that it is too large; the rest is not worth waiting for.
      if (size > maximumBlockBytes) break;
    }
    return Buffer.concat(parts);
  }

  async function car(cid: CidBytes, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    if (!makesCars) return undefined;
    const response = await get(cid, 'car&dag-scope=all', 'application/vnd.ipld.car; version=1', signal);
    if (response.ok && response.headers.get('content-type')?.startsWith('application/vnd.ipld.car') === true)
      return bodyOf(response, signal);
    if (!response.ok && ![400, 406, 415, 501].includes(response.status)) throw await refused(response, cid);
    await response.body?.cancel();
    makesCars = false;
    return undefined;
  }

  async function get(cid: CidBytes, format: string, accept: string, signal: AbortSignal): Promise<Response> {
    try {
      return await fetch(`${base}/${formatCid(cid)}?format=${format}`, { headers: { accept }, signal });
    } catch (cause) {
      throw broken(signal, cause);
    }
  }

  async function* bodyOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* response.body ?? [];
    } catch (cause) {
      throw broken(signal, cause);
    }
  }

  async function refused(response: Response, cid: CidBytes): Promise<ZooError> {
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410)
      return new ZooError('not-found', `${address} does not have ${formatCid(cid)}`, {
        hint: 'Name gateways that have it with --gateway (ZOO_GATEWAY).',
      });
    return new ZooError('gateway-failed', `${address} answered ${response.status} for ${formatCid(cid)}`, {
      hint: 'Try again later, or name other gateways with --gateway (ZOO_GATEWAY).',
    });
  }

  function broken(signal: AbortSignal, cause: unknown): unknown {
    if (signal.aborted) return signal.reason;
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    return new ZooError('gateway-failed', `${address} does not answer: ${messageOf(inner)}`, {
      cause,
      hint: 'Check its address, or name other gateways with --gateway (ZOO_GATEWAY).',
    });
  }
}
