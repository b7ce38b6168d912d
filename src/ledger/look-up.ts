import type { Sha256 } from '../core/digest.ts';
import type { Experience } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import type { Files } from '../world/files/files.ts';
import { shardOf } from './layout.ts';
import type { Ledger } from './open-ledger.ts';
import { idsOfOrder } from './shards/order-text.ts';
import { type Shards, findRecord, openShards } from './shards/shards.ts';
import { whileBusy } from './undisturbed.ts';

/** Ids that begin with fewer characters are not looked for. */
const shortestBeginning = 3;

/** At most as many as tell that an id is ambiguous. */
const mostBeginning = 10;

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
  return await whileBusy(async () => {
    const shards = await openShards(files, ledger, reference, sha256);
    return shards === undefined ? await ledger.readVersion(reference) : await lookUpInShards(shards, ids, sha256);
  });
}

/** The same in a library that is open already. */
export async function lookUpInShards(shards: Shards, ids: readonly string[], sha256: Sha256): Promise<Library> {
  const found = new Map<string, Experience>();
  for (const id of new Set(ids)) {
    const exact = await findRecord(shards, id, sha256);
    if (exact !== undefined) {
      found.set(id, exact);
      continue;
    }
    for (const [shard, some] of Map.groupBy(await idsBeginningWith(shards, id), (one) => shardOf(one, sha256)))
      for (const record of await shards.read(shard)) if (some.includes(record.id)) found.set(record.id, record);
  }
  return { experiences: [...found.values()] };
}

async function idsBeginningWith(shards: Shards, id: string): Promise<string[]> {
  const found: string[] = [];
  if (id.length < shortestBeginning) return found;
  for (const one of idsOfOrder(await shards.order())) {
    if (one.startsWith(id) || one.startsWith(`exp_${id}`)) found.push(one);
    if (found.length === mostBeginning) break;
  }
  return found;
}
