/**
 * What `zoo publish`, `zoo fetch` and archives take as whole programs: seconds, and the most memory that was resident,
 * each step in a process of its own, against the limits.
 *
 *   npm run build && node bench/publish-program.ts             a thousand records with embeddings of 1,024 floats
 *   npm run build && node bench/publish-program.ts million     a million records without
 */
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepRecords } from '../src/ledger/keep-records.ts';
import { restoreVersion } from '../src/ledger/restore-version.ts';
import { walletAddress } from '../src/world/archive/arweave-key.ts';
import { sha256 } from '../src/world/digest/node-crypto.ts';
import { diskFiles } from '../src/world/files/disk.ts';
import { startArweaveEmulator } from '../test/emulators/arweave/start-emulator.ts';
import { arweaveKey } from '../test/publishing/archive-setting.ts';
import { madeUpMillion, madeUpThousand } from './made-up-version.ts';
import { type Measured, runMeasured } from './run-measured.ts';

const many = process.argv[2] === 'million';
const limits = many ? { seconds: 30, megabytes: 400 } : { seconds: Infinity, megabytes: 150 };
const program = fileURLToPath(new URL('../bin/zoo.js', import.meta.url));
const ownFile = fileURLToPath(import.meta.url);

if (process.argv[2] === 'make') await make(process.argv[3] as string, process.argv[4] === 'million');
else await measureAll();

async function measureAll(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'zoo-bench-program-'));
  try {
    await run([ownFile, 'make', join(home, 'library'), many ? 'million' : 'thousand'], home);
    const first = await measured('zoo publish', ['publish'], home, {}, limits.seconds);
    const cid = first.stdout.trim();
    await measured('zoo publish --status', ['publish', '--status'], home);
    const fetched = { XDG_CACHE_HOME: join(home, 'other-cache'), ZOO_LIBRARY: join(home, 'none') };
    await measured('zoo fetch from the embedded node', ['fetch', cid], home, fetched);
    await measured('zoo fetch from the cache, written to a folder', ['fetch', cid, '--output', 'back'], home, fetched);
    await archive(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function archive(home: string): Promise<void> {
  const emulator = await startArweaveEmulator();
  const payer = walletAddress(arweaveKey);
  emulator.weave.wallet(payer).balance = 10n ** 18n;
  const key = join(home, 'key.json');
  copyFileSync(fileURLToPath(new URL('../test/emulators/arweave/test-key.json', import.meta.url)), key);
  chmodSync(key, 0o600);
  const arweave = { ZOO_ARWEAVE_GATEWAY: emulator.url, ZOO_ARWEAVE_KEY: key };
  const paid = await measured('zoo publish --arweave', ['publish', '--arweave', '--yes', '--json'], home, arweave);
  emulator.mine(12);
  const { targets } = JSON.parse(paid.stdout) as { targets: { target: string; remoteId: string }[] };
  const id = targets.find(({ target }) => target.startsWith('arweave'))?.remoteId ?? '';
  const elsewhere = {
    ...arweave,
    XDG_CACHE_HOME: join(home, 'far-cache'),
    ZOO_IPFS_DIR: join(home, 'far-blocks'),
    ZOO_LIBRARY: join(home, 'none'),
  };
  await measured('zoo fetch ar://', ['fetch', `ar://${id}`], home, elsewhere);
  await emulator.close();
}

type Environment = Readonly<Record<string, string>>;

async function measured(
  what: string,
  words: readonly string[],
  home: string,
  environment: Environment = {},
  seconds = Infinity,
): Promise<{ readonly stdout: string }> {
  const { stdout, seconds: taken, megabytes } = await run([program, ...words], home, environment);
  const over = megabytes > limits.megabytes || taken > seconds;
  if (over) process.exitCode = 1;
  const time = Number.isFinite(seconds) ? ` (${(taken / seconds).toFixed(2)} of ${seconds} s)` : '';
  const memory = `${megabytes.toFixed(0)} MB (${(megabytes / limits.megabytes).toFixed(2)} of ${limits.megabytes} MB)`;
  process.stdout.write(`${over ? 'OVER' : 'ok  '}  ${what}: ${taken.toFixed(1)} s${time}, ${memory}\n`);
  return { stdout };
}

async function run(words: readonly string[], home: string, environment: Environment = {}): Promise<Measured> {
  const own = { XDG_CACHE_HOME: join(home, 'cache'), XDG_STATE_HOME: join(home, 'state') };
  const measured = await runMeasured(words, home, { ...own, ...environment });
  if (measured.code !== 0) throw new Error(`${words.join(' ')} ended with ${measured.code}: ${measured.stderr}`);
  return measured;
}

/** A library of one version in a folder. */
async function make(folder: string, large: boolean): Promise<void> {
  const { version, vectors } = large ? madeUpMillion() : madeUpThousand();
  const records = keepRecords(diskFiles, folder, sha256);
  const decoder = new TextDecoder();
  for (const { key, bytes } of version.records())
    await records.put({ key, bytes, experience: JSON.parse(decoder.decode(bytes)) });
  const { log, signatures } = version;
  await restoreVersion(diskFiles, folder, { log, signatures, records: await records.finish() }, sha256);
  await records.discardParts();
  await diskFiles.writeAll([...vectors].map(([name, bytes]) => [join(folder, 'vectors', name), bytes] as const));
}
