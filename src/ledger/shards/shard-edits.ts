import type { Spill } from './spill.ts';

/** What becomes of the records of a library in shards, sorted by shard: in memory while it is little. */
export interface ShardEdits {
  /** @param line the record as canonical JSON */
  put(shard: string, id: string, line: string): Promise<void> | undefined;
  remove(shard: string, id: string): Promise<void> | undefined;
  /** Shards in which something changes, ascending. */
  shards(): readonly string[];
  of(shard: string): Promise<ShardEdit>;
}

interface ShardEdit {
  /** Canonical lines by id. */
  readonly puts: ReadonlyMap<string, string>;
  readonly deletes: ReadonlySet<string>;
}

export function createShardEdits(spill: Spill): ShardEdits {
  const touched = new Set<string>();
  const add = (shard: string, line: string) => {
    touched.add(shard);
    return spill.put(`edits-${shard}`, line);
  };
  return {
    // Neither an id nor the beginning of a line has a space in it.
    put: (shard, id, line) => add(shard, `${id} ${line}`),
    remove: (shard, id) => add(shard, id),
    shards: () => [...touched].sort(),
    of: async (shard) => {
      const puts = new Map<string, string>();
      const deletes = new Set<string>();
      for (const edit of (await spill.read(`edits-${shard}`)).split('\n').slice(0, -1)) {
        const space = edit.indexOf(' ');
        if (space === -1) deletes.add(edit);
        else puts.set(edit.slice(0, space), edit.slice(space + 1));
      }
      return { puts, deletes };
    },
  };
}
