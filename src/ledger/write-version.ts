import type { Sha256 } from '../core/digest.ts';
import { type Commit, commitId } from '../core/tree/commit.ts';
import type { Clock } from '../world/clock/clock.ts';
import type { Files } from '../world/files/files.ts';
import { commitPath, readLog, renderCommitFile } from './history.ts';
import type { CommitOptions } from './open-ledger.ts';
import { packCid, packPath } from './pack.ts';
import type { HexRoots } from './shards/shard-index.ts';

export interface WrittenVersion {
  readonly seq: number;
  readonly id: string;
  readonly root: string;
}

export interface VersionToWrite {
  readonly pack: string;
  /** The pack's parts; those that are there and whole are not written again. */
  readonly parts?: readonly (readonly [path: string, text: string])[] | undefined;
  readonly roots: HexRoots;
}

/** Writes pack and commit of the version that comes next; nothing names them yet. */
export async function writeVersion(
  { files, folder, clock, sha256 }: { files: Files; folder: string; clock: Clock; sha256: Sha256 },
  { pack, parts = [], roots }: VersionToWrite,
  options: CommitOptions,
): Promise<WrittenVersion> {
  const log = await readLog(files, folder);
  const previous = log.at(-1);
  const commit: Commit = {
    v: 1,
    seq: log.length + 1,
    parents: [...(previous === undefined ? [] : [previous]), ...(options.mergedFrom ?? [])],
    size: roots.size,
    recordsRoot: roots.recordsRoot,
    mapRoot: roots.mapRoot,
    packCid: packCid(pack, sha256),
    author: options.author,
    time: new Date(options.time ?? clock.now()).toISOString(),
    message: options.message,
    evidence: options.evidence ?? null,
  };
  const fresh: [path: string, text: string][] = [];
  for (const [path, text] of parts) if ((await files.readText(path)) !== text) fresh.push([path, text]);
  const id = commitId(commit, sha256);
  const signatures = (await options.sign?.(id)) ?? [];
  await files.writeAll([
    ...fresh,
    [packPath(folder, commit.packCid), pack],
    [commitPath(folder, id), renderCommitFile(commit, signatures)],
  ]);
  return { seq: commit.seq, id, root: commit.recordsRoot };
}
