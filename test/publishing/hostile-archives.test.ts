import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZooError } from '../../src/core/error.ts';
import { encodeCar } from '../../src/core/ipld/car.ts';
import { type Block, type CidBytes, cidKey } from '../../src/core/ipld/cid.ts';
import { linksOf } from '../../src/core/ipld/links.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import { randomFor } from '../../src/core/random.ts';
import { keepRecords } from '../../src/ledger/keep-records.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { restoreVersion } from '../../src/ledger/restore-version.ts';
import { fetchVersion } from '../../src/publishing/fetch.ts';
import type { PublishedVersion } from '../../src/publishing/published-version.ts';
import { takeSnapshot } from '../../src/publishing/snapshot.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import type { Gateway } from '../../src/world/pin/pin.ts';
import { type MemoryBlocks, memoryBlocks } from '../fakes/blocks.ts';
import { type MemoryFiles, memoryFiles } from '../fakes/files.ts';
import { exampleExperience } from '../ledger/experience.ts';
import { mutateBytes } from '../ledger/second-implementation/mutations.ts';
import { embeddedExperiences, sampleVersion } from './sample-version.ts';

const limits = { bytes: 64 * 1024 * 1024, records: 10_000 };

async function publish(version: PublishedVersion): Promise<{ root: CidBytes; store: MemoryBlocks }> {
  const snapshot = await takeSnapshot(version, sha256);
  const store = memoryBlocks();
  await store.keep(snapshot.root, snapshot.stream(), { whole: true });
  return { root: snapshot.root, store };
}

/** Serves blocks and archives of them, with what it does to their bytes. */
function gatewayOf(store: MemoryBlocks, change: (bytes: Uint8Array) => Uint8Array): Gateway {
  const find = (cid: CidBytes): Block => {
    const block = store.contents.get(cidKey(cid));
    if (block === undefined) throw new ZooError('not-found', 'it is not here');
    return block;
  };
  return {
    name: 'hostile',
    block: async (cid) => change(find(cid).bytes),
    car: async (cid) => {
      const top = find(cid);
      const pieces = await Array.fromAsync(encodeCar(cid, [top, ...linksOf(top).map(find)]));
      return inOne(change(Uint8Array.from(Buffer.concat(pieces))));
    },
  };
}

async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Fetches a version, as `zoo fetch` does, into a library of its own. Whatever is no ZooError goes through. */
async function fetchInto(files: MemoryFiles, root: CidBytes, gateway: Gateway): Promise<ZooError | undefined> {
  const keeper = keepRecords(files, 'library', sha256);
  const world = { gateways: [gateway], sha256, signal: new AbortController().signal, limits };
  try {
    const fetched = await fetchVersion(root, world, {
      record: (record) => keeper.put(record),
      vector: (digest, bytes) => files.set(`library/vectors/${digest}`, bytes),
    });
    await restoreVersion(files, 'library', { ...fetched, records: await keeper.finish() }, sha256);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ZooError) return thrown;
    throw thrown;
  }
}

const libraryOf = (files: MemoryFiles) =>
  openLedger({ files, sha256, clock: systemClock, folder: 'library' }).library();

describe('a hostile archive', { timeout: 120_000 }, () => {
  it('is refused, or gives what was published: bytes changed, cut, doubled and put in', async () => {
    const { experiences, vectors } = embeddedExperiences(5, 4);
    const { root, store } = await publish(sampleVersion(experiences, 2, vectors));
    const honest = memoryFiles();
    expect(
      await fetchInto(
        honest,
        root,
        gatewayOf(store, (bytes) => bytes),
      ),
    ).toBeUndefined();
    const expected = await libraryOf(honest);
    expect(expected.experiences).toHaveLength(5);
    let refused = 0;
    for (let seed = 0; seed < 3000; seed++) {
      const random = randomFor(seed, 'hostile archive');
      const files = memoryFiles();
      const gateway = gatewayOf(store, (bytes) => (random() < 0.3 ? mutateBytes(bytes, random) : bytes));
      if ((await fetchInto(files, root, gateway)) === undefined) expect(await libraryOf(files)).toEqual(expected);
      else refused++;
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it('writes nowhere but into its own folder, whatever its records are called', async () => {
    const trick = fc.constantFrom(
      ...[
        ['../../etc/passwd', '..', '.', '...', 'a/b', 'a\\b', '/etc/passwd', 'C:x', 'CON', 'x\u0000y', '.zoo', ''],
        ['exp_1.json', '%2e%2e%2f', '-rf', '--', ':', 'a:b', 'library.json', 'x'.repeat(65), 'x'.repeat(64)],
      ].flat(),
    );
    const name = fc.oneof(trick, fc.string({ maxLength: 12 }), {
      weight: 3,
      arbitrary: fc.stringMatching(/^[\w.:-]{1,64}$/),
    });
    const tricked = fc.record({
      id: name,
      other: name,
      digest: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, trick, fc.constant('ab'.repeat(32))),
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(tricked, async ({ id, other, digest }) => {
        fc.pre(id !== other);
        const embedding = digest === '' ? null : { model: 'm', dim: 1, dtype: 'f32', sha256: digest };
        // What the schema refuses a publisher may send all the same.
        const experiences = [exampleExperience(1, { id }), { ...exampleExperience(2, { id: other }), embedding }];
        const version = sampleVersion(experiences as Experience[]);
        const records = () => Array.from(version.records(), (record) => ({ ...record, embedding: null }));
        const { root, store } = await publish({ ...version, records });
        const files = memoryFiles();
        const refusal = await fetchInto(
          files,
          root,
          gatewayOf(store, (bytes) => bytes),
        );
        for (const path of files.contents.keys()) expect(path).toMatch(/^library\/(?:[\w.]+\/)*[\w.%-]+$/);
        for (const path of files.contents.keys()) expect(path.split('/')).not.toContain('..');
        if (refusal !== undefined) return;
        taken++;
        expect(new Set((await libraryOf(files)).experiences.map((one) => one.id))).toEqual(new Set([id, other]));
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(20);
  });
});
