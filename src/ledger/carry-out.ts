import type { Sha256 } from '../core/digest.ts';
import type { Files } from '../world/files/files.ts';
import { checkpointOf, renderCheckpoint } from './proofs/checkpoint.ts';
import { readLog, renderLog } from './history.ts';
import { gitIgnored, paths } from './layout.ts';
import { type Pending, logAfter } from './pending.ts';
import { placeParts } from './shards/place-parts.ts';
import { applyToWorking, readHeader } from './working.ts';

/**
 * Carries a decided change out: working library, log, head, checkpoint; last the generation, and then the pending file
 * goes. Broken off anywhere, it is simply done again.
 */
export async function carryOut(files: Files, folder: string, pending: Pending, sha256: Sha256): Promise<void> {
  if (!(await files.exists(`${folder}/${paths.gitIgnore}`)))
    await files.writeAtomic(`${folder}/${paths.gitIgnore}`, gitIgnored);
  await (pending.parts === undefined
    ? applyToWorking(files, folder, pending, sha256)
    : placeParts(files, folder, pending.parts, pending.changes.complete, sha256));
  if (pending.version !== null) {
    const log = logAfter(await readLog(files, folder), pending.version);
    const origin = (await readHeader(files, folder))?.origin;
    await files.writeAll([
      [`${folder}/${paths.log}`, renderLog(log)],
      [`${folder}/${paths.head}`, `${pending.version.commit}\n`],
      [`${folder}/${paths.checkpoint}`, renderCheckpoint(checkpointOf(log, sha256, origin))],
    ]);
  }
  await files.writeAtomic(`${folder}/${paths.generation}`, `${pending.generation}\n`);
  await files.remove(`${folder}/${paths.pending}`);
}
