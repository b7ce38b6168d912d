import type { Sha256 } from '../core/digest.ts';
import { toHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { checkJson } from '../core/json.ts';
import type { Experience } from '../core/library/experience.ts';
import { type Commit, commitId } from '../core/tree/commit.ts';
import { libraryRoots } from '../core/tree/library-roots.ts';
import type { Files } from '../world/files/files.ts';
import { carryOut } from './carry-out.ts';
import { commitPath, readCommit, readLog, renderCommitFile, signaturesSchema } from './history.ts';
import type { KeptRecords } from './keep-records.ts';
import { chooseLayout, paths } from './layout.ts';
import { createLocking } from './locking.ts';
import { type Pending, readPending, writePending } from './pending.ts';
import { readGeneration } from './undisturbed.ts';
import { partPath } from './shards/parts.ts';
import { workingState } from './shards/shard-index.ts';
import { readHeader, readWorking } from './working.ts';

/** A version that came from elsewhere, checked against its commit already. */
export interface RestoredVersion {
  /** Every commit from the first to this one. */
  readonly log: readonly Commit[];
  readonly signatures: readonly unknown[];
  readonly records: KeptRecords;
}

/**
 * Writes a version with its history into a folder, as a library whose working state it is. Only where nothing is lost: in
 * an empty folder, or over a library that is an earlier version of it without changes of its own.
 *
 * @throws ZooError `library-differs`, `library-locked`; `library-busy` when a collection took away what came
 */
export async function restoreVersion(
  files: Files,
  folder: string,
  version: RestoredVersion,
  sha256: Sha256,
): Promise<void> {
  const lock = await createLocking(files, folder).acquire();
  try {
    const unfinished = await readPending(files, folder, sha256);
    if (unfinished !== undefined) await carryOut(files, folder, unfinished, sha256);
    await refuseToLose(files, folder, version, sha256);
    await checkParts(files, folder, version.records);
    await write(files, folder, version, sha256);
  } finally {
    await lock.release();
  }
}

async function refuseToLose(files: Files, folder: string, version: RestoredVersion, sha256: Sha256): Promise<void> {
  const header = await readHeader(files, folder);
  if (header === undefined) return;
  const log = await readLog(files, folder);
  const theirs = version.log.map((commit) => commitId(commit, sha256));
  const { recordsRoot, size } =
    header.layout === 'shards'
      ? await workingState(files, folder, sha256)
      : rootOfAll((await readWorking(files, folder)).experiences, sha256);
  const newest = log.at(-1);
  const root = newest === undefined ? undefined : (await readCommit(files, folder, newest, sha256)).commit.recordsRoot;
  const clean = root === undefined ? size === 0 : recordsRoot === root;
  if (clean && log.every((id, index) => id === theirs[index])) return;
  throw new ZooError('library-differs', `${folder} holds a library that is no earlier state of what was fetched`, {
    hint: 'Name an empty folder with --output; "zoo ledger merge" brings two libraries together.',
  });
}

/** Nothing named the parts until now, so that "zoo ledger gc --grace 0" may have removed them meanwhile. */
async function checkParts(files: Files, folder: string, records: KeptRecords): Promise<void> {
  if (!('parts' in records)) return;
  for (const cid of [records.parts.order, ...Object.values(records.parts.shards)])
    if (!(await files.exists(partPath(folder, cid))))
      throw new ZooError('library-busy', `a part of the version was removed from ${folder} while it came`, {
        hint: 'Fetch it again, and collect garbage afterwards.',
      });
}

function rootOfAll(experiences: readonly Experience[], sha256: Sha256): { recordsRoot: string; size: number } {
  const { recordsRoot, size } = libraryRoots(sha256, experiences);
  return { recordsRoot: toHex(recordsRoot), size };
}

async function write(files: Files, folder: string, version: RestoredVersion, sha256: Sha256): Promise<void> {
  const ids = version.log.map((commit) => commitId(commit, sha256));
  const newest = ids.at(-1);
  if (newest === undefined) throw new RangeError('a version has a commit');
  const signatures = checkJson(version.signatures, signaturesSchema, 'the signatures of the commit');
  const known = new Set(await files.list(`${folder}/${paths.commits}`));
  const missing = version.log.flatMap((commit, index) => {
    const id = ids[index] as string;
    if (known.has(`${id}.json`)) return [];
    return [[commitPath(folder, id), renderCommitFile(commit, id === newest ? signatures : [])] as const];
  });
  await files.writeAll(missing);
  const { records } = version;
  const changes = { complete: true, puts: [], deletes: [], order: undefined };
  const pending: Pending = {
    generation: (await readGeneration(files, folder)) + 1,
    version: { seq: ids.length, commit: newest, before: ids.slice(0, -1) },
    ...('parts' in records
      ? { layout: 'shards', changes, parts: records.parts }
      : {
          layout: chooseLayout((await readHeader(files, folder))?.layout, records.experiences),
          changes: { ...changes, puts: records.experiences },
        }),
  };
  await writePending(files, folder, pending, sha256);
  await carryOut(files, folder, pending, sha256);
}
