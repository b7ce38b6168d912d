import type { Sha256 } from '../core/digest.ts';
import type { Files } from '../world/files/files.ts';
import { checkHeader, checkPending, checkRecordFiles, checkShardFiles } from './checking/check-files.ts';
import { checkHistory, checkOrphans } from './checking/check-history.ts';
import { checkEmbeddings, checkEmbeddingsOfShards, checkVectors } from './checking/check-vectors.ts';
import { checkVersions } from './checking/check-versions.ts';
import { checkWorking, checkWorkingShards } from './checking/check-working.ts';
import { type FsckFinding, type Inspection, beginInspection } from './checking/findings.ts';
import { paths } from './layout.ts';
import { createShardChecker } from './shards/check-shards.ts';
import { readHeader, readWorking } from './working.ts';

/** Where a change that is not carried out to its end may have left the old and the new beside each other. */
const inTransit = /^(?:records(?:\/|$)|order\.txt$|library\.json$|log\.txt$|refs\/HEAD$|checkpoint$|commits\/|packs\/)/;

/** Reads everything in a library's folder and compares it with what its digests and its history say. */
export async function fsck(files: Files, folder: string, sha256: Sha256): Promise<readonly FsckFinding[]> {
  const inspection = beginInspection(files, folder, sha256);
  await inspect(inspection);
  const { findings } = inspection;
  // The change in the pending file is whole and in force: the next writer carries it out over whatever lies there.
  const underWay = findings.some(({ code }) => code === 'change-under-way');
  return underWay ? findings.filter(({ path, code }) => !inTransit.test(path) || code.endsWith('-damaged')) : findings;
}

async function inspect(inspection: Inspection): Promise<void> {
  const { files, folder, sha256, attempt } = inspection;
  const checker = createShardChecker(files, folder, sha256);
  const inShards = (await readHeader(files, folder).catch(() => undefined))?.layout === 'shards';

  await checkPending(inspection);
  const working = inShards ? undefined : await attempt(paths.records, () => readWorking(files, folder));
  await checkHeader(inspection);
  if (inShards) await checkShardFiles(inspection);
  else if (working !== undefined) await checkRecordFiles(inspection, working);
  const entries = await checkHistory(inspection);
  const last = { entry: entries.at(-1), shards: await checkVersions(inspection, entries, checker) };
  if (inShards) await checkWorkingShards(inspection, last, checker);
  else if (working !== undefined) await checkWorking(inspection, working, last);
  await checkVectors(inspection);
  if (inShards) await attempt(paths.records, () => checkEmbeddingsOfShards(inspection));
  else if (working !== undefined) await checkEmbeddings(inspection, working);
  await checkOrphans(inspection, entries);
}
