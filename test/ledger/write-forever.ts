import { writeFile } from 'node:fs/promises';
import { toHex } from '../../src/core/digest.ts';
import type { Library } from '../../src/core/library/library.ts';
import { commitId } from '../../src/core/tree/commit.ts';
import { libraryRoots } from '../../src/core/tree/library-roots.ts';
import { rawCid } from '../../src/core/tree/cid.ts';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { importLines } from '../../src/ledger/forms/import-lines.ts';
import { collectGarbage } from '../../src/ledger/gc.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { restoreVersion } from '../../src/ledger/restore-version.ts';
import { writeTag } from '../../src/ledger/tag.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { type WriterSize, changesOf, libraryOf, restoredAtOnce } from './crash-libraries.ts';

/**
 * A process of its own that changes a library without end, to be killed at any instant. Before each change it tells on
 * its output what it is about to do, and after it that it is done: the reader knows the two states that may be found.
 *
 * Arguments: folder, first number, and what it does, see `crash-libraries.ts`.
 */
const [folder, first, size] = process.argv.slice(2) as [string, string, WriterSize];
const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
for (let number = Number(first); ; number++) {
  const library = libraryOf(number, size);
  const options = { message: `${number}`, author: 'writer', time: number };
  for (const change of changesOf(number, size)) {
    const lines = `${folder}.jsonl`;
    if (change === 'import')
      await writeFile(lines, library.experiences.map((experience) => `${JSON.stringify(experience)}\n`).join(''));
    process.stdout.write(`begin ${number} ${change}\n`);
    if (change === 'import') await importAll(lines);
    else if (change === 'keep') await commitWorking(diskFiles, systemClock, ledger, options, sha256);
    else if (change === 'save') await ledger.save(library);
    else if (change === 'commit') await ledger.commitVersion(library, options);
    else if (change === 'merge') await ledger.commitVersion(library, { ...options, mergedFrom: ['ab'.repeat(32)] });
    else if (change === 'collect') await collectGarbage(diskFiles, systemClock, ledger, sha256, { grace: 0 });
    else if (change === 'restore') await restore(library, number);
    else await tagNewest(`t${number}`);
    process.stdout.write(`done ${number}\n`);
  }
}

async function importAll(path: string): Promise<void> {
  const defaults = { domain: 'general', createdAt: '', createdBy: 'writer', embeddingModel: 'none' };
  await importLines(diskFiles, ledger, { path, defaults, existing: 'update', replace: true, dryRun: false }, sha256);
}

async function tagNewest(name: string): Promise<void> {
  const newest = (await ledger.history()).at(-1);
  if (newest !== undefined) await writeTag(diskFiles, ledger, name, newest.id, true);
}

/** Versions that came from elsewhere and follow ours; their packs did not come along. */
async function restore({ experiences }: Library, number: number): Promise<void> {
  const history = await ledger.history();
  const { recordsRoot, mapRoot, size: count } = libraryRoots(sha256, experiences);
  const log = history.map((entry) => entry.commit);
  for (let seq = history.length + 1; seq <= history.length + restoredAtOnce; seq++)
    log.push({
      v: 1,
      seq,
      parents: log.slice(-1).map((commit) => commitId(commit, sha256)),
      size: count,
      recordsRoot: toHex(recordsRoot),
      mapRoot: toHex(mapRoot),
      packCid: rawCid(sha256(`pack ${seq}`)),
      author: 'another',
      time: new Date(number).toISOString(),
      message: `${number}`,
      evidence: null,
    });
  await restoreVersion(diskFiles, folder, { log, signatures: [], records: { experiences } }, sha256);
}
