import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeCar, maximumBlockBytes } from '../../../src/core/ipld/car.ts';
import { type CidBytes, cidOf, codecs } from '../../../src/core/ipld/cid.ts';
import { fetchVersion, keepNothing } from '../../../src/publishing/fetch.ts';
import { receiveBlock } from '../../../src/publishing/receive.ts';
import { takeSnapshot } from '../../../src/publishing/snapshot.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { httpGateway } from '../../../src/world/pin/http-gateway.ts';
import { kuboPin } from '../../../src/world/pin/kubo.ts';
import { exampleLibrary } from '../../ledger/experience.ts';
import { sampleVersion } from '../../publishing/sample-version.ts';
import { serviceAt } from './fake-service.ts';
import { memoryProgress, noInterrupt, sampleShipment } from './shipment.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function serve(answer: (path: string, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => answer(request.url ?? '', response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { signal } = new AbortController();
const some: CidBytes = cidOf(codecs.raw, sha256('something'));
/** 64 MiB of nothing, packed into 64 kB. */
const packed = gzipSync(new Uint8Array(64 * 1024 * 1024));

describe('a gateway that sends little which unfolds into much', () => {
  it('is not read further than a block may be long', async () => {
    const gateway = httpGateway(
      await serve((_path, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed)),
      globalThis.fetch,
    );
    expect((await gateway.block(some, signal)).length).toBeLessThan(maximumBlockBytes + 1024 * 1024);
    await expect(receiveBlock(gateway, some, sha256, signal)).rejects.toMatchObject({ code: 'too-large', exitCode: 5 });
  });

  it('is not read further than a version may be large', async () => {
    const { root } = await takeSnapshot(sampleVersion(exampleLibrary(3).experiences), sha256);
    const endless = { cid: root, bytes: new Uint8Array(maximumBlockBytes) };
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeCar(
      root,
      Array.from({ length: 32 }, () => endless),
    ))
      pieces.push(piece);
    const address = await serve((_path, response) =>
      response
        .writeHead(200, { 'content-type': 'application/vnd.ipld.car', 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.concat(pieces))),
    );
    const world = { gateways: [httpGateway(address, globalThis.fetch)], sha256, signal };
    const limits = { bytes: 4 * 1024 * 1024, records: 10 };
    await expect(fetchVersion(root, { ...world, limits }, keepNothing)).rejects.toMatchObject({ exitCode: 5 });
  });

  it('is cut when it is a Kubo node that tells without end what it took', async () => {
    const address = await serve((path, response) => {
      if (path.startsWith('/api/v0/dag/import'))
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 * 1024 * 1024, '{}\n')));
      else response.writeHead(500).end(JSON.stringify({ Message: 'not pinned' }));
    });
    const { shipment } = await sampleShipment(3);
    const sending = kuboPin(serviceAt('kubo'), address).send(shipment, memoryProgress(), noInterrupt);
    await expect(sending).rejects.toMatchObject({ code: 'pin-incomplete' });
  });
});

it('a gateway that sends a byte now and then is too slow, and is dropped', async () => {
  const address = await serve((_path, response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.ipld.raw' });
    const drip = setInterval(() => response.write('x'), 50);
    response.once('close', () => clearInterval(drip));
  });
  const { root } = await takeSnapshot(sampleVersion(exampleLibrary(3).experiences), sha256);
  const dropped: string[] = [];
  const fetching = fetchVersion(
    root,
    {
      gateways: [httpGateway(address, globalThis.fetch)],
      sha256,
      signal,
      limits: { bytes: 1_000_000, records: 10 },
      patienceMs: 400,
      onDropped: (gateway) => dropped.push(gateway),
    },
    keepNothing,
  );
  await expect(fetching).rejects.toMatchObject({ code: 'fetch-failed' });
  expect(dropped).toEqual([address]);
});
