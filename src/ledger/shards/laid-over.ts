import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { rawCid } from '../../core/tree/cid.ts';
import type { Files } from '../../world/files/files.ts';
import { type LibraryChanges, applyChanges } from '../changes.ts';
import { shardOf } from '../layout.ts';
import { renderShard } from '../working.ts';
import { changedOrder } from './order-text.ts';
import { entriesOfRecords, summarizeEntries } from './parts.ts';
import { rootsOfTrees } from './shard-index.ts';
import { treesOf } from './shard-trees.ts';
import type { Shards } from './shards.ts';

/** A library without its roots. */
type Rootless = Omit<Shards, 'roots'>;

/** Shards that take the place of those of another library, and its order. */
export function laidOver(
  base: Rootless,
  over: Rootless,
  { files, folder, sha256 }: { readonly files: Files; readonly folder: string; readonly sha256: Sha256 },
): Shards {
  const own = new Set(over.names);
  const of = (shard: string) => (own.has(shard) ? over : base);
  const shards: Shards = {
    names: [...new Set([...base.names, ...own])].sort(),
    text: (shard) => of(shard).text(shard),
    read: (shard) => of(shard).read(shard),
    entries: (shard) => of(shard).entries(shard),
    summary: (shard) => of(shard).summary(shard),
    cids: async () => {
      const cids = new Map([...(await base.cids()), ...(await over.cids())]);
      for (const [shard, cid] of cids) if (cid === rawCid(sha256(''))) cids.delete(shard);
      return cids;
    },
    order: () => over.order(),
    roots: async () => await rootsOfTrees(files, folder, await treesOf(shards), sha256),
  };
  return shards;
}

/** What becomes of those shards of a library that changes touch. */
export function changesOver(base: Rootless, changes: LibraryChanges, sha256: Sha256): Rootless {
  const puts = Map.groupBy(changes.puts, ({ id }) => shardOf(id, sha256));
  const names = new Set([...puts.keys(), ...changes.deletes.map((id) => shardOf(id, sha256))]);
  const read = async (shard: string): Promise<readonly Experience[]> => {
    const own = { ...changes, puts: puts.get(shard) ?? [], order: undefined, renames: undefined };
    return applyChanges({ experiences: await base.read(shard) }, own).experiences;
  };
  const text = async (shard: string) => renderShard(await read(shard), sha256);
  const entries = async (shard: string) => entriesOfRecords(await read(shard), sha256);
  return {
    names: [...names].sort(),
    text,
    read,
    entries,
    summary: async (shard) => summarizeEntries(await entries(shard), sha256),
    cids: async () => {
      const cids = new Map<string, string>();
      for (const shard of names) cids.set(shard, rawCid(sha256(await text(shard))));
      return cids;
    },
    order: async () => changedOrder(await base.order(), changes),
  };
}
