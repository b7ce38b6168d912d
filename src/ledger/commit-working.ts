import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { rawCid } from '../core/tree/cid.ts';
import type { Clock } from '../world/clock/clock.ts';
import type { Files } from '../world/files/files.ts';
import { paths } from './layout.ts';
import type { CommitOptions, CommittedVersion, Ledger } from './open-ledger.ts';
import { encodeParts } from './pack.ts';
import { checkShardText } from './shards/check-shard-text.ts';
import { partPath } from './shards/parts.ts';
import { type ShardPart, readShardText, workingRoots, workingShards } from './shards/shard-index.ts';
import { keepText } from './shards/write-part.ts';
import { whileBusy } from './undisturbed.ts';
import { readHeader } from './working.ts';
import { writeVersion } from './write-version.ts';

/** Makes the working library a version. Of a large one only those shards are read that no version has yet. */
export async function commitWorking(
  files: Files,
  clock: Clock,
  ledger: Ledger,
  options: CommitOptions,
  sha256: Sha256,
): Promise<CommittedVersion> {
  const { folder } = ledger;
  const committed = await ledger.change(async () => {
    if ((await readHeader(files, folder))?.layout !== 'shards') return { result: undefined };
    const working = await workingShards(files, folder, sha256);
    const roots = await workingRoots(files, folder, working, sha256);
    const shards = await keepShards(files, folder, working, sha256);
    const order = (await files.readText(`${folder}/${paths.order}`)) ?? '';
    const pack = encodeParts({ shards, order: await keepText(files, folder, order, sha256) });
    const version = await writeVersion({ files, folder, clock, sha256 }, { pack, roots }, options);
    return {
      change: {
        layout: 'shards',
        changes: { complete: false, puts: [], deletes: [], order: undefined },
        version: { seq: version.seq, commit: version.id },
      },
      result: { version: `v${version.seq}`, commit: version.id, root: version.root },
    };
  });
  if (committed !== undefined) return committed;
  return await whileBusy(async () => {
    const library = await ledger.library();
    return await ledger.commitVersion(library, { ...options, basedOn: library });
  });
}

/** Copies the working shards into parts, those that are not there. */
async function keepShards(
  files: Files,
  folder: string,
  working: readonly ShardPart[],
  sha256: Sha256,
): Promise<Record<string, string>> {
  const cids: Record<string, string> = {};
  const read = readShardText(files, folder);
  for (const part of working) {
    if (part.count === 0) continue;
    cids[part.shard] = part.cid;
    if (await files.exists(partPath(folder, part.cid))) continue;
    const text = await read(part);
    if (rawCid(sha256(text)) !== part.cid) throw changedMeanwhile(folder);
    checkShardText(text, `${paths.records}/${part.shard}.jsonl`, sha256);
    await files.writeAtomic(partPath(folder, part.cid), text);
  }
  return cids;
}

/** Not by zoo, whose writers wait for one another. */
function changedMeanwhile(folder: string): ZooError {
  return new ZooError('library-busy', `somebody changed the records in ${folder} while they were read`, {
    hint: 'Commit again when the other program has finished.',
  });
}
