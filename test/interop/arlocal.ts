/**
 * Archives versions at an arlocal, for real: `npm run test:arlocal`. The first time it installs arlocal outside the
 * repository (about 220 MB). arlocal listens on all interfaces while it runs, and knows neither signatures nor anchors:
 * this shows that requests and answers have the forms that others expect.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chooseLine, readArchivedHistory } from '../../src/publishing/archive-history.ts';
import { archiveVersion, askArchive } from '../../src/publishing/archive-version.ts';
import { openOutbox } from '../../src/publishing/outbox.ts';
import { walletAddress } from '../../src/world/archive/arweave-key.ts';
import { arweaveArchive } from '../../src/world/archive/arweave.ts';
import { readNetwork } from '../../src/world/archive/status.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { memoryBlocks } from '../fakes/blocks.ts';
import { exampleLibrary } from '../ledger/experience.ts';
import { arweaveKey, fetchIt, gatewayAt, nextVersion, subjectOf } from '../publishing/archive-setting.ts';
import { check, mustRun, workplace } from './workplace.ts';

const version = '1.1.66';
const port = 19_840;
const url = `http://127.0.0.1:${port}`;
const host = { address: url, fetch: globalThis.fetch };
const signal = new AbortController().signal;

const folder = mkdtempSync(join(tmpdir(), 'zoo-arlocal-'));
const program = await install();
const child = spawn(process.execPath, [program, String(port), '--hidelogs', '--dbpath', join(folder, 'db')], {
  cwd: folder,
  stdio: 'inherit',
});
try {
  await untilItAnswers();
  await archiveAndFetch();
} finally {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function archiveAndFetch(): Promise<void> {
  const network = await readNetwork(host);
  check('arlocal says what network it is', network !== '', network);
  await (await fetch(`${url}/mint/${walletAddress(arweaveKey)}/1000000000000000`)).text();
  const first = nextVersion(undefined, exampleLibrary(700).experiences);
  const second = nextVersion(first, exampleLibrary(3).experiences);
  const world = {
    blocks: memoryBlocks(),
    outbox: openOutbox({ files: diskFiles, folder: join(folder, 'outbox'), clock: systemClock, sha256 }),
    archive: arweaveArchive({ host, network, key: async () => arweaveKey }),
    gateways: [gatewayAt({ url })],
    signal,
    approve: async () => {},
  };
  const ids: string[] = [];
  for (const one of [first, second]) {
    const subject = await subjectOf(one, world);
    const { state, remoteId } = await archiveVersion(subject, world);
    check(`it takes v${one.commit.seq}`, state === 'pinning', `${state} ${remoteId}`);
    ids.push(remoteId ?? '');
    await mine(12);
    const asked = await askArchive(subject, world);
    check(
      'and has it in a block',
      asked.state !== 'absent' && asked.state !== 'failed',
      `${asked.state}: ${asked.detail}`,
    );
  }
  const { lines, rejected, library } = await readArchivedHistory(
    { library: undefined, owner: walletAddress(arweaveKey) },
    { gateways: world.gateways, sha256, signal, most: 1000 },
  );
  const line = chooseLine({ lines }, undefined);
  const found = line.flatMap(({ archives }) => archives.map(({ id }) => id));
  check('GraphQL finds both by their tags', found.join() === ids.join() && rejected.length === 0, library);
  for (const [index, id] of ids.entries()) {
    const { commit } = await fetchIt([{ url }], id);
    check(`ar://${id} comes back and verifies`, commit.seq === index + 1, `${commit.size} experiences`);
  }
}

async function install(): Promise<string> {
  const place = workplace('arlocal');
  const program = join(place, 'node_modules/arlocal/bin/index.js');
  if (existsSync(program)) return program;
  // Without the override an avsc is asked for that is on no registry; sqlite3 is compiled, for which Node's headers are needed.
  const manifest = {
    private: true,
    dependencies: { arlocal: version },
    overrides: { avsc: '5.7.9' },
    allowScripts: { sqlite3: true },
  };
  writeFileSync(join(place, 'package.json'), JSON.stringify(manifest));
  await mustRun('npm', ['install', '--no-audit', '--no-fund'], { cwd: place });
  return program;
}

async function mine(blocks: number): Promise<void> {
  await (await fetch(`${url}/mine/${blocks}`)).text();
}

async function untilItAnswers(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answered = await fetch(`${url}/info`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await pause(200);
  }
  throw new Error('arlocal does not answer');
}
