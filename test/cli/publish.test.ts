import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { fromHex } from '../../src/core/digest.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { openShards } from '../../src/ledger/shards/shards.ts';
import { findUnreferenced } from '../../src/ledger/unreferenced.ts';
import { signCommit } from '../../src/ledger/proofs/signing.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { fileBlocks } from '../../src/world/pin/blocks/file-blocks.ts';
import { type EmbeddedNode, serveNode } from '../../src/world/pin/node/serve.ts';
import type { Publication } from '../../src/app/publish.ts';
import type { Fetched } from '../../src/app/fetch.ts';
import { exampleExperience, exampleLibrary } from '../ledger/experience.ts';
import { type FakeKubo, fakeKubo } from '../world/pin/fake-kubo.ts';
import { fakeHost } from './fake-host.ts';

let folder: string;
const open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-cli-publish-'));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

const nowhere = 'http://127.0.0.1:1';

async function run(line: string, environment: Readonly<Record<string, string>> = {}, where = folder) {
  const host = fakeHost({
    folder: where,
    environment: {
      XDG_CACHE_HOME: join(where, 'cache'),
      XDG_STATE_HOME: join(where, 'state'),
      ZOO_GATEWAY: nowhere,
      ...environment,
    },
  });
  const code = await main(
    line.split(' ').filter((word) => word !== ''),
    host,
  );
  return { code, stdout: host.written.stdout(), stderr: host.written.stderr() };
}

function ledgerIn(where = folder) {
  return openLedger({ files: diskFiles, sha256, clock: systemClock, folder: join(where, 'library') });
}

async function commit(count: number, from = 0) {
  const options = { message: 'a version', author: 'test', time: 1_700_000_000_000 };
  return await ledgerIn().commitVersion(exampleLibrary(count, from), options);
}

async function publishJson(line = 'publish --json', environment = {}): Promise<Publication> {
  return JSON.parse((await run(line, environment)).stdout) as Publication;
}

/** The embedded node of one folder, for another that has nothing. */
async function nodeOf(): Promise<EmbeddedNode> {
  const blocks = fileBlocks(diskFiles, join(folder, '.zoo/ipfs'), systemClock);
  const node = await serveNode({ blocks, sha256, port: 0 });
  open.push(node);
  return node;
}

function elsewhere(): string {
  const other = mkdtempSync(join(tmpdir(), 'zoo-cli-fetch-'));
  open.push({ close: async () => rmSync(other, { recursive: true, force: true }) });
  return other;
}

describe('zoo publish', () => {
  it('prints the CID, and the same one whenever the version is the same', async () => {
    const { commit: id, root } = await commit(5);
    const { code, stdout } = await run('publish');
    expect(code).toBe(0);
    const publication = await publishJson();
    expect(stdout.trim()).toBe(publication.cid);
    expect(publication).toMatchObject({
      version: 'v1',
      commit: id,
      root,
      experiences: 5,
      targets: [{ target: 'local', state: 'pinned' }],
    });
    const anchor = JSON.parse(readFileSync(join(folder, 'library/anchors', `${id}.json`), 'utf8')) as unknown;
    expect(anchor).toEqual({ v: 1, version: 'v1', commit: id, recordsRoot: root, cid: publication.cid });
  });

  it('gives a version one CID, however it lies on the disk and in whatever order', async () => {
    const many = exampleLibrary(2100).experiences;
    const options = { message: 'many', author: 'test', time: 1_700_000_000_000 };
    const shards = ledgerIn();
    await shards.commitVersion({ experiences: many }, options);
    const first = await publishJson();
    // A second version makes the first one lie in packs; a working library in other order does not matter either.
    await shards.commitVersion({ experiences: many.slice(0, 10).toReversed() }, options);
    expect((await publishJson('publish v1 --json')).cid).toBe(first.cid);
    await shards.save({ experiences: [...many, exampleExperience(9999)] });
    expect((await publishJson('publish v1 --json')).cid).toBe(first.cid);
  });

  it('reads a large library from its shards also while the working one has changes', async () => {
    const ledger = ledgerIn();
    await ledger.commitVersion(exampleLibrary(2100), { message: 'many', author: 'test' });
    const clean = await publishJson();
    await ledger.save(exampleLibrary(2101));
    expect((await publishJson()).cid).toBe(clean.cid);
  });

  it('with --dry-run tells what would be sent and writes nothing', async () => {
    await commit(3);
    const { code, stdout } = await run('publish --dry-run --json --pin kubo:http://127.0.0.1:1');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      version: 'v1',
      targets: [{ state: 'absent', detail: 'would be sent' }],
    });
    expect(readdirSync(folder)).toEqual(['library']);
  });

  it('tells every target apart, exits 1 when one failed, and mends it', async () => {
    await commit(3);
    const kubo: FakeKubo = await fakeKubo();
    open.push(kubo);
    const pins = `--pin local --pin kubo:${kubo.url}`;
    kubo.failOnce = { status: 500, body: 'out of order' };
    const failed = await run(`publish ${pins}`);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('out of order');
    expect((await run(`publish --status ${pins}`)).code).toBe(0);
    kubo.pinned.clear();
    const status = await run(`publish --status --json ${pins}`);
    expect(status.code).toBe(1);
    expect(JSON.parse(status.stdout)).toMatchObject({ targets: [{ state: 'pinned' }, { state: 'absent' }] });
    const mended = await run(`publish --recover --json ${pins}`);
    expect(mended.code).toBe(0);
    expect(JSON.parse(mended.stdout)).toMatchObject({ targets: [{ state: 'pinned' }, { state: 'pinned' }] });
  });

  it.each([
    ['publish --pin nothing', {}, 'unknown-target', 2],
    ['publish --pin kubo:file:///etc', {}, 'unknown-target', 2],
    ['publish --pin web3.storage', { ZOO_WEB3_STORAGE_TOKEN: 'x' }, 'service-closed', 1],
    ['publish --pin pinata', {}, 'pin-unauthorized', 1],
    ['publish --status --recover', {}, 'usage', 2],
    ['publish v7', {}, 'unknown-version', 2],
  ])('%s: %s', async (line, environment, code, exit) => {
    await commit(1);
    const ended = await run(`${line} --json`, environment);
    expect(ended.code).toBe(exit);
    expect(ended.stdout).toContain(code);
  });

  it('runs no command and gives no token away because a file in the project says so', async () => {
    await commit(1);
    writeFileSync(join(folder, 'zoo.config.json'), JSON.stringify({ pin: ['exec:touch ran'] }));
    expect((await run('publish --json')).stdout).toContain('untrusted-target');
    expect(readdirSync(folder)).not.toContain('ran');
    writeFileSync(join(folder, 'zoo.config.json'), JSON.stringify({ pin: ['kubo:http://collector.example'] }));
    const ended = await run('publish --json', { ZOO_KUBO_TOKEN: 'a-secret' });
    expect(ended.stdout).toContain('untrusted-target');
    expect(ended.stdout).not.toContain('a-secret');
  });
});

describe('zoo fetch', () => {
  it('brings a version back where there is nothing but its CID', async () => {
    await commit(5);
    const { commit: id, root } = await commit(300);
    const { cid } = await publishJson();
    const node = await nodeOf();
    const other = elsewhere();
    const gateway = { ZOO_GATEWAY: `${nowhere},${node.url}` };
    const fetched = await run(`fetch ${cid} --output library --json`, gateway, other);
    expect(fetched.code).toBe(0);
    expect(JSON.parse(fetched.stdout)).toMatchObject({
      version: 'v2',
      commit: id,
      root,
      experiences: 300,
      cached: false,
    });
    const ledger = ledgerIn(other);
    expect(await ledger.state()).toEqual({ version: 'v2', root, count: 300 });
    expect((await ledger.history()).map(({ version }) => version)).toEqual(['v1', 'v2']);
    expect(JSON.parse((await run('publish --json', {}, other)).stdout)).toMatchObject({ cid });
    // The library goes on from there.
    expect((await ledger.commitVersion(exampleLibrary(2), { message: 'on', author: 'test' })).version).toBe('v3');
  });

  it('answers from the cache, and fetches again what somebody changed there', async () => {
    await commit(3);
    const { cid } = await publishJson();
    const node = await nodeOf();
    const other = elsewhere();
    const first = JSON.parse((await run(`fetch ${cid} --json`, { ZOO_GATEWAY: node.url }, other)).stdout) as Fetched;
    const again = JSON.parse((await run(`fetch ipfs://${cid} --json`, {}, other)).stdout) as Fetched;
    expect(again).toMatchObject({ cached: true, folder: first.folder });
    const [name = ''] = readdirSync(join(first.folder, 'records'));
    const path = join(first.folder, 'records', name);
    writeFileSync(path, readFileSync(path, 'utf8').replace('When case', 'When every case'));
    const mended = JSON.parse((await run(`fetch ${cid} --json`, { ZOO_GATEWAY: node.url }, other)).stdout) as Fetched;
    expect(mended.cached).toBe(false);
  });

  it('finds a version that a clone of the library does not hold', async () => {
    await commit(3);
    const { cid } = await publishJson();
    await commit(2, 100);
    rmSync(join(folder, 'library/packs'), { recursive: true });
    const { code, stdout } = await run('fetch v1 --json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 'v1', cid, experiences: 3 });
    expect((await run('fetch v2 --json')).stdout).toContain('not-published');
  });

  it('brings back more records than are kept in memory: same root, oldest first, and nothing left over', async () => {
    const count = 2600;
    const { root } = await commit(count);
    const { cid } = await publishJson();
    const node = await nodeOf();
    const other = elsewhere();
    const fetched = await run(`fetch ${cid} --output library --json`, { ZOO_GATEWAY: node.url }, other);
    expect(JSON.parse(fetched.stdout)).toMatchObject({ root, experiences: count });
    const ledger = ledgerIn(other);
    expect(await ledger.state()).toEqual({ version: 'v1', root, count });
    const { experiences } = await ledger.library();
    const places = experiences.map(({ id, metadata }) => `${metadata.created_at} ${id}`);
    expect(places).toEqual(places.toSorted());
    expect(readdirSync(join(other, 'library/packs'))).toEqual([]);
    // A second time it is an earlier state of itself.
    expect((await run(`fetch ${cid} --output library`, {}, other)).code).toBe(0);
    expect(JSON.parse((await run('publish --json', {}, other)).stdout)).toMatchObject({ cid });
  });

  it('finds a version in the embedded node by its root alone', async () => {
    const { root } = await commit(3);
    const { cid } = await publishJson();
    const environment = {
      ZOO_IPFS_DIR: join(folder, '.zoo/ipfs'),
      ZOO_ARWEAVE_GATEWAY: nowhere,
    };
    const fetched = await run(`fetch 0x${root} --json`, environment, elsewhere());
    expect(JSON.parse(fetched.stdout)).toMatchObject({ cid, root });
  });

  it('brings back with --history what the library’s anchors name, and tells what nobody has', async () => {
    await commit(3);
    await publishJson();
    await commit(2, 100);
    await commit(4, 200);
    const { cid } = await publishJson();
    const node = await nodeOf();
    const clone = elsewhere();
    cpSync(join(folder, 'library'), join(clone, 'library'), { recursive: true });
    rmSync(join(clone, 'library/packs'), { recursive: true });
    const environment = { ZOO_GATEWAY: node.url, ZOO_ARWEAVE_GATEWAY: nowhere };
    const fetched = await run(`fetch ${cid} --output library --history --json`, environment, clone);
    expect(JSON.parse(fetched.stdout)).toMatchObject({
      history: [
        { version: 'v1', state: 'restored' },
        { version: 'v2', state: 'missing', from: null },
      ],
    });
    expect((await ledgerIn(clone).readVersion('v1')).experiences).toHaveLength(3);
    const again = await run(`fetch ${cid} --output library --history`, environment, clone);
    expect(again.stderr).toContain('v1: was here');
    expect(again.stderr).toContain('v2: its commit alone');
  });

  it('brings back with --history an earlier version of many records, to be read by its shards', async () => {
    const { root } = await commit(2600);
    await publishJson();
    await commit(2700, 1);
    const { cid } = await publishJson();
    const node = await nodeOf();
    const clone = elsewhere();
    cpSync(join(folder, 'library'), join(clone, 'library'), { recursive: true });
    rmSync(join(clone, 'library/packs'), { recursive: true });
    const environment = { ZOO_GATEWAY: node.url, ZOO_ARWEAVE_GATEWAY: nowhere };
    const line = `fetch ${cid} --output library --history --json`;
    const fetched = JSON.parse((await run(line, environment, clone)).stdout) as Fetched;
    expect(fetched).toMatchObject({ history: [{ version: 'v1', state: 'restored' }] });
    const ledger = ledgerIn(clone);
    const shards = await openShards(diskFiles, ledger, 'v1', sha256);
    expect((await shards?.roots())?.recordsRoot).toBe(root);
    expect(await shards?.read('00')).not.toEqual([]);
    expect((await ledger.readVersion('v1')).experiences).toHaveLength(2600);
    const again = await run(line, environment, clone);
    expect(JSON.parse(again.stdout)).toMatchObject({ history: [{ version: 'v1', state: 'here' }] });
    const stat = JSON.parse((await run('ledger log --stat --json', {}, clone)).stdout);
    expect(stat.versions[0].changes.unlisted ?? stat.versions[0].changes.added.length).toBe(101);
    // What it was restored to is named, so that nothing removes it.
    expect(await findUnreferenced(diskFiles, ledger.folder, await ledger.history(), sha256)).toEqual([]);
  });

  it('does not write over a library that is another one', async () => {
    await commit(3);
    const { cid } = await publishJson();
    await commit(2, 100);
    const ended = await run(`fetch ${cid} --output library --json`);
    expect(ended.stdout).toContain('library-differs');
    expect((await ledgerIn().state()).count).toBe(2);
  });

  it('exits 5 for what is no version, and 1 when nobody has it', async () => {
    await commit(3);
    const { cid } = await publishJson();
    const hello = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';
    expect((await run(`fetch ${hello}`)).code).toBe(5);
    const gone = await run(`fetch ${cid} --json`, {}, elsewhere());
    expect([gone.code, gone.stdout.includes('fetch-failed')]).toEqual([1, true]);
    expect((await run('fetch nothing-at-all --json')).stdout).toContain('unknown-version');
    expect((await run('fetch ar://x --json')).code).toBe(2);
  });

  it('exits 5 when more comes than is allowed', async () => {
    await commit(300);
    const { cid } = await publishJson();
    expect((await run(`fetch ${cid} --max-records 299`)).code).toBe(5);
    expect((await run(`fetch ${cid} --max-bytes 1000`)).code).toBe(5);
  });
});

describe('who signed what is fetched', () => {
  const signers = { ada: '11'.repeat(32), eve: '22'.repeat(32) };
  const keyOf = (name: keyof typeof signers) =>
    signCommit('ed25519', '00'.repeat(32), fromHex(signers[name])).publicKey;

  /** Publishes one version more, signed by these, and answers its CID. */
  async function publishSigned(count: number, ...names: (keyof typeof signers)[]): Promise<string> {
    const sign = async (id: string) => names.map((name) => signCommit('ed25519', id, fromHex(signers[name])));
    await ledgerIn().commitVersion(exampleLibrary(count), { message: 'one more', author: 'test', sign });
    return (await publishJson()).cid;
  }

  async function fetchElsewhere(): Promise<(line: string) => ReturnType<typeof run>> {
    const node = await nodeOf();
    const other = elsewhere();
    return (line) => run(line, { ZOO_GATEWAY: node.url }, other);
  }

  it('counts from the first time on: others, and nobody, are refused with 5', async () => {
    const [first, second] = [await publishSigned(1, 'ada'), await publishSigned(2, 'ada')];
    const [byOther, byNobody] = [await publishSigned(3, 'eve'), await publishSigned(4)];
    const fetchThere = await fetchElsewhere();
    const began = await fetchThere(`fetch ${first}`);
    expect([began.code, began.stderr]).toEqual([0, expect.stringContaining('from now on')]);
    expect((await fetchThere(`fetch ${second}`)).stderr).toContain('as before');
    const refused = await fetchThere(`fetch ${byOther} --json`);
    expect([refused.code, refused.stdout]).toEqual([5, expect.stringContaining('author-changed')]);
    expect(refused.stdout).toContain(keyOf('eve'));
    const unsigned = await fetchThere(`fetch ${byNobody}`);
    expect([unsigned.code, unsigned.stderr]).toEqual([5, expect.stringContaining('v4 is not signed')]);
    // Not by a question either, though it lies in the cache by now.
    const asked = await fetchThere(`ask --provider sim --library ${byOther} question --json`);
    expect([asked.code, asked.stdout]).toEqual([5, expect.stringContaining('author-changed')]);
  });

  it('changes when --author says so, and then the old one is refused', async () => {
    const [first, byOther] = [await publishSigned(1, 'ada'), await publishSigned(2, 'eve')];
    const [onwards, back] = [await publishSigned(3, 'eve'), await publishSigned(4, 'ada')];
    const fetchThere = await fetchElsewhere();
    await fetchThere(`fetch ${first}`);
    expect((await fetchThere(`fetch ${byOther} --author ${keyOf('ada')}`)).code).toBe(5);
    expect((await fetchThere(`fetch ${byOther} --author ${keyOf('eve')}`)).code).toBe(0);
    expect((await fetchThere(`fetch ${onwards}`)).code).toBe(0);
    expect((await fetchThere(`fetch ${back}`)).code).toBe(5);
    // What comes before a version that is known to be right is right, whoever signed it.
    const before = await fetchThere(`fetch ${first} --json`);
    expect([before.code, JSON.parse(before.stdout).authorship.status]).toEqual([0, 'before']);
  });

  it('does not pass to who adds a signature to another’s version', async () => {
    const [first, both] = [await publishSigned(1, 'ada'), await publishSigned(2, 'ada', 'eve')];
    const alone = await publishSigned(3, 'eve');
    const fetchThere = await fetchElsewhere();
    await fetchThere(`fetch ${first}`);
    expect((await fetchThere(`fetch ${both}`)).code).toBe(0);
    expect((await fetchThere(`fetch ${alone}`)).code).toBe(5);
  });

  it('is nobody where a signature is not by the key that it names', async () => {
    const sign = async (id: string) => [
      { ...signCommit('ed25519', id, fromHex(signers.eve)), publicKey: keyOf('ada') },
    ];
    await ledgerIn().commitVersion(exampleLibrary(1), { message: 'forged', author: 'test', sign });
    const { cid } = await publishJson();
    const ended = await (await fetchElsewhere())(`fetch ${cid} --json`);
    expect([ended.code, ended.stdout]).toEqual([5, expect.stringContaining('signature-invalid')]);
  });

  it('is told to be nobody where nobody signed', async () => {
    const cid = await publishSigned(1);
    const fetched = await (await fetchElsewhere())(`fetch ${cid}`);
    expect([fetched.code, fetched.stderr]).toEqual([0, expect.stringContaining('v1 is not signed')]);
  });
});

describe('a published library by its CID', () => {
  it('answers questions, after it was verified', async () => {
    await commit(4);
    const { cid } = await publishJson();
    const node = await nodeOf();
    const other = elsewhere();
    const line = `ask --provider sim --json --library ${cid} question`;
    const { code, stdout } = await run(line, { ZOO_GATEWAY: node.url }, other);
    expect(code).toBe(0);
    const { experiences } = JSON.parse(stdout) as { experiences: { id: string }[] };
    expect(experiences.map(({ id }) => id).sort()).toEqual(
      exampleLibrary(4)
        .experiences.map(({ id }) => id)
        .sort(),
    );
    const wrong = cid.replace(/.$/, (last) => (last === 'a' ? 'i' : 'a'));
    expect(
      (await run(`ask --provider sim --library ${wrong} question`, { ZOO_GATEWAY: node.url }, other)).code,
    ).not.toBe(0);
  });

  it('is refused with 5 when a gateway is all there is and lies', async () => {
    await commit(4);
    const { cid } = await publishJson();
    const { fakeService } = await import('../world/pin/fake-service.ts');
    const liar = await fakeService(() => ({
      headers: { 'content-type': 'application/vnd.ipld.raw' },
      body: 'something else',
    }));
    open.push(liar);
    const { code, stdout } = await run(
      `ask --provider sim --json --library ${cid} question`,
      { ZOO_GATEWAY: liar.url },
      elsewhere(),
    );
    expect(code).toBe(5);
    expect(stdout).toContain('fetch-unverified');
  });

  it('can be compared with another', async () => {
    await commit(4);
    const { cid } = await publishJson();
    await commit(5);
    const { code, stdout } = await run(`ledger diff ${cid} v2 --json`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ added: [{}], removed: [], modified: [] });
  });
});

it('what is published stays out of git, but for the anchors', async () => {
  await commit(2);
  await publishJson();
  execFileSync('git', ['init', '-q'], { cwd: folder });
  execFileSync('git', ['add', '-A'], { cwd: folder });
  const listed = execFileSync('git', ['ls-files'], { cwd: folder, encoding: 'utf8' }).split('\n');
  expect(listed.some((path) => path.startsWith('library/anchors/'))).toBe(true);
  expect(listed.some((path) => path.includes('.zoo/') || path.endsWith('.car'))).toBe(false);
});
