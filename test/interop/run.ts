/**
 * Checks against the other implementations of IPFS, for real: `npm run test:interop`. It installs Helia and builds Kubo
 * outside the repository the first time, which takes minutes; nothing leaves the loopback interface otherwise.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCid } from '../../src/core/ipld/cid.ts';
import { cidOf, codecs } from '../../src/core/ipld/cid.ts';
import { leafBytes, unixFsFile } from '../../src/core/ipld/unixfs-file.ts';
import { fetchWhole } from '../publishing/fetch-whole.ts';
import { openOutbox } from '../../src/publishing/outbox.ts';
import { publish } from '../../src/publishing/publish.ts';
import { type Snapshot, takeSnapshot } from '../../src/publishing/snapshot.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { fileBlocks } from '../../src/world/pin/blocks/file-blocks.ts';
import { httpGateway } from '../../src/world/pin/http-gateway.ts';
import { kuboPin } from '../../src/world/pin/kubo.ts';
import { serveNode } from '../../src/world/pin/node/serve.ts';
import { exampleExperience } from '../ledger/experience.ts';
import { embeddedExperiences, sampleVersion } from '../publishing/sample-version.ts';
import { checkGoldenFiles } from './golden-files.ts';
import { fetchByHelia } from './helia.ts';
import { type KuboDaemon, buildKubo, kuboVersion, startKubo } from './kubo.ts';
import { check } from './workplace.ts';

const folder = mkdtempSync(join(tmpdir(), 'zoo-interop-'));
const blocks = fileBlocks(diskFiles, join(folder, 'ipfs'), systemClock);
const outbox = openOutbox({ files: diskFiles, folder: join(folder, 'outbox'), clock: systemClock, sha256 });
const signal = new AbortController().signal;

const { experiences, vectors } = embeddedExperiences(1000, 1024);
const first = await takeSnapshot(sampleVersion(experiences, 3, vectors), sha256);
const second = await takeSnapshot(sampleVersion([...experiences, exampleExperience(5000)], 4, vectors), sha256);

try {
  checkGoldenFiles();
  await blocks.keep(first.root, first.stream(), { whole: true });
  await heliaFromOurGateway();
  const program = await buildKubo();
  if (program === undefined) process.stdout.write('skipped  Kubo: there is no Go here to build it with\n');
  else await withKubo(program);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function heliaFromOurGateway(): Promise<void> {
  const node = await serveNode({ blocks, sha256, port: 0 });
  const got = await fetchByHelia('gateway', node.url, first.cid);
  check('Helia fetches a version over our gateway', got.blocks === first.blocks, JSON.stringify(got));
  await node.close();
}

async function withKubo(program: string): Promise<void> {
  const kubo = await startKubo(program);
  try {
    await publishTo(kubo, first, 'v3');
    check(`Kubo ${kuboVersion} pins the CAR`, (await pinsOf(kubo)).includes(first.cid));
    const before = await blocksOf(kubo);
    await publishTo(kubo, second, 'v4');
    check('Kubo pins the next version', (await pinsOf(kubo)).includes(second.cid));
    const added = (await blocksOf(kubo)) - before;
    check('and was sent only what it lacked', added < 12, `${added} of ${second.blocks} blocks are new`);
    await fetchFrom(kubo, second);
    const verified = await kubo.ipfs('dag', 'stat', '--progress=false', second.cid);
    check('Kubo walks all of it', verified.includes(`${second.blocks}`), verified.split('\n')[1] ?? '');
    const floats = await kubo.ipfs('cat', '--length=4096', `${second.cid}/embeddings`);
    check('Kubo reads the embeddings as a file by their path', floats.length > 0);
    const got = await fetchByHelia('bitswap', kubo.swarm, second.cid);
    check('Helia fetches it from Kubo over bitswap', got.blocks === second.blocks, JSON.stringify(got));
    await sameFile(kubo);
  } finally {
    await kubo.close();
  }
}

async function publishTo(kubo: KuboDaemon, snapshot: Snapshot, version: string): Promise<void> {
  const service = {
    fetch: globalThis.fetch,
    target: `kubo:${kubo.api}`,
    token: undefined,
    tokenVariable: 'ZOO_KUBO_TOKEN',
  };
  const published = { cid: snapshot.cid, commit: 'ab'.repeat(32), version, name: `library ${version}` };
  const world = { blocks, outbox, pins: [kuboPin(service, kubo.api)], sha256, signal };
  const [delivery] = await publish(snapshot, published, world);
  check(`zoo publishes ${version} to Kubo's RPC`, delivery?.state === 'pinned', delivery?.detail ?? '');
}

async function fetchFrom(kubo: KuboDaemon, snapshot: Snapshot): Promise<void> {
  const gateways = [httpGateway(kubo.gateway, fetch)];
  const fetched = await fetchWhole(snapshot.root, {
    gateways,
    sha256,
    signal,
    limits: { bytes: 2 ** 28, records: 5000 },
  });
  const ok = fetched.experiences.length === 1001 && fetched.vectors.size === 1000;
  check("zoo fetches and verifies it from Kubo's gateway", ok, `${fetched.bytes} bytes`);
}

async function pinsOf(kubo: KuboDaemon): Promise<string> {
  return await kubo.ipfs('pin', 'ls', '--type=recursive', '--quiet');
}

async function blocksOf(kubo: KuboDaemon): Promise<number> {
  return (await kubo.ipfs('refs', 'local')).split('\n').length;
}

/** A file that Kubo adds itself has the CID that we compute. */
async function sameFile(kubo: KuboDaemon): Promise<void> {
  const content = Buffer.alloc(5 * leafBytes + 123, 'zoo and kubo ');
  const path = join(folder, 'file.bin');
  writeFileSync(path, content);
  const theirs = await kubo.ipfs('add', '--quieter', path);
  const leaves = [];
  for (let at = 0; at < content.length; at += leafBytes) {
    const bytes = content.subarray(at, at + leafBytes);
    leaves.push({ cid: cidOf(codecs.raw, sha256(bytes)), size: bytes.length });
  }
  const ours = formatCid(unixFsFile(leaves, sha256).cid);
  check('a UnixFS file has the CID that Kubo gives it', theirs === ours, theirs);
}
