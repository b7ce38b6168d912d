/** Archives as the program does and dies at a step: `archive-child.ts <folder> <gateway> <bundler> <kind> <records> <step> <n>`. */
import { archiveVersion } from '../../src/publishing/archive-version.ts';
import { openOutbox } from '../../src/publishing/outbox.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { fileBlocks } from '../../src/world/pin/blocks/file-blocks.ts';
import { exampleLibrary } from '../ledger/experience.ts';
import { archiveAt, gatewayAt, nextVersion, subjectOf } from './archive-setting.ts';

const [folder = '', url = '', bundlerUrl = '', kind = '', records = '0', dieAt = '', times = '1'] =
  process.argv.slice(2);
const blocks = fileBlocks(diskFiles, `${folder}/ipfs`, systemClock);
const subject = await subjectOf(nextVersion(undefined, exampleLibrary(Number(records)).experiences), { blocks });
let left = Number(times);
const delivery = await archiveVersion(subject, {
  blocks,
  outbox: openOutbox({ files: diskFiles, folder: `${folder}/outbox`, clock: systemClock, sha256 }),
  archive: archiveAt({ url, bundlerUrl }, kind === 'bundler' ? 'bundler' : 'arweave'),
  gateways: [gatewayAt({ url })],
  signal: new AbortController().signal,
  approve: async () => {},
  onStep: (step) => {
    if (step === dieAt && --left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write(JSON.stringify(delivery));
