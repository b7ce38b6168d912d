import type { Sha256 } from '../core/digest.ts';
import type { Experience } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import type { Files } from '../world/files/files.ts';
import { paths, shardOf } from './layout.ts';
import type { Ledger } from './open-ledger.ts';
import { type PackParts, packParts } from './pack.ts';
import { partPath, readPart, recordsOfPart } from './parts.ts';
import { readPending } from './pending.ts';
import { parseOrder, readHeader } from './working.ts';

/** Ids that begin with fewer characters are not looked for. */
const shortestBeginning = 3;

/**
 * Of a library the experiences that an id means or begins, and no others. Of a large library that is one shard, and the
 * order where only the beginning of an id is given.
 *
 * @param reference `working`, or a version by any name that the ledger knows
 */
export async function lookUp(
  files: Files,
  ledger: Ledger,
  ids: readonly string[],
  reference: string,
  sha256: Sha256,
): Promise<Library> {
  const shards = await openShards(files, ledger, reference, sha256);
  const whole = shards === undefined ? await ledger.readVersion(reference) : undefined;
  if (shards === undefined) return whole as Library;
  const found = new Map<string, Experience>();
  for (const id of new Set(ids)) {
    const exact = (await shards.read(shardOf(id, sha256))).find((record) => record.id === id);
    const wanted = exact === undefined ? await idsBeginningWith(shards, id) : [id];
    for (const [shard, some] of Map.groupBy(wanted, (one) => shardOf(one, sha256)))
      for (const record of await shards.read(shard)) if (some.includes(record.id)) found.set(record.id, record);
  }
  return { experiences: [...found.values()] };
}

/** At most as many as tell that an id is ambiguous. */
async function idsBeginningWith(shards: Shards, id: string): Promise<string[]> {
  if (id.length < shortestBeginning) return [];
  const order = await shards.order();
  return order.filter((one) => one.startsWith(id) || one.startsWith(`exp_${id}`)).slice(0, 10);
}

/** A large library, of which one shard can be read. */
export interface Shards {
  read(shard: string): Promise<readonly Experience[]>;
  order(): Promise<readonly string[]>;
}

/** Undefined for a library that does not lie in shards, or is about to change. */
export async function openShards(
  files: Files,
  ledger: Ledger,
  reference: string,
  sha256: Sha256,
): Promise<Shards | undefined> {
  const { folder } = ledger;
  if (reference !== 'working') {
    const parts = await packParts(files, folder, (await ledger.findVersion(reference)).commit, sha256);
    return parts === undefined ? undefined : shardsOfParts(files, folder, parts, sha256);
  }
  if ((await readHeader(files, folder))?.layout !== 'shards') return undefined;
  if ((await readPending(files, folder, sha256)) !== undefined) return undefined;
  return {
    read: async (shard) => {
      const path = `${folder}/${paths.records}/${shard}.jsonl`;
      return recordsOfPart((await files.readText(path)) ?? '', path);
    },
    order: async () => parseOrder((await files.readText(`${folder}/${paths.order}`)) ?? ''),
  };
}

function shardsOfParts(files: Files, folder: string, parts: PackParts, sha256: Sha256): Shards {
  return {
    read: async (shard) => {
      const cid = parts.shards[shard];
      return cid === undefined ? [] : recordsOfPart(await readPart(files, folder, cid, sha256), partPath(folder, cid));
    },
    order: async () => parseOrder(await readPart(files, folder, parts.order, sha256)),
  };
}
