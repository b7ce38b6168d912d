import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ZooError } from '../../../src/core/error.ts';
import { readCar } from '../../../src/core/ipld/car.ts';
import { formatCid } from '../../../src/core/ipld/cid.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { execPin } from '../../../src/world/pin/exec.ts';
import { kuboPin } from '../../../src/world/pin/kubo.ts';
import { pinataPin } from '../../../src/world/pin/pinata.ts';
import { pinningServicePin } from '../../../src/world/pin/pinning-service.ts';
import { web3StoragePin } from '../../../src/world/pin/web3-storage.ts';
import { fakeKubo } from './fake-kubo.ts';
import { type FakeService, type Received, type Reply, fakeService, formFile, serviceAt } from './fake-service.ts';
import { memoryProgress, noInterrupt, sampleShipment } from './shipment.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(answer: (received: Received) => Reply | Promise<Reply>): Promise<FakeService> {
  const service = await fakeService(answer);
  open.push(service);
  return service;
}

async function failureOf(act: () => Promise<unknown>): Promise<ZooError> {
  try {
    await act();
  } catch (thrown) {
    if (thrown instanceof ZooError) return thrown;
    throw thrown;
  }
  throw new Error('it did not fail');
}

async function rootsOf(car: Uint8Array): Promise<string[]> {
  const stream = (async function* () {
    yield car;
  })();
  const { roots, blocks } = await readCar(stream, sha256, { blockBytes: 2 ** 21, totalBytes: 2 ** 30 });
  for await (const _ of blocks);
  return roots.map(formatCid);
}

describe('a Kubo node', () => {
  it('gets a CAR with its root to pin, and says whether it keeps it', async () => {
    const kubo = await fakeKubo();
    open.push(kubo);
    const { shipment, snapshot } = await sampleShipment(20);
    const pin = kuboPin(serviceAt('kubo'), `${kubo.url}/`);
    expect(await pin.status(shipment.cid, memoryProgress())).toEqual({ state: 'absent' });
    expect(await pin.send(shipment, memoryProgress(), noInterrupt)).toEqual({ state: 'pinned' });
    expect(kubo.blocks.size).toBe(snapshot.blocks);
    expect(kubo.received.every(({ headers }) => headers.authorization === 'Bearer a-token')).toBe(true);
  });

  it('that breaks off without naming the root has not pinned it', async () => {
    // Kubo tells errors after a 200 in a trailer, which fetch does not show: the root is just not there.
    const kubo = await serve(() => ({ body: '' }));
    const { shipment } = await sampleShipment(3);
    const failure = await failureOf(() =>
      kuboPin(serviceAt('kubo'), kubo.url).send(shipment, memoryProgress(), noInterrupt),
    );
    expect(failure.code).toBe('pin-incomplete');
  });

  it('that is none gives an error that says so', async () => {
    const other = await serve(() => ({ body: '<html>' }));
    const failure = await failureOf(() => kuboPin(serviceAt('kubo'), other.url).status('bafy', memoryProgress()));
    expect(failure.code).toBe('pin-refused');
    expect(failure.hint).toContain('address');
  });

  it('that does not take the token never has it repeated', async () => {
    const strict = await serve(() => ({ status: 403, body: 'no' }));
    const failure = await failureOf(() =>
      kuboPin(serviceAt('kubo', 'secret-token'), strict.url).status('bafy', memoryProgress()),
    );
    expect(failure.code).toBe('pin-unauthorized');
    expect(JSON.stringify([failure.message, failure.hint, failure.data])).not.toContain('secret-token');
    expect(failure.hint).toContain('ZOO_TEST_TOKEN');
  });

  it('that sends us elsewhere does not take the token there', async () => {
    const elsewhere = await serve(() => ({ body: {} }));
    const kubo = await serve(() => ({ status: 307, headers: { location: elsewhere.url } }));
    await failureOf(() => kuboPin(serviceAt('kubo'), kubo.url).status('bafy', memoryProgress()));
    expect(elsewhere.received).toEqual([]);
  });
});

describe('Pinata', () => {
  it('gets a CAR in a form and names the root', async () => {
    const { shipment } = await sampleShipment(5);
    let fields: Record<string, string> = {};
    const pinata = await serve(async (received) => {
      if (received.method === 'GET') return { body: { data: { files: [] } } };
      const form = await formFile(received);
      ({ fields } = form);
      return { body: { data: { id: 'file-1', cid: (await rootsOf(form.file))[0] } } };
    });
    const pin = pinataPin(serviceAt('pinata'), { uploads: pinata.url, api: pinata.url });
    expect(await pin.status(shipment.cid, memoryProgress())).toEqual({ state: 'absent' });
    expect(await pin.send(shipment, memoryProgress(), noInterrupt)).toEqual({ state: 'pinned', remoteId: 'file-1' });
    expect(fields).toEqual({ network: 'public', car: 'true', name: 'library v1' });
  });

  it('that makes another CID of it is not believed', async () => {
    const { shipment } = await sampleShipment(5);
    const pinata = await serve(() => ({ body: { data: { id: 'file-1', cid: 'bafkreiother' } } }));
    const pin = pinataPin(serviceAt('pinata'), { uploads: pinata.url, api: pinata.url });
    expect((await failureOf(() => pin.send(shipment, memoryProgress(), noInterrupt))).code).toBe('pin-root-mismatch');
  });

  it('gets a large CAR in pieces, and after a break the rest of it', async () => {
    const { shipment } = await sampleShipment(200);
    let received = Buffer.alloc(0);
    let starts = 0;
    let breakAt = 3;
    const pinata = await serve((request): Reply => {
      const done = received.length === shipment.carBytes;
      if (request.method === 'GET')
        return { body: { data: { files: done ? [{ id: 'file-2', cid: shipment.cid }] : [] } } };
      if (request.method === 'HEAD') return { headers: { 'upload-offset': String(received.length) } };
      if (request.method === 'POST') {
        starts++;
        expect(request.headers['upload-length']).toBe(String(shipment.carBytes));
        const metadata = Object.fromEntries(
          String(request.headers['upload-metadata'])
            .split(',')
            .map((field) => field.split(' ')),
        ) as Record<string, string>;
        expect(Buffer.from(metadata['car'] ?? '', 'base64').toString()).toBe('true');
        return { status: 201, headers: { location: '/files/upload-1' } };
      }
      if (--breakAt === 0) return { status: 502, body: 'broken off' };
      if (Number(request.headers['upload-offset']) !== received.length) return { status: 409 };
      received = Buffer.concat([received, request.body]);
      return { status: 204 };
    });
    const pin = pinataPin(serviceAt('pinata'), { uploads: pinata.url, api: pinata.url }, 20_000);
    const progress = memoryProgress();
    expect((await failureOf(() => pin.send(shipment, progress, noInterrupt))).code).toBe('pin-refused');
    expect(await pin.send(shipment, progress, noInterrupt)).toEqual({ state: 'pinned', remoteId: 'file-2' });
    expect(starts).toBe(1);
    expect(await rootsOf(received)).toEqual([shipment.cid]);
  });

  it('that names a place on another host gets no piece', async () => {
    const { shipment } = await sampleShipment(200);
    const pinata = await serve(() => ({ status: 201, headers: { location: 'https://elsewhere.example/upload' } }));
    const pin = pinataPin(serviceAt('pinata'), { uploads: pinata.url, api: pinata.url }, 20_000);
    expect((await failureOf(() => pin.send(shipment, memoryProgress(), noInterrupt))).code).toBe('pin-refused');
  });

  it('without a token is not asked', async () => {
    const pin = pinataPin(
      { ...serviceAt('pinata'), token: undefined },
      { uploads: 'http://127.0.0.1:1', api: 'http://127.0.0.1:1' },
    );
    expect((await failureOf(() => pin.status('bafy', memoryProgress()))).code).toBe('pin-unauthorized');
  });
});

describe('a pinning service', () => {
  it('is asked to fetch, once, and again only when it failed', async () => {
    const { shipment } = await sampleShipment(3);
    const requests: { requestid: string; status: string; pin: { cid: string } }[] = [];
    const service = await serve((received): Reply => {
      if (received.method === 'GET') {
        const results = requests.filter(({ pin }) => pin.cid === received.query.get('cid'));
        return { body: { count: results.length, results } };
      }
      const asked = JSON.parse(received.body.toString()) as { cid: string; origins: string[] };
      expect(asked.origins).toEqual(['/ip4/127.0.0.1/tcp/4001/p2p/12D3']);
      const replaced = /^\/psa\/pins\/(.+)$/.exec(received.path)?.[1];
      const at = requests.findIndex(({ requestid }) => requestid === replaced);
      if (at !== -1) requests.splice(at, 1);
      requests.push({ requestid: `request-${requests.length + 1}${replaced ?? ''}`, status: 'queued', pin: asked });
      return { status: 202, body: requests.at(-1) };
    });
    const pin = pinningServicePin(serviceAt('service'), `${service.url}/psa/`, ['/ip4/127.0.0.1/tcp/4001/p2p/12D3']);
    expect(await pin.status(shipment.cid, memoryProgress())).toEqual({ state: 'absent' });
    const progress = memoryProgress();
    expect(await pin.send(shipment, progress, noInterrupt)).toMatchObject({ state: 'pinning', remoteId: 'request-1' });
    expect(progress.values).toEqual({ requestid: 'request-1' });
    await pin.send(shipment, progress, noInterrupt);
    expect(requests).toHaveLength(1);
    requests[0]!.status = 'failed';
    expect(await pin.status(shipment.cid, progress)).toMatchObject({ state: 'failed' });
    expect(await pin.send(shipment, progress, noInterrupt)).toMatchObject({
      state: 'pinning',
      remoteId: 'request-1request-1',
    });
    expect(requests).toHaveLength(1);
    requests[0]!.status = 'pinned';
    expect(await pin.status(shipment.cid, progress)).toMatchObject({ state: 'pinned' });
  });
});

describe('web3.storage', () => {
  it('itself is closed: the error says so and what to do, and nothing is sent', async () => {
    const { shipment } = await sampleShipment(3);
    const calls: string[] = [];
    const service = {
      ...serviceAt('web3.storage'),
      fetch: ((url: string) => {
        calls.push(url);
        return Promise.reject(new Error('no'));
      }) as typeof fetch,
    };
    for (const endpoint of ['https://api.web3.storage', 'https://web3.storage/']) {
      const pin = web3StoragePin(service, endpoint);
      for (const act of [
        () => pin.status(shipment.cid, memoryProgress()),
        () => pin.send(shipment, memoryProgress(), noInterrupt),
      ]) {
        const failure = await failureOf(act);
        expect(failure.code).toBe('service-closed');
        expect(failure.message).toContain('January 2024');
        expect(failure.message).toContain('Storacha');
        expect(failure.hint).toContain('--pin kubo:');
      }
    }
    expect(calls).toEqual([]);
  });
});

describe('a command', () => {
  it('is given the CAR, and believed when it prints the CID', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zoo-exec-'));
    open.push({ close: async () => rmSync(folder, { recursive: true, force: true }) });
    const { shipment } = await sampleShipment(3);
    writeFileSync(join(folder, 'car'), 'a car');
    const script =
      'if [ "$ZOO_ACTION" = pin ]; then cp "$ZOO_CAR" kept; echo "working on $ZOO_NAME"; echo "$ZOO_CID"; elif [ -e kept ]; then echo "$ZOO_CID"; fi';
    const pin = execPin({ target: 'exec:keep', command: script, folder, environment: process.env });
    expect(await pin.status(shipment.cid, memoryProgress())).toEqual({ state: 'absent' });
    const there = { ...shipment, carPath: join(folder, 'car') };
    expect(await pin.send(there, memoryProgress(), noInterrupt)).toEqual({ state: 'pinned' });
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('a car');
    expect(await pin.status(shipment.cid, memoryProgress())).toEqual({ state: 'pinned' });
  });

  it.each([
    ['echo other', 'pin-root-mismatch'],
    ['echo sorry >&2; exit 3', 'pin-refused'],
  ])('%s: %s', async (command, code) => {
    const { shipment } = await sampleShipment(3);
    const pin = execPin({ target: 'exec:bad', command, folder: tmpdir(), environment: process.env });
    expect((await failureOf(() => pin.send(shipment, memoryProgress(), noInterrupt))).code).toBe(code);
  });
});
