/** Publishes as the program does and dies at a step: `publish-child.ts <folder> <kubo> <records> <step> <n>`. */
import { openOutbox } from '../../src/publishing/outbox.ts';
import { publish } from '../../src/publishing/publish.ts';
import { takeSnapshot } from '../../src/publishing/snapshot.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { fileBlocks } from '../../src/world/pin/blocks/file-blocks.ts';
import { kuboPin } from '../../src/world/pin/kubo.ts';
import { exampleLibrary } from '../ledger/experience.ts';
import { sampleVersion } from './sample-version.ts';

const [folder = '', kubo = '', records = '0', dieAt = '', times = '1'] = process.argv.slice(2);
const version = sampleVersion(exampleLibrary(Number(records)).experiences);
const snapshot = await takeSnapshot(version, sha256);
const service = { fetch: globalThis.fetch, target: `kubo:${kubo}`, token: undefined, tokenVariable: 'ZOO_KUBO_TOKEN' };
let left = Number(times);
const deliveries = await publish(
  snapshot,
  { cid: snapshot.cid, commit: 'ab'.repeat(32), version: `v${records}`, name: 'library' },
  {
    blocks: fileBlocks(diskFiles, `${folder}/ipfs`, systemClock),
    outbox: openOutbox({ files: diskFiles, folder: `${folder}/outbox`, clock: systemClock, sha256 }),
    pins: [kuboPin(service, kubo, 8000)],
    sha256,
    signal: new AbortController().signal,
    onStep: (step) => {
      if (step === dieAt && --left === 0) process.kill(process.pid, 'SIGKILL');
    },
  },
);
process.stdout.write(JSON.stringify({ cid: snapshot.cid, deliveries }));
