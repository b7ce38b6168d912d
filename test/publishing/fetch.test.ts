import { getEventListeners } from 'node:events';
import { encode } from '@ipld/dag-cbor';
import { encode as encodePb } from '@ipld/dag-pb';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import { ZooError, messageOf } from '../../src/core/error.ts';
import { encodeCar } from '../../src/core/ipld/car.ts';
import { type Block, type CidBytes, cidKey, cidOf, codecs, parseCid, toLink } from '../../src/core/ipld/cid.ts';
import { linksOf } from '../../src/core/ipld/links.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import {
  decodeLog,
  decodeRecords,
  decodeRoot,
  encodeLog,
  encodePage,
  encodeRoot,
} from '../../src/publishing/manifest.ts';
import type { FetchedVersion } from '../../src/publishing/fetch.ts';
import type { FetchWorld } from '../../src/publishing/reading.ts';
import type { PublishedVersion } from '../../src/publishing/published-version.ts';
import { takeSnapshot } from '../../src/publishing/snapshot.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import type { Gateway } from '../../src/world/pin/pin.ts';
import { type MemoryBlocks, memoryBlocks } from '../fakes/blocks.ts';
import { exampleLibrary } from '../ledger/experience.ts';
import { fetchWhole } from './fetch-whole.ts';
import { embeddedExperiences, sampleVersion } from './sample-version.ts';

async function published(version: PublishedVersion): Promise<{ root: CidBytes; store: MemoryBlocks }> {
  const snapshot = await takeSnapshot(version, sha256);
  const store = memoryBlocks();
  await store.keep(snapshot.root, snapshot.stream(), { whole: true });
  return { root: snapshot.root, store };
}

/** A gateway over blocks, with what it does to them. */
function gatewayOf(store: MemoryBlocks, name = 'honest', change: Partial<Gateway> = {}): Gateway {
  return {
    name,
    block: async (cid) => {
      const bytes = await store.get(cid);
      if (bytes === undefined) throw new ZooError('not-found', `${name} has it not`);
      return bytes;
    },
    car: async (cid) => {
      const top = store.contents.get(cidKey(cid));
      if (top === undefined) throw new ZooError('not-found', `${name} has it not`);
      const below = linksOf(top).flatMap((link) => store.contents.get(cidKey(link)) ?? []);
      return encodeCar(cid, [top, ...below]);
    },
    ...change,
  };
}

const limits = { bytes: 64 * 1024 * 1024, records: 10_000 };

function worldOf(gateways: readonly Gateway[], change: Partial<FetchWorld> = {}): FetchWorld {
  return { gateways, sha256, signal: new AbortController().signal, limits, ...change };
}

async function failureOf(act: Promise<FetchedVersion>): Promise<ZooError> {
  try {
    await act;
  } catch (thrown) {
    if (thrown instanceof ZooError) return thrown;
    throw thrown;
  }
  throw new Error('it was taken');
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

describe('fetching a version', () => {
  it('brings back commit, history, records, vectors and signatures', async () => {
    const { experiences, vectors } = embeddedExperiences(300, 8);
    const signatures = [{ algorithm: 'ed25519', publicKey: 'aa', signature: 'bb' }];
    const version = sampleVersion(experiences, 3, vectors, signatures);
    const { root, store } = await published(version);
    const fetched = await fetchWhole(root, worldOf([gatewayOf(store)]));
    expect(fetched.commit).toEqual(version.commit);
    expect(fetched.log).toEqual(version.log);
    expect(fetched.signatures).toEqual(signatures);
    expect(new Map(fetched.experiences.map((one) => [one.id, one]))).toEqual(
      new Map(experiences.map((one) => [one.id, one])),
    );
    expect(fetched.vectors.size).toBe(300);
    for (const [digest, bytes] of vectors) expect(fetched.vectors.get(digest)).toEqual(bytes);
    expect(fetched.dropped).toEqual([]);
  });

  it('brings back many records, whose leaves lie at different depths, in the order of their keys', async () => {
    const { root, store } = await published(sampleVersion(exampleLibrary(4200).experiences));
    const depths = new Set<number>();
    const visit = (cid: CidBytes, depth: number): void => {
      const node = decodeRecords(store.contents.get(cidKey(cid)) as Block);
      if ('records' in node) depths.add(depth);
      else for (const child of node.nodes) if (child !== null) visit(child, depth + 1);
    };
    visit(decodeRoot(store.contents.get(cidKey(root)) as Block).records, 0);
    expect(depths.size).toBeGreaterThan(1);
    const fetched = await fetchWhole(root, worldOf([gatewayOf(store)]));
    const keys = fetched.experiences.map(({ id }) => toHex(sha256(id)));
    expect(keys).toHaveLength(4200);
    expect(keys).toEqual(keys.toSorted());
  });

  it('leaves nothing behind at the signal of whoever may interrupt it', async () => {
    const { root, store } = await published(sampleVersion(exampleLibrary(30).experiences));
    const { signal } = new AbortController();
    await fetchWhole(root, worldOf([gatewayOf(store)], { signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('works with gateways that make no CARs, and when each has only a half', async () => {
    const { root, store } = await published(sampleVersion(exampleLibrary(400).experiences));
    const half = (wanted: number, name: string) =>
      gatewayOf(store, name, {
        block: async (cid) => {
          const bytes = await store.get(cid);
          if (bytes === undefined || (cid[10] as number) % 2 !== wanted) throw new ZooError('not-found', 'not here');
          return bytes;
        },
        car: async () => undefined,
      });
    expect(
      (await fetchWhole(root, worldOf([gatewayOf(store, 'plain', { car: async () => undefined })]))).experiences,
    ).toHaveLength(400);
    const fetched = await fetchWhole(root, worldOf([half(0, 'even'), half(1, 'odd')]));
    expect(fetched.experiences).toHaveLength(400);
    expect(fetched.dropped).toEqual([]);
  });

  it('drops a gateway that lies and takes the rest from others', async () => {
    const { root, store } = await published(sampleVersion(exampleLibrary(600).experiences));
    const flipped = (bytes: Uint8Array) => bytes.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
    const liar = gatewayOf(store, 'liar', {
      block: async (cid) => flipped((await store.get(cid)) as Uint8Array),
      car: async () => undefined,
    });
    const told: string[] = [];
    const fetched = await fetchWhole(
      root,
      worldOf([liar, gatewayOf(store)], { onDropped: (gateway) => told.push(gateway) }),
    );
    expect(fetched.experiences).toHaveLength(600);
    expect(told).toEqual(['liar']);
    expect(fetched.dropped[0]?.why).toContain('sent something else');
    const alone = await failureOf(fetchWhole(root, worldOf([liar])));
    expect([alone.code, alone.exitCode]).toEqual(['fetch-unverified', 5]);
  });

  it('takes a CAR with blocks that nobody asked for as a lie', async () => {
    const { root, store } = await published(sampleVersion(exampleLibrary(3).experiences));
    const foreign = new TextEncoder().encode('not asked for');
    const pusher = gatewayOf(store, 'pusher', {
      car: async (cid) => {
        const top = store.contents.get(cidKey(cid));
        if (top === undefined) throw new ZooError('not-found', 'not here');
        return encodeCar(cid, [top, { cid: cidOf(codecs.raw, sha256(foreign)), bytes: foreign }]);
      },
    });
    const fetched = await fetchWhole(root, worldOf([pusher, gatewayOf(store)]));
    expect(fetched.experiences).toHaveLength(3);
    expect((await failureOf(fetchWhole(root, worldOf([pusher])))).exitCode).toBe(5);
  });

  it('does not wait for a gateway that says nothing, and drops it', async () => {
    const { root, store } = await published(sampleVersion(exampleLibrary(600).experiences));
    const silent = gatewayOf(store, 'silent', {
      block: (_cid, signal) => never(signal),
      car: (_cid, signal) => never(signal),
    });
    const fetched = await fetchWhole(root, worldOf([silent, gatewayOf(store)]));
    expect(fetched.experiences).toHaveLength(600);
    const alone = await failureOf(fetchWhole(root, worldOf([silent], { patienceMs: 20 })));
    expect([alone.code, alone.exitCode]).toEqual(['fetch-failed', 1]);
    expect(messageOf(alone)).toContain('too slow');
  });

  it('tries a gateway again that fails now and then, and gives up one that always does', async () => {
    const { root, store } = await published(sampleVersion(exampleLibrary(30).experiences));
    let calls = 0;
    const shaky = gatewayOf(store, 'shaky', {
      block: async (cid) => {
        if (++calls % 2 === 1) throw new ZooError('gateway-failed', 'shaky answered 503');
        return (await store.get(cid)) as Uint8Array;
      },
      car: async () => undefined,
    });
    expect((await fetchWhole(root, worldOf([shaky]))).experiences).toHaveLength(30);
    const broken = gatewayOf(store, 'broken', {
      block: () => Promise.reject(new ZooError('gateway-failed', 'broken answered 503')),
    });
    expect((await failureOf(fetchWhole(root, worldOf([broken])))).code).toBe('fetch-failed');
    expect((await failureOf(fetchWhole(root, worldOf([])))).code).toBe('fetch-failed');
  });

  it('ends at an interrupt', async () => {
    const { root, store } = await published(sampleVersion(exampleLibrary(30).experiences));
    const interrupt = new AbortController();
    const silent = gatewayOf(store, 'silent', { block: (_cid, signal) => never(signal) });
    const fetching = fetchWhole(root, worldOf([silent], { signal: interrupt.signal }));
    interrupt.abort(new Error('interrupted'));
    await expect(fetching).rejects.toThrow('interrupted');
  });
});

/** Blocks that a hostile publisher made, under a root whose hash is right. */
async function forged(make: (store: MemoryBlocks, version: PublishedVersion) => Promise<CidBytes>, count = 3) {
  const version = sampleVersion(exampleLibrary(count).experiences);
  const { store } = await published(version);
  const root = await make(store, version);
  return failureOf(fetchWhole(root, worldOf([gatewayOf(store)])));
}

function put(store: MemoryBlocks, bytes: Uint8Array, codec: (typeof codecs)[keyof typeof codecs] = codecs.dagCbor) {
  const cid = cidOf(codec, sha256(bytes));
  store.contents.set(cidKey(cid), { cid, bytes });
  return cid;
}

/** A root that is right but for what is changed. */
async function rootWith(
  store: MemoryBlocks,
  version: PublishedVersion,
  change: Readonly<Record<string, unknown>>,
): Promise<CidBytes> {
  const { root } = await takeSnapshot(version, sha256);
  const { decodeRoot } = await import('../../src/publishing/manifest.ts');
  const right = decodeRoot({ cid: root, bytes: (await store.get(root)) as Uint8Array });
  return put(store, encodeRoot({ ...right, ...change }, sha256).bytes);
}

describe('what a hostile publisher makes is refused', () => {
  it('a root of another form, or none', async () => {
    for (const value of [{}, { v: 2 }, [], 'text', { v: 1, format: 'zoo-snapshot', extra: 1 }])
      expect(await forged(async (store) => put(store, encode(value)))).toMatchObject({
        code: 'not-a-snapshot',
        exitCode: 5,
      });
    expect(
      await forged(async () => parseCid('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')),
    ).toMatchObject({
      code: 'not-a-snapshot',
      exitCode: 5,
    });
  });

  it('nesting that would exhaust the stack', async () => {
    const deep = new Uint8Array(100_000).fill(0x81);
    expect(await forged(async (store) => put(store, deep))).toMatchObject({ code: 'invalid-block', exitCode: 5 });
  });

  it('a count that is larger than allowed, or that does not fit the commit', async () => {
    expect(await forged((store, version) => rootWith(store, version, { size: 1_000_000_000 }))).toMatchObject({
      code: 'too-large',
      exitCode: 5,
    });
    expect(await forged((store, version) => rootWith(store, version, { size: 4 }))).toMatchObject({ exitCode: 5 });
  });

  it('a tree that unfolds into more than it claims', async () => {
    // Every node links the next one sixteen times: sixteen to the twelfth leaves from thirteen blocks.
    const bomb = async (store: MemoryBlocks, version: PublishedVersion) => {
      let cid = put(store, encode({ records: [] }));
      for (let depth = 0; depth < 12; depth++)
        cid = put(store, encode({ nodes: Array(16).fill(toLink(cid)), counts: Array(16).fill(300) }));
      return await rootWith(store, version, { records: cid, size: 300 });
    };
    const version = sampleVersion(exampleLibrary(300).experiences);
    const { store } = await published(version);
    const failure = await failureOf(fetchWhole(await bomb(store, version), worldOf([gatewayOf(store)])));
    expect(failure).toMatchObject({ code: 'not-a-snapshot', exitCode: 5 });
    expect(store.asked).toBeLessThan(100);
  });

  it('a log that names one page thousands of times, and a file of vectors that names one node as often', async () => {
    const { experiences, vectors } = embeddedExperiences(300, 4);
    const version = sampleVersion(experiences, 2, vectors);
    const { root, store } = await published(version);
    const { log, embeddings } = decodeRoot(store.contents.get(cidKey(root)) as Block);
    const [page] = decodeLog(store.contents.get(cidKey(log)) as Block);
    const many = put(store, encode({ pages: Array(10_000).fill(toLink(page as CidBytes)) }));
    const logBomb = await rootWith(store, version, { log: many });
    store.asked = 0;
    expect(await failureOf(fetchWhole(logBomb, worldOf([gatewayOf(store)])))).toMatchObject({ code: 'chain-broken' });
    expect(store.asked).toBeLessThan(20);
    let file = embeddings as CidBytes;
    for (let depth = 0; depth < 4; depth++) {
      const links = Array.from({ length: 1000 }, () => ({ Name: '', Tsize: 1, Hash: toLink(file) }));
      file = put(store, encodePb({ Data: new Uint8Array([8, 2]), Links: links }), codecs.dagPb);
    }
    const vectorBomb = await rootWith(store, version, { embeddings: file });
    store.asked = 0;
    const failure = await failureOf(fetchWhole(vectorBomb, worldOf([gatewayOf(store)])));
    expect([failure.code, failure.exitCode]).toEqual(['vector-mismatch', 5]);
    expect(store.asked).toBeLessThan(400);
  });

  it('a chain of nodes that is longer than a key', async () => {
    const version = sampleVersion(exampleLibrary(300).experiences);
    const { store } = await published(version);
    let cid = put(store, encode({ records: [] }));
    for (let depth = 0; depth < 100; depth++)
      cid = put(store, encode({ nodes: [toLink(cid), ...Array(15).fill(null)], counts: [300, ...Array(15).fill(0)] }));
    const root = await rootWith(store, version, { records: cid });
    const failure = await failureOf(fetchWhole(root, worldOf([gatewayOf(store)])));
    expect(failure).toMatchObject({ code: 'too-large', exitCode: 5 });
  });

  it('a block that is larger than any may be, and more bytes than allowed', async () => {
    const large = new Uint8Array(3 * 1024 * 1024);
    expect(await forged(async (store, version) => rootWith(store, version, { log: put(store, large) }))).toMatchObject({
      code: 'too-large',
      exitCode: 5,
    });
    const { root, store } = await published(sampleVersion(exampleLibrary(300).experiences));
    const few = { bytes: 20_000, records: 1000 };
    expect(await failureOf(fetchWhole(root, worldOf([gatewayOf(store)], { limits: few })))).toMatchObject({
      code: 'too-large',
      exitCode: 5,
    });
  });

  it.each<[string, (experience: Experience) => unknown]>([
    ['no JSON', () => 'nothing'],
    ['a key too many', (experience) => ({ ...experience, more: 1 })],
    ['too many words', (experience) => ({ ...experience, text: 'When '.repeat(40).trim() })],
    ['control characters', (experience) => ({ ...experience, text: 'When \u001b[31m red, stop.' })],
  ])('a record with %s', async (_name, change) => {
    const failure = await forged(async (store, version) => {
      const [first, ...others] = exampleLibrary(3).experiences as [Experience, ...Experience[]];
      const changed = change(first);
      const texts = [changed, ...others].map((one) => new TextEncoder().encode(JSON.stringify(one)));
      const links = texts.map((bytes) => toLink(put(store, bytes, codecs.raw)));
      return await rootWith(store, version, { records: put(store, encode({ records: links })) });
    });
    expect(failure.exitCode).toBe(5);
    expect(failure.code).toMatch(/invalid-record|not-canonical/);
  });

  it('records that are others than the commit names, left out, twice or out of order', async () => {
    const swap = (links: (version: PublishedVersion, store: MemoryBlocks) => CidBytes[]) =>
      forged(async (store, version) => {
        const records = links(version, store).map(toLink);
        return await rootWith(store, version, { records: put(store, encode({ records })) });
      });
    const own = (version: PublishedVersion) =>
      [...(version.records() as Iterable<{ bytes: Uint8Array }>)].map(({ bytes }) => cidOf(codecs.raw, sha256(bytes)));
    expect(await swap((version) => own(version).toReversed())).toMatchObject({ exitCode: 5 });
    expect(await swap((version) => own(version).slice(1))).toMatchObject({ exitCode: 5 });
    expect(
      await swap((version) => own(version).map((_, index, all) => all[Math.min(index, 1)] as CidBytes)),
    ).toMatchObject({ exitCode: 5 });
    const other = await forged(async (store) => {
      const theirs = await takeSnapshot(sampleVersion(exampleLibrary(3, 10).experiences), sha256);
      for await (const block of theirs.stream()) store.contents.set(cidKey(block.cid), block);
      const { decodeRoot } = await import('../../src/publishing/manifest.ts');
      const { records } = decodeRoot({ cid: theirs.root, bytes: (await store.get(theirs.root)) as Uint8Array });
      return await rootWith(store, sampleVersion(exampleLibrary(3).experiences), { records });
    });
    expect(other).toMatchObject({ code: 'root-mismatch', exitCode: 5 });
  });

  it('a history whose commits do not follow one another', async () => {
    const failure = await forged(async (store, version) => {
      const longer = sampleVersion(exampleLibrary(3).experiences, 3);
      const cids = [longer.log[0], longer.log[2]].map((commit) => {
        const text = new TextEncoder().encode(JSON.stringify(commit));
        return put(store, text, codecs.raw);
      });
      const page = encodePage(cids, sha256);
      const log = encodeLog([page.cid], sha256);
      put(store, page.bytes);
      put(store, log.bytes);
      return await rootWith(store, version, { log: log.cid });
    });
    expect(failure.exitCode).toBe(5);
  });

  it('vectors that are others than the records name', async () => {
    const { experiences, vectors } = embeddedExperiences(3, 4);
    const version = sampleVersion(experiences, 1, vectors);
    const { store } = await published(version);
    for (const bytes of [new Uint8Array(48), new Uint8Array(47), new Uint8Array(49)]) {
      const root = await rootWith(store, version, { embeddings: put(store, bytes, codecs.raw) });
      const failure = await failureOf(fetchWhole(root, worldOf([gatewayOf(store)])));
      expect(failure).toMatchObject({ code: 'vector-mismatch', exitCode: 5 });
    }
    const without = await rootWith(store, version, { embeddings: null });
    expect(await failureOf(fetchWhole(without, worldOf([gatewayOf(store)])))).toMatchObject({ exitCode: 5 });
  });
});
