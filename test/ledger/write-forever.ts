import { writeFile } from 'node:fs/promises';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { importLines } from '../../src/ledger/forms/import-lines.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { libraryOf } from './crash-libraries.ts';

/**
 * A process of its own that saves and commits without end, to be killed at any instant. Before each change it tells on
 * its output what it is about to do, and after it that it is done: the reader knows the two states that may be found.
 *
 * Arguments: folder, first number, `small` or `large` (a library in shards, which takes lines).
 */
const [folder = '', first = '0', size = 'small'] = process.argv.slice(2);
const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
const large = size === 'large';
for (let number = Number(first); ; number++) {
  const library = libraryOf(number, large);
  const commits = number % 3 !== 0;
  const options = { message: `${number}`, author: 'writer', time: number };
  const lines = `${folder}.jsonl`;
  if (large)
    await writeFile(lines, library.experiences.map((experience) => `${JSON.stringify(experience)}\n`).join(''));
  process.stdout.write(`begin ${number} ${large ? 'import' : commits ? 'commit' : 'save'}\n`);
  if (large) await importAll(lines);
  else if (commits) await ledger.commitVersion(library, options);
  else await ledger.save(library);
  process.stdout.write(`done ${number}\n`);
  if (!large || !commits) continue;
  process.stdout.write(`begin ${number} keep\n`);
  await commitWorking(diskFiles, systemClock, ledger, options, sha256);
  process.stdout.write(`done ${number}\n`);
}

async function importAll(path: string): Promise<void> {
  const defaults = { domain: 'general', createdAt: '', createdBy: 'writer', embeddingModel: 'none' };
  const request = { path, defaults, existing: 'update', replace: true, dryRun: false } as const;
  await importLines(diskFiles, ledger, request, sha256);
}
