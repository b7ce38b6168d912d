import type { ShardEdits } from './shard-edits.ts';
import type { Shards } from './shards.ts';

/** Takes records out by their ranks, and tells their ids. */
export async function* removeRanks(shards: Shards, gone: Uint32Array, edits: ShardEdits): AsyncGenerator<string> {
  const sorted = gone.toSorted();
  let [first, next] = [0, 0];
  for (const name of shards.names) {
    const ids = (await shards.entries(name)).ids();
    for (; next < sorted.length && (sorted[next] ?? 0) < first + ids.length; next++) {
      const id = ids[(sorted[next] ?? 0) - first] ?? '';
      await edits.remove(name, id);
      yield id;
    }
    first += ids.length;
  }
}
