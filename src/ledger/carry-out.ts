import type { Sha256 } from '../core/digest.ts';
import { hashLeaf, hashLength } from '../core/tree/hashing.ts';
import { merkleRoot } from '../core/tree/merkle-log.ts';
import type { Files } from '../world/files/files.ts';
import { logBytes, readLog, renderLog } from './history.ts';
import { gitIgnored, paths } from './layout.ts';
import type { Pending } from './pending.ts';
import { applyToWorking } from './working.ts';

/**
 * Carries a decided change out: working library, log, head, checkpoint; last the generation, and then the pending file
 * goes. Broken off anywhere, it is simply done again.
 */
export async function carryOut(files: Files, folder: string, pending: Pending, sha256: Sha256): Promise<void> {
  if (!(await files.exists(`${folder}/${paths.gitIgnore}`)))
    await files.writeAtomic(`${folder}/${paths.gitIgnore}`, gitIgnored);
  await applyToWorking(files, folder, pending, sha256);
  if (pending.version !== null) {
    const { seq, commit } = pending.version;
    const log = [...(await readLog(files, folder)).slice(0, seq - 1), commit];
    await files.writeAll([
      [`${folder}/${paths.log}`, renderLog(log)],
      [`${folder}/${paths.head}`, `${commit}\n`],
      [`${folder}/${paths.checkpoint}`, renderCheckpoint(log, sha256)],
    ]);
  }
  await files.writeAtomic(`${folder}/${paths.generation}`, `${pending.generation}\n`);
  await files.remove(`${folder}/${paths.pending}`);
}

/** The log's tree: RFC 6962 over commit ids, each a leaf of 32 bytes. */
export function logRoot(log: readonly string[], sha256: Sha256): Uint8Array {
  const ids = logBytes(log);
  const leaves = new Uint8Array(ids.length);
  for (let start = 0; start < ids.length; start += hashLength)
    leaves.set(hashLeaf(sha256, ids.subarray(start, start + hashLength)), start);
  return merkleRoot(sha256, leaves);
}

/** Origin of every zoo ledger's checkpoints until the library is given a name of its own. */
const origin = 'zoo-ledger/v1';

/** The body of a C2SP checkpoint (c2sp.org/tlog-checkpoint): origin, size, root in base 64, a line each. */
function renderCheckpoint(log: readonly string[], sha256: Sha256): string {
  return `${origin}\n${log.length}\n${btoa(String.fromCharCode(...logRoot(log, sha256)))}\n`;
}
