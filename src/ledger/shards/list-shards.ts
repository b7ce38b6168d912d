import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { createNumbers } from '../../core/numbers.ts';
import { idsOfOrder } from './order-text.ts';
import { locateRecords, recordsByRank, recordsInOrder } from './read-in-order.ts';
import { type Shards, findRecord } from './shards.ts';

export interface ListRequest {
  /** Only what is filed under this domain. */
  readonly domain?: string | undefined;
  /** At most so many of them. */
  readonly limit?: number | undefined;
}

export interface Listed {
  /** How many are listed. */
  readonly count: number;
  /** The largest `usage_count` of the whole library, which the quality of each is told by. */
  readonly mostUsed: number;
  /** In the order of the library. */
  readonly records: () => AsyncIterable<Experience>;
  /** The same, as they lie. */
  readonly inAnyOrder: () => AsyncIterable<Experience>;
}

/** Whether an experience is filed under a domain. */
export function isUnder(domain: string | undefined, { domain: own }: Experience): boolean {
  return domain === undefined || own === domain || own.startsWith(`${domain}.`);
}

/** Of more than that it is faster to find all than each. */
const fewAtMost = 100;

/**
 * The experiences of a large library, or some of them. The first few are read from their shards alone; else one pass finds
 * them, and no more than these are read then.
 *
 * @param findMostUsed the largest `usage_count` of the library, asked for where that pass does not find it
 */
export async function listShards(
  shards: Shards,
  { domain, limit }: ListRequest,
  findMostUsed: () => Promise<number>,
  sha256: Sha256,
): Promise<Listed> {
  const few = domain === undefined && limit !== undefined && limit <= fewAtMost;
  const first = few ? await readFirst(shards, limit, sha256) : undefined;
  if (first !== undefined) {
    const records = () => inTurn(first);
    return { count: first.length, mostUsed: await findMostUsed(), records, inAnyOrder: records };
  }
  let mostUsed = 0;
  const under = createNumbers();
  const locations = await locateRecords(shards, sha256, (record) => {
    mostUsed = Math.max(mostUsed, record.metadata.usage_count);
    under.add(isUnder(domain, record) ? 1 : 0);
  });
  const sequence = locations.order.filter((rank) => under.at(rank) === 1).slice(0, limit);
  const all = sequence.length === locations.count;
  return {
    count: sequence.length,
    mostUsed,
    records: () => recordsInOrder(shards, locations, sequence),
    inAnyOrder: () => (all ? recordsByRank(shards) : recordsInOrder(shards, locations, sequence.toSorted())),
  };
}

/** Undefined where the order names what is no record, or not enough of them. */
async function readFirst(shards: Shards, limit: number, sha256: Sha256): Promise<readonly Experience[] | undefined> {
  const ids = new Set<string>();
  for (const id of idsOfOrder(await shards.order())) if (ids.add(id).size === limit) break;
  const found: Experience[] = [];
  for (const id of ids) {
    const record = await findRecord(shards, id, sha256);
    if (record === undefined) return undefined;
    found.push(record);
  }
  return found.length === limit ? found : undefined;
}

async function* inTurn<T>(members: readonly T[]): AsyncGenerator<T> {
  yield* members;
}
