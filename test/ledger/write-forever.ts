import { openLedger } from '../../src/ledger/open-ledger.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { exampleLibrary } from './experience.ts';

/**
 * A process of its own that saves and commits without end, to be killed at any instant. Before each change it tells on
 * its output what it is about to do, and after it that it is done: the reader knows the two states that may be found.
 *
 * Arguments: folder, first number.
 */
const [folder = '', first = '0'] = process.argv.slice(2);
const ledger = openLedger({ files: diskFiles, sha256, clock: systemClock, folder });
for (let number = Number(first); ; number++) {
  const library = exampleLibrary(1 + (number % 7), number);
  const commits = number % 3 !== 0;
  process.stdout.write(`begin ${number} ${commits ? 'commit' : 'save'}\n`);
  if (commits) await ledger.commitVersion(library, { message: `${number}`, author: 'writer', time: number });
  else await ledger.save(library);
  process.stdout.write(`done ${number}\n`);
}
