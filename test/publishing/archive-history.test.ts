import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCar } from '../../src/core/ipld/car.ts';
import { type Block, formatCid } from '../../src/core/ipld/cid.ts';
import { commitId } from '../../src/core/tree/commit.ts';
import { type HistoryWorld, chooseLine, readArchivedHistory, versionAt } from '../../src/publishing/archive-history.ts';
import { archiveVersion } from '../../src/publishing/archive-version.ts';
import { decodeRoot, encodeRoot } from '../../src/publishing/manifest.ts';
import { takeSnapshot } from '../../src/publishing/snapshot.ts';
import { ethereumAddress } from '../../src/world/archive/ans104/data-item.ts';
import { walletAddress } from '../../src/world/archive/arweave-key.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { type ArweaveEmulator, startArweaveEmulator } from '../emulators/arweave/start-emulator.ts';
import { memoryBlocks } from '../fakes/blocks.ts';
import { exampleExperience, exampleLibrary } from '../ledger/experience.ts';
import {
  archiveAll,
  archiveAt,
  arweaveKey,
  fetchIt,
  gatewayAt,
  libraryOf,
  machine,
  never,
  nextVersion,
  subjectOf,
} from './archive-setting.ts';
import { secretSigner } from '../world/archive/secret-signer.ts';
import type { SampleVersion } from './sample-version.ts';

const payer = walletAddress(arweaveKey);
const strangerKey = new Uint8Array(32).fill(0x22);
const stranger = ethereumAddress(secretSigner(strangerKey).owner);
let emulator: ArweaveEmulator;
beforeEach(async () => {
  emulator = await startArweaveEmulator();
  emulator.weave.wallet(payer).balance = 10n ** 12n;
  for (const address of ['0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a', stranger])
    emulator.bundler.credits.set(address, 10n ** 12n);
});
afterEach(() => emulator.close());

function world(changes: Partial<HistoryWorld> = {}): HistoryWorld {
  return { gateways: [gatewayAt(emulator)], sha256, signal: never, most: 1000, ...changes };
}

const libraryId = (versions: readonly SampleVersion[]) => commitId(versions[0]!.commit, sha256);
const read = (versions: readonly SampleVersion[] | undefined, changes: Partial<HistoryWorld> = {}) =>
  readArchivedHistory(
    { library: versions === undefined ? undefined : libraryId(versions), owner: undefined },
    world(changes),
  );

/** What a stranger puts there under tags of their choice. */
async function forge(version: SampleVersion, change: Record<string, string>, content?: Uint8Array): Promise<string> {
  const { world: theirs } = machine(emulator, 'bundler');
  const archive = archiveAt(emulator, 'bundler', strangerKey);
  const subject = await subjectOf(version, theirs);
  const tags = subject.tags.map(({ name, value }) => ({ name, value: change[name] ?? value }));
  if (content === undefined)
    return (await archiveVersion({ ...subject, tags }, { ...theirs, archive })).remoteId as string;
  const item = {
    bytes: content.length,
    stream: async function* (from = 0, length = content.length - from) {
      yield content.subarray(from, from + length);
    },
  };
  const signed = await archive.sign(item, tags, { payer: stranger, price: 0n, balance: 0n });
  await archive.send(signed, item, { remembered: {}, remember: async () => {} }, never);
  return signed.id;
}

describe.each(['arweave', 'bundler'] as const)('the history in archives by %s', (kind) => {
  it('is every version, whoever asks with nothing but the first commit', async () => {
    const versions = libraryOf(4);
    const ids = await archiveAll(emulator, versions, kind);
    const { lines, rejected, library } = await read(versions);
    expect(rejected).toEqual([]);
    expect(library).toBe(libraryId(versions));
    const line = chooseLine({ lines }, undefined);
    expect(line.map(({ commit }) => commit)).toEqual(versions.map(({ commit }) => commit));
    expect(line.map(({ archives }) => archives.map(({ id }) => id))).toEqual(ids.map((id) => [id]));
    expect(line[0]?.archives[0]?.block?.height).toBeGreaterThan(0);
  });

  it('brings back the library as it stood at any moment', async () => {
    const versions = libraryOf(3);
    await archiveAll(emulator, versions, kind);
    const line = chooseLine(await read(versions), undefined);
    const at = async (time: string) => {
      const version = versionAt(line, Date.parse(time));
      return version === undefined ? undefined : await fetchIt([emulator], version.archives[0]?.id ?? '');
    };
    expect(await at('2025-12-31T23:59:59Z')).toBeUndefined();
    expect((await at('2026-01-01T00:00:00Z'))?.experiences).toHaveLength(3);
    expect((await at('2026-01-02T12:00:00+02:00'))?.experiences).toHaveLength(4);
    expect((await at('2030-01-01T00:00:00Z'))?.commit.seq).toBe(3);
  });
});

describe('a history that somebody tampers with', () => {
  it('does not count what has forged tags', async () => {
    const versions = libraryOf(2);
    await archiveAll(emulator, versions);
    const later = nextVersion(versions[1], exampleLibrary(9).experiences);
    const forged = [
      await forge(later, { 'Zoo-Seq': '7' }),
      await forge(later, { 'Zoo-Commit': 'ab'.repeat(32) }),
      await forge(later, { 'Zoo-Root': 'ab'.repeat(32) }),
      await forge(later, { 'Zoo-Prev': 'ab'.repeat(32) }),
      await forge(later, { 'IPFS-CID': 'bafyreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq' }),
      await forge(later, { 'Zoo-Seq': 'x' }),
      await forge(versions[1]!, {}, new TextEncoder().encode('no CAR at all')),
      await forge(versions[0]!, {}, new Uint8Array(0)),
    ];
    emulator.mine();
    const { lines, rejected } = await read(versions);
    expect(new Set(rejected.map(({ id }) => id))).toEqual(new Set(forged));
    expect(chooseLine({ lines }, undefined)).toHaveLength(2);
    expect(rejected.map(({ code }) => code).sort()).toEqual([
      'archive-forged',
      'archive-tags-lie',
      'archive-tags-lie',
      'archive-tags-lie',
      'archive-tags-lie',
      'invalid-car',
      'invalid-car',
      'not-an-archive',
    ]);
  });

  it('does not verify when nothing does', async () => {
    const versions = libraryOf(1);
    const id = await forge(versions[0]!, { 'Zoo-Root': 'ab'.repeat(32) });
    emulator.mine();
    await expect(read(versions)).rejects.toMatchObject({
      code: 'history-unverified',
      exitCode: 5,
      data: { rejected: [{ id }] },
    });
  });

  it('is not there when there is nothing', async () => {
    await expect(read(libraryOf(1))).rejects.toMatchObject({ code: 'archive-not-found', exitCode: 1 });
  });

  it('tells a version that is withheld, and finds it at another gateway', async () => {
    const versions = libraryOf(3);
    const [, withheld] = await archiveAll(emulator, versions);
    emulator.tamper = (path, body) => (path === 'graphql' ? without(body, withheld as string) : undefined);
    const line = chooseLine(await read(versions), undefined);
    expect(line.map(({ archives }) => archives.length)).toEqual([1, 0, 1]);
    // The commit of the missing one is proven by the one after it.
    expect(line[1]?.commit).toEqual(versions[1]?.commit);
  });

  it('does not depend on the order in which a gateway tells it', async () => {
    const versions = libraryOf(4);
    await archiveAll(emulator, versions);
    const inOrder = await read(versions);
    emulator.tamper = (path, body) => (path === 'graphql' ? reversed(body) : undefined);
    expect((await read(versions)).lines).toEqual(inOrder.lines);
  });

  it('is refused when two versions have one number, and read with an author, or from a commit that is known', async () => {
    const versions = libraryOf(3);
    const ids = await archiveAll(emulator, versions);
    const other = nextVersion(versions[1], exampleLibrary(20).experiences, { message: 'another third' });
    await forge(other, {});
    emulator.mine();
    const forked = await read(versions);
    expect(forked.lines).toHaveLength(2);
    expect(() => chooseLine(forked, undefined)).toThrow(
      expect.objectContaining({
        code: 'history-forked',
        exitCode: 5,
        data: expect.objectContaining({ seq: 3 }) as unknown,
      }),
    );
    const trusted = commitId(versions[2]!.commit, sha256);
    expect(chooseLine(forked, trusted).at(-1)?.archives[0]?.id).toBe(ids[2]);
    const byAuthor = await read(versions, {
      authenticate: async (item) => {
        if (!item.proven || !item.owners.includes(payer))
          await fetchIt([emulator], item.id, { isAuthentic: ({ owners }) => owners.includes(payer) });
      },
    });
    expect(chooseLine(byAuthor, undefined)).toHaveLength(3);
    expect(byAuthor.rejected).toMatchObject([{ code: 'not-by-author' }]);
  });

  it('does not go on from another beginning', async () => {
    const versions = libraryOf(2);
    await archiveAll(emulator, versions);
    const others = libraryOf(3, 'of a stranger');
    await forge(others[2]!, { 'Zoo-Library': libraryId(versions) });
    emulator.mine();
    const { rejected, lines } = await read(versions);
    expect(rejected).toMatchObject([{ code: 'archive-tags-lie' }]);
    expect(chooseLine({ lines }, undefined)).toHaveLength(2);
    await forge(others[2]!, {});
    emulator.mine();
    await expect(read(undefined)).rejects.toMatchObject({ code: 'history-ambiguous', exitCode: 2 });
  });

  it('is not endless', async () => {
    const versions = libraryOf(2);
    await archiveAll(emulator, versions);
    await expect(read(versions, { most: 1 })).rejects.toMatchObject({ code: 'too-large', exitCode: 5 });
    emulator.tamper = (path, body) =>
      path === 'graphql' ? Buffer.concat([body, Buffer.alloc(9 << 20, ' ')]) : undefined;
    await expect(read(versions)).rejects.toMatchObject({ code: 'archive-refused' });
    // A gateway that says there is more for ever.
    emulator.tamper = (path, body) => (path === 'graphql' ? endless(body) : undefined);
    await expect(read(versions)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('is read from those that answer', async () => {
    const versions = libraryOf(2);
    await archiveAll(emulator, versions);
    const gone = gatewayAt({ url: 'http://127.0.0.1:1' });
    const { lines, silent } = await read(versions, { gateways: [gone, gatewayAt(emulator)] });
    expect(lines).toHaveLength(1);
    expect(silent).toMatchObject([{ gateway: 'http://127.0.0.1:1' }]);
    await expect(read(versions, { gateways: [gone] })).rejects.toMatchObject({ code: 'archive-unreachable' });
  });
});

describe.each(['arweave', 'bundler'] as const)('an archive by %s that is fetched', (kind) => {
  const version = libraryOf(2);

  it('is dropped when one byte is another, whatever byte it is', async () => {
    const [id] = await archiveAll(emulator, version.slice(0, 1), kind);
    const size = emulator.weave.listed.get(id as string)?.size as number;
    for (let place = 0; place < size; place += Math.ceil(size / 40)) {
      emulator.tamper = (path, body) => {
        if (path !== `raw/${id}`) return undefined;
        body[place] = (body[place] ?? 0) ^ 0x40;
        return body;
      };
      await expect(fetchIt([emulator], id as string), `byte ${place}`).rejects.toMatchObject({ exitCode: 5 });
    }
  });

  it('is not replaced by another version that is whole', async () => {
    const [first, second] = await archiveAll(emulator, version, kind);
    const other = Buffer.from(emulator.weave.listed.get(second as string)?.data() ?? []);
    emulator.tamper = (path) => (path === `raw/${first}` ? other : undefined);
    await expect(fetchIt([emulator], first as string)).rejects.toMatchObject({ exitCode: 5 });
  });

  it('is not longer than was signed, and not larger than is allowed', async () => {
    const [id] = await archiveAll(emulator, version.slice(0, 1), kind);
    await expect(fetchIt([emulator], id as string, { limits: { bytes: 100, records: 10 } })).rejects.toMatchObject({
      code: 'too-large',
      exitCode: 5,
    });
    emulator.tamper = (path, body) => (path === `raw/${id}` ? Buffer.concat([body, Buffer.alloc(10)]) : undefined);
    await expect(fetchIt([emulator], id as string)).rejects.toMatchObject({ exitCode: 5 });
  });

  it('comes from the gateway that does not lie', async () => {
    const [id] = await archiveAll(emulator, version.slice(0, 1), kind);
    const liar = await startArweaveEmulator();
    try {
      for (const [key, listed] of emulator.weave.listed) liar.weave.listed.set(key, listed);
      for (const [key, raw] of emulator.weave.mined) liar.weave.mined.set(key, raw);
      liar.tamper = (path, body) => (path === `raw/${id}` ? body.fill(0, 200) : undefined);
      const dropped: string[] = [];
      const fetched = await fetchIt([liar, emulator], id as string, {
        onDropped: (gateway) => void dropped.push(gateway),
      });
      expect(fetched.commit.seq).toBe(1);
      expect(dropped).toEqual([liar.url]);
    } finally {
      await liar.close();
    }
  });

  it('is not downloaded when the embedded node has it', async () => {
    const [id] = await archiveAll(emulator, version.slice(0, 1), kind);
    const kept = memoryBlocks();
    await subjectOf(version[0]!, { blocks: kept });
    emulator.requests.length = 0;
    await fetchIt([emulator], id as string, { kept });
    expect(emulator.requests.map(({ path }) => path)).not.toContain(`raw/${id}`);
  });
});

describe('a transaction and an item', () => {
  it('of a head that is not what was signed are not opened', async () => {
    const [id] = await archiveAll(emulator, libraryOf(1));
    const raw = (change: Record<string, unknown>) => (path: string, body: Buffer) =>
      path === `tx/${id}`
        ? Buffer.from(JSON.stringify({ ...(JSON.parse(body.toString()) as object), ...change }))
        : undefined;
    for (const change of [
      { reward: '1' },
      { tags: [] },
      { data_root: 'A'.repeat(43) },
      { id: 'B'.repeat(43) },
      { format: 1 },
      { signature: 5 },
    ]) {
      emulator.tamper = raw(change);
      await expect(fetchIt([emulator], id as string), JSON.stringify(change)).rejects.toMatchObject({
        code: 'archive-forged',
        exitCode: 5,
      });
    }
    emulator.tamper = undefined;
    await expect(fetchIt([emulator], 'C'.repeat(43))).rejects.toMatchObject({ code: 'not-found' });
    await expect(fetchIt([emulator], '../info')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('in its bundle is found where the gateway keeps no signatures', async () => {
    const ids = await archiveAll(emulator, libraryOf(2), 'bundler');
    emulator.withoutSignatures = true;
    expect(await fetchIt([emulator], ids[1] as string)).toMatchObject({ commit: { seq: 2 } });
    const { bundledIn } = emulator.weave.listed.get(ids[1] as string)!;
    emulator.tamper = (path, body) => (path === `raw/${bundledIn}` ? body.fill(0xff, 0, 32) : undefined);
    await expect(fetchIt([emulator], ids[1] as string)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of records that nobody committed do not verify', async () => {
    // The CAR, its links, its log and the signature of the archive are right; the records are not those of the commit.
    const honest = nextVersion(undefined, exampleLibrary(3).experiences);
    const swapped = nextVersion(undefined, [...exampleLibrary(2).experiences, exampleExperience(77)]);
    const [mine, theirs] = [await blocksOf(honest), await blocksOf(swapped)];
    const root = encodeRoot({ ...decodeRoot(mine[0]!), records: decodeRoot(theirs[0]!).records }, sha256);
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeCar(root.cid, [root, ...mine.slice(1), ...theirs.slice(1)])) pieces.push(piece);
    const id = await forge(honest, { 'IPFS-CID': formatCid(root.cid) }, Buffer.concat(pieces));
    emulator.mine();
    await expect(fetchIt([emulator], id)).rejects.toMatchObject({ code: 'root-mismatch', exitCode: 5 });
  });
});

async function blocksOf(version: SampleVersion): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const { cid, bytes } of (await takeSnapshot(version, sha256)).stream())
    blocks.push({ cid, bytes: bytes.slice() });
  return blocks;
}

interface Edges {
  data: { transactions?: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean } } };
}

function changed(body: Buffer, change: (found: NonNullable<Edges['data']['transactions']>) => void): Buffer {
  const answer = JSON.parse(body.toString()) as Edges;
  if (answer.data.transactions !== undefined) change(answer.data.transactions);
  return Buffer.from(JSON.stringify(answer));
}

const without = (body: Buffer, id: string) =>
  changed(body, (found) => {
    found.edges = found.edges.filter(({ node }) => node.id !== id);
  });
const reversed = (body: Buffer) =>
  changed(body, (found) => {
    found.edges = found.edges.toReversed();
  });
let page = 0;
const endless = (body: Buffer) =>
  changed(body, (found) => {
    found.edges = Array.from({ length: 900 }, (_, index) => ({
      cursor: String(page++),
      node: { id: `${page}-${index}`.padEnd(43, 'x'), tags: [], block: null },
    }));
    found.pageInfo.hasNextPage = true;
  });
