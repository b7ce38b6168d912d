import { execFileSync } from 'node:child_process';
import { statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZooError } from '../../src/core/error.ts';
import type { Library } from '../../src/core/library/library.ts';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { importLines } from '../../src/ledger/forms/import-lines.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

/**
 * Changes a library on a file system that has less and less room to spare, until one is full no more. Runs where it may
 * mount: in a user namespace of its own. Prints a JSON line for each attempt.
 *
 * Arguments: an empty folder, `files` or `shards`.
 */
const [disk = '', layout] = process.argv.slice(2);
const large = layout === 'shards';
const count = large ? 2001 : 3;
const before = exampleLibrary(count);
const after: Library = {
  experiences: [exampleExperience(7000), ...before.experiences.slice(1), ...exampleLibrary(count, 8000).experiences],
};
const options = { message: '', author: 'zoo', time: 0 };
const whole = 32 * 1024;

for (let spare = 4; ; spare += large ? 1600 : 4) {
  mount(`size=${whole}k`);
  await change(ledgerIn(), before);
  const { blocks, bfree, bsize } = statfsSync(disk);
  mount(`remount,size=${((blocks - bfree) * bsize) / 1024 + spare}k`);
  const outcome = await change(ledgerIn(), after).then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof ZooError ? thrown.code : String(thrown)),
  );
  const found = await look();
  mount(`remount,size=${whole}k`);
  await change(ledgerIn(), after);
  process.stdout.write(`${JSON.stringify({ spare, outcome, found, later: await look() })}\n`);
  execFileSync('umount', [disk]);
  if (outcome === 'done') break;
}

function mount(how: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', how, 'none', disk]);
}

function ledgerIn(): Ledger {
  return openLedger({ files: diskFiles, sha256, clock: systemClock, folder: join(disk, 'library') });
}

/** Makes a library the working one and a version. */
async function change(ledger: Ledger, library: Library): Promise<void> {
  if (!large) return void (await ledger.commitVersion(library, options));
  // Lines come from another file system.
  const path = `${disk}.jsonl`;
  writeFileSync(path, library.experiences.map((experience) => `${JSON.stringify(experience)}\n`).join(''));
  const defaults = { domain: 'general', createdAt: '', createdBy: 'zoo', embeddingModel: 'none' };
  await importLines(diskFiles, ledger, { path, defaults, existing: 'update', replace: true, dryRun: false }, sha256);
  await commitWorking(diskFiles, systemClock, ledger, options, sha256);
}

async function look() {
  const ledger = ledgerIn();
  const state = await ledger.state();
  const findings = await fsck(diskFiles, ledger.folder, sha256);
  const errors = findings.filter(({ level }) => level === 'error').map(({ code }) => code);
  return { ...state, errors };
}
