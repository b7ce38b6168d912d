import type { Sha256 } from '../core/digest.ts';
import type { Experience } from '../core/library/experience.ts';
import { createNumbers } from '../core/numbers.ts';
import { locateRecords, recordsByRank, recordsInOrder } from './read-in-order.ts';
import type { Shards } from './shards.ts';

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

/** The experiences of a large library, or some of them: one pass finds them, and no more than these are read then. */
export async function listShards(shards: Shards, { domain, limit }: ListRequest, sha256: Sha256): Promise<Listed> {
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
