/**
 * A large library from a file of lines to a proof, each step in a process of its own, with its peak memory:
 *
 *   node bench/ledger-large.ts [records]
 *
 * The goal is memory that does not grow with the library beyond its index: 600 MB at a million records. Through the
 * command line, on two cores that were busy with other work (load 11): import of 1,000,000 records 157 s and 426 MB,
 * `show` of one id 0.6 s and 102 MB, `status` 0.3 s and 87 MB, `commit` 5 s and 338 MB, `edit` 13 s and 472 MB (the root is
 * hashed anew), `prove` 8 s and 330 MB.
 */
import { spawnSync } from 'node:child_process';
import { open, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitWorking } from '../src/ledger/commit-working.ts';
import { importLines } from '../src/ledger/import-lines.ts';
import { lookUp } from '../src/ledger/look-up.ts';
import { openLedger } from '../src/ledger/open-ledger.ts';
import { proveInParts } from '../src/ledger/prove-version.ts';
import { systemClock } from '../src/world/clock/system.ts';
import { sha256 } from '../src/world/digest/node-crypto.ts';
import { diskFiles } from '../src/world/files/disk.ts';
import { exampleExperience } from '../test/ledger/experience.ts';

const memoryGoal = 600;
const [first = '1000000', folder = '', id = ''] = process.argv.slice(2);
const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  import: () =>
    importLines(
      diskFiles,
      ledger(),
      {
        path: `${folder}.jsonl`,
        defaults: { domain: 'general', createdAt: '', createdBy: 'bench', embeddingModel: 'none' },
        existing: 'keep',
        replace: false,
        dryRun: false,
        keepVectors: () => Promise.resolve(),
      },
      sha256,
    ),
  state: () => ledger().state(),
  commit: () => commitWorking(diskFiles, systemClock, ledger(), { message: 'all', author: 'bench' }, sha256),
  show: () => lookUp(diskFiles, ledger(), [id], 'working', sha256),
  prove: () => proveInParts(diskFiles, ledger(), [id], 'HEAD', sha256),
};

const step = steps[first];
if (step === undefined) await measure(Number(first));
else {
  await step();
  // The peak that getrusage tells is the parent's where that was larger.
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  console.log(peak === undefined ? process.memoryUsage.rss() / 2 ** 20 : Number(peak) / 1024);
}

function ledger() {
  return openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
}

async function measure(count: number): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'zoo-bench-large-'));
  try {
    const library = join(home, 'library');
    await writeLines(`${library}.jsonl`, count);
    for (const name of Object.keys(steps)) {
      const started = performance.now();
      const middle = exampleExperience(count >> 1).id;
      const child = spawnSync(process.execPath, [import.meta.filename, name, library, middle], { encoding: 'utf8' });
      if (child.status !== 0) throw new Error(child.stderr);
      const seconds = (performance.now() - started) / 1000;
      const memory = Number(child.stdout);
      console.log(
        `${name.padEnd(8)} of ${count} records  ${seconds.toFixed(1)} s  ${memory.toFixed(0)} MB  ratio to ${memoryGoal} MB ${(memory / memoryGoal).toFixed(2)}`,
      );
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function writeLines(path: string, count: number): Promise<void> {
  const file = await open(path, 'w');
  const atOnce = 10_000;
  for (let from = 0; from < count; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - from) }, (_, place) => from + place);
    await file.write(numbers.map((number) => `${JSON.stringify(exampleExperience(number))}\n`).join(''));
  }
  await file.close();
}
