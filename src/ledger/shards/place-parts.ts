import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import type { Files } from '../../world/files/files.ts';
import { paths, shardOf } from '../layout.ts';
import type { PackParts } from '../pack.ts';
import { partPath, readPart, recordsOfPart } from './parts.ts';
import { arrange, parseOrder, readHeader, readWorking, renderHeader } from '../working.ts';

/** Shards that are written side by side: a few megabytes each at a million records. */
const shardsAtOnce = 8;

/**
 * Makes shards of the working library what their parts hold. Broken off anywhere, it is simply done again.
 *
 * @param complete whether every other record goes
 */
export async function placeParts(
  files: Files,
  folder: string,
  parts: PackParts,
  complete: boolean,
  sha256: Sha256,
): Promise<void> {
  const records = `${folder}/${paths.records}`;
  const shards = Object.entries(parts.shards);
  for (let first = 0; first < shards.length; first += shardsAtOnce) {
    const some: [string, string][] = [];
    for (const [shard, cid] of shards.slice(first, first + shardsAtOnce))
      some.push([`${records}/${shard}.jsonl`, await readPart(files, folder, cid, sha256)]);
    await files.writeAll(some);
  }
  const kept = new Set(shards.map(([shard]) => `${shard}.jsonl`));
  if (complete)
    for (const name of await files.list(records))
      if (/\.jsonl?$/.test(name) && !kept.has(name)) await files.remove(`${records}/${name}`);
  await files.writeAtomic(`${folder}/${paths.order}`, await readPart(files, folder, parts.order, sha256));
  const header = await readHeader(files, folder);
  if (header?.layout !== 'shards')
    await files.writeAtomic(
      `${folder}/${paths.header}`,
      renderHeader({ format: 'zoo-library', v: 1, ...header, layout: 'shards' }),
    );
}

/** The working library as it will be once the parts are placed. */
export async function readWithParts(
  files: Files,
  folder: string,
  parts: PackParts,
  complete: boolean,
  sha256: Sha256,
): Promise<Library> {
  const records = new Map<string, Experience>();
  if (!complete)
    for (const experience of (await readWorking(files, folder)).experiences) records.set(experience.id, experience);
  for (const id of records.keys()) if (parts.shards[shardOf(id, sha256)] !== undefined) records.delete(id);
  for (const cid of Object.values(parts.shards))
    for (const record of recordsOfPart(await readPart(files, folder, cid, sha256), partPath(folder, cid)))
      records.set(record.id, record);
  return { experiences: arrange(records, parseOrder(await readPart(files, folder, parts.order, sha256))) };
}
