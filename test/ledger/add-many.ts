import { setTimeout as wait } from 'node:timers/promises';
import { ZooError } from '../../src/core/error.ts';
import { amendLibrary } from '../../src/ledger/amend.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { exampleExperience } from './experience.ts';

/** Adds experiences one by one, as several such processes do at once. Arguments: folder, first number, how many. */
const [folder = '', first, count] = process.argv.slice(2);
const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
for (let added = 0; added < Number(count);) {
  try {
    await amendLibrary(diskFiles, ledger, { puts: [exampleExperience(Number(first) + added)] }, sha256);
    added++;
  } catch (thrown) {
    if (!(thrown instanceof ZooError) || thrown.code !== 'library-locked') throw thrown;
    await wait(5);
  }
}
