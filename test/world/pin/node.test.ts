import { request } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CarReader } from '@ipld/car';
import { Web3Storage } from 'web3.storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatCid, parseCid } from '../../../src/core/ipld/cid.ts';
import { fetchWhole } from '../../publishing/fetch-whole.ts';
import { takeSnapshot } from '../../../src/publishing/snapshot.ts';
import { systemClock } from '../../../src/world/clock/system.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { fileBlocks } from '../../../src/world/pin/blocks/file-blocks.ts';
import { httpGateway } from '../../../src/world/pin/http-gateway.ts';
import { type EmbeddedNode, serveNode } from '../../../src/world/pin/node/serve.ts';
import type { BlockStore } from '../../../src/world/pin/pin.ts';
import { web3StoragePin } from '../../../src/world/pin/web3-storage.ts';
import { embeddedExperiences, sampleVersion } from '../../publishing/sample-version.ts';
import { serviceAt } from './fake-service.ts';
import { memoryProgress, noInterrupt, sampleShipment } from './shipment.ts';

const token = 'the-token-of-this-test';
let folder: string;
let blocks: BlockStore;
let node: EmbeddedNode;
const errors: unknown[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-node-'));
  blocks = fileBlocks(diskFiles, folder, systemClock);
  node = await serveNode({ blocks, sha256, port: 0, token, onError: (error) => errors.push(error) });
});
afterEach(async () => {
  await node.close();
  rmSync(folder, { recursive: true, force: true });
  expect(errors.splice(0)).toEqual([]);
});

async function publishSample(count = 300) {
  const { experiences, vectors } = embeddedExperiences(count, 8);
  const version = sampleVersion(experiences, 2, vectors);
  const snapshot = await takeSnapshot(version, sha256);
  await blocks.keep(snapshot.root, snapshot.stream(), { whole: true, name: 'sample' });
  return { snapshot, version, vectors };
}

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${node.url}${path}`, { headers });

describe('the gateway of the embedded node', () => {
  it('gives raw blocks with headers that say they never change', async () => {
    const { snapshot } = await publishSample(3);
    const response = await get(`/ipfs/${snapshot.cid}?format=raw`);
    expect(response.status).toBe(200);
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toEqual(snapshot.root.subarray(4));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/vnd.ipld.raw',
      'cache-control': 'public, max-age=29030400, immutable',
      etag: `"${snapshot.cid}.raw"`,
      'x-content-type-options': 'nosniff',
      'x-ipfs-path': `/ipfs/${snapshot.cid}`,
      'x-ipfs-roots': snapshot.cid,
    });
    const accepted = await get(`/ipfs/${snapshot.cid}`, { accept: 'application/vnd.ipld.raw' });
    expect(accepted.headers.get('content-type')).toBe('application/vnd.ipld.raw');
    const again = await get(`/ipfs/${snapshot.cid}?format=raw`, { 'if-none-match': `"${snapshot.cid}.raw"` });
    expect(again.status).toBe(304);
    const head = await fetch(`${node.url}/ipfs/${snapshot.cid}?format=raw`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('gives ranges', async () => {
    const { snapshot } = await publishSample(3);
    const whole = await (await get(`/ipfs/${snapshot.cid}?format=raw`)).arrayBuffer();
    const part = await get(`/ipfs/${snapshot.cid}?format=raw`, { range: 'bytes=2-5' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 2-5/${whole.byteLength}`]);
    expect((await part.arrayBuffer()).byteLength).toBe(4);
    expect((await get(`/ipfs/${snapshot.cid}?format=raw`, { range: 'bytes=99999-' })).status).toBe(416);
  });

  it('gives CARs: of everything, of one block, of a path', async () => {
    const { snapshot, version } = await publishSample();
    const all = await get(`/ipfs/${snapshot.cid}?format=car`);
    expect(all.headers.get('content-type')).toBe('application/vnd.ipld.car; version=1; order=dfs; dups=n');
    expect(await countBlocks(all)).toBe(snapshot.blocks);
    expect(await countBlocks(await get(`/ipfs/${snapshot.cid}?format=car&dag-scope=block`))).toBe(1);
    const records = await get(`/ipfs/${snapshot.cid}/records?format=car`);
    // The root, the inner node, sixteen leaves or fewer, the records.
    expect(await countBlocks(records)).toBeGreaterThan(version.commit.size + 2);
    expect((await get(`/ipfs/${snapshot.cid}?format=car&dag-scope=nothing`)).status).toBe(400);
  });

  it('gives commits and embeddings as they are, by their path', async () => {
    const { snapshot, version, vectors } = await publishSample();
    const commit = await get(`/ipfs/${snapshot.cid}/commit`);
    expect(commit.headers.get('content-type')).toBe('application/json');
    expect(await commit.json()).toEqual(version.commit);
    const expected = Buffer.concat(
      [...version.records()].map(({ embedding }) => vectors.get(embedding?.sha256 ?? '') as Uint8Array),
    );
    const embeddings = await get(`/ipfs/${snapshot.cid}/embeddings`);
    expect(Buffer.from(await embeddings.arrayBuffer()).equals(expected)).toBe(true);
    const part = await get(`/ipfs/${snapshot.cid}/embeddings`, { range: 'bytes=1000-1999' });
    expect(Buffer.from(await part.arrayBuffer()).equals(expected.subarray(1000, 2000))).toBe(true);
  });

  it.each([
    ['/ipfs/nothing', 400],
    ['/ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e?format=raw', 404],
    ['/ipfs/bafkqaaa?format=raw', 200],
    ['/ipns/example.com', 404],
    ['/', 404],
  ])('%s: %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it('refuses other formats, methods, names of hosts, and paths that lead nowhere', async () => {
    const { snapshot } = await publishSample(3);
    expect((await get(`/ipfs/${snapshot.cid}?format=tar`)).status).toBe(406);
    expect((await get(`/ipfs/${snapshot.cid}/records/nothing`)).status).toBe(404);
    expect((await get(`/ipfs/${snapshot.cid}/__proto__`)).status).toBe(404);
    expect((await get(`/ipfs/${snapshot.cid}/%E0%A4`)).status).toBe(400);
    expect((await fetch(`${node.url}/ipfs/${snapshot.cid}`, { method: 'DELETE' })).status).toBe(405);
    expect(await statusWithHost(`/ipfs/${snapshot.cid}`, 'rebound.example')).toBe(403);
  });

  it('serves a version that is fetched and verified through it', async () => {
    const { snapshot, version } = await publishSample(700);
    const fetched = await fetchWhole(snapshot.root, {
      gateways: [httpGateway(node.url, fetch), httpGateway('http://127.0.0.1:1', fetch)],
      sha256,
      signal: noInterrupt,
      limits: { bytes: 2 ** 26, records: 1000 },
    });
    expect(fetched.commit).toEqual(version.commit);
    expect(fetched.experiences).toHaveLength(700);
    expect(fetched.vectors.size).toBe(700);
  });
});

async function countBlocks(response: Response): Promise<number> {
  const reader = await CarReader.fromBytes(new Uint8Array(await response.arrayBuffer()));
  let count = 0;
  for await (const _ of reader.blocks()) count++;
  return count;
}

function statusWithHost(path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(node.url);
    request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

describe("the server's side of web3.storage, asked by its own client", () => {
  const client = () => new Web3Storage({ token, endpoint: new URL(`${node.url}/`) });

  it('takes a published version as a CAR, tells its status, lists it and gives it back', async () => {
    const { shipment, snapshot } = await sampleShipment(400);
    const car = await collect(shipment.car());
    const stored: number[] = [];
    const cid = await client().putCar(await CarReader.fromBytes(car), {
      name: 'library v1',
      maxChunkSize: 1048576,
      onStoredChunk: (size) => void stored.push(size),
    });
    expect(cid).toBe(snapshot.cid);
    expect(stored.length).toBeGreaterThan(0);
    const status = await client().status(cid);
    expect(status).toMatchObject({ cid, pins: [{ status: 'Pinned' }], deals: [] });
    const uploads = [];
    for await (const upload of client().list()) uploads.push(upload);
    expect(uploads).toMatchObject([{ cid, name: 'library v1' }]);
    const response = await client().get(cid);
    expect(response?.ok).toBe(true);
    const back = await CarReader.fromBytes(new Uint8Array(await (response as Response).arrayBuffer()));
    expect((await back.getRoots()).map(String)).toEqual([cid]);
    const fetched = await fetchWhole(parseCid(cid), {
      gateways: [httpGateway(node.url, fetch)],
      sha256,
      signal: noInterrupt,
      limits: { bytes: 2 ** 26, records: 1000 },
    });
    expect(fetched.experiences).toHaveLength(400);
  });

  it('takes files, which the client packs itself, and gives them back', async () => {
    const content = 'x'.repeat(3 * 1024 * 1024);
    const cid = await client().put([new File([content], 'large.txt'), new File(['hello world'], 'hello.txt')]);
    const files = await (await client().get(cid))?.files();
    const read = new Map(await Promise.all((files ?? []).map(async (file) => [file.name, await file.text()] as const)));
    expect(read.get('hello.txt')).toBe('hello world');
    expect(read.get('large.txt')).toBe(content);
    expect(await (await get(`/ipfs/${cid}/hello.txt`)).text()).toBe('hello world');
    const part = await get(`/ipfs/${cid}/large.txt`, { range: 'bytes=1048570-1048580' });
    expect([part.status, await part.text()]).toEqual([206, 'x'.repeat(11)]);
  });

  it('knows nothing of what was not uploaded, and goes through pages of a list', async () => {
    expect(await client().status('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')).toBeUndefined();
    const cids: string[] = [];
    for (const text of ['one', 'two', 'three'])
      cids.push(await client().put([new File([text], text)], { wrapWithDirectory: false }));
    const first = await fetch(`${node.url}/user/uploads?size=2`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await first.json()) as unknown[]).length).toBe(2);
    const next = /<(.+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await fetch(`${node.url}${next}`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await second.json()) as unknown[]).length).toBe(1);
    expect(second.headers.get('link')).toBeNull();
  });

  it('takes nothing without the token, and nothing that is not what its CIDs say', async () => {
    const { shipment } = await sampleShipment(3);
    const car = await collect(shipment.car());
    const post = (body: Uint8Array<ArrayBuffer>, authorization: string) =>
      fetch(`${node.url}/car`, { method: 'POST', body, headers: { authorization } });
    expect((await post(car, 'Bearer other')).status).toBe(401);
    expect((await get(`/status/${shipment.cid}`)).status).toBe(401);
    const changed = car.slice();
    changed[changed.length - 1]! ^= 1;
    expect((await post(changed, `Bearer ${token}`)).status).toBe(400);
    expect((await post(car.slice(0, 100), `Bearer ${token}`)).status).toBe(400);
    expect((await post(car.slice(0, 59), `Bearer ${token}`)).status).toBe(400);
    expect((await blocks.list()).length).toBeLessThanOrEqual(1);
    expect(await blocks.get(shipment.root)).toBeUndefined();
  });

  it('says that it is still gathering while a part is missing', async () => {
    const { shipment } = await sampleShipment(40);
    const pin = web3StoragePin(serviceAt('web3.storage', token), node.url, 5000);
    const parts = [];
    for await (const part of shipment.parts(5000, false)) parts.push(part);
    expect(parts.length).toBeGreaterThan(2);
    const post = (body: Uint8Array<ArrayBuffer>) =>
      fetch(`${node.url}/car`, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });
    await (await post(parts[0]!.car)).text();
    expect(await pin.status(shipment.cid, memoryProgress())).toMatchObject({ state: 'pinning' });
    const progress = memoryProgress();
    await progress.remember({ part: 1, base: '' });
    expect(await pin.send(shipment, progress, noInterrupt)).toEqual({ state: 'pinned' });
    expect((await blocks.list()).length).toBe(parts.length);
  });

  it('is not spoken where no token was set', async () => {
    const plain = await serveNode({ blocks, sha256, port: 0 });
    const { port } = new URL(plain.url);
    expect((await fetch(`http://127.0.0.1:${port}/user/uploads`)).status).toBe(404);
    await plain.close();
  });
});

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

describe('blocks in a folder', () => {
  it('do not count before they are complete, and are found in every CAR', async () => {
    const { snapshot } = await sampleShipment(30);
    const broken = (async function* () {
      let left = 10;
      for await (const block of snapshot.stream()) {
        if (left-- === 0) throw new Error('the process ends');
        yield block;
      }
    })();
    await expect(blocks.keep(snapshot.root, broken, { whole: true })).rejects.toThrow('the process ends');
    expect(await blocks.car(snapshot.root)).toBeUndefined();
    expect(await blocks.get(snapshot.root)).toBeUndefined();
    const kept = await blocks.keep(snapshot.root, snapshot.stream(), { whole: true });
    expect(kept).toMatchObject({ cid: formatCid(snapshot.root), bytes: snapshot.carBytes, blocks: snapshot.blocks });
    for await (const { cid, bytes } of snapshot.stream())
      expect(Buffer.from(bytes).equals((await blocks.get(cid)) ?? new Uint8Array(0))).toBe(true);
  });
});
