import type { CidBytes } from '../../src/core/ipld/cid.ts';
import type { Experience } from '../../src/core/library/experience.ts';
import { type FetchedVersion, type Keeper, fetchVersion } from '../../src/publishing/fetch.ts';
import type { FetchWorld } from '../../src/publishing/reading.ts';

export interface Kept extends Keeper {
  /** In the order of their keys. */
  readonly experiences: Experience[];
  readonly vectors: Map<string, Uint8Array>;
}

/** Keeps all in memory. */
export function memoryKeeper(): Kept {
  const experiences: Experience[] = [];
  const vectors = new Map<string, Uint8Array>();
  return {
    experiences,
    vectors,
    record: ({ experience }) => void experiences.push(experience),
    vector: (digest, bytes) => void vectors.set(digest, bytes),
  };
}

/** A version with all that it holds. */
export async function fetchWhole(cid: CidBytes, world: FetchWorld): Promise<FetchedVersion & Kept> {
  const keeper = memoryKeeper();
  return { ...(await fetchVersion(cid, world, keeper)), ...keeper };
}
