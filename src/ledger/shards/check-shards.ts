import { type Sha256, toHex } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import { rawCid } from '../../core/tree/cid.ts';
import { equalBytes, hashLength } from '../../core/tree/hashing.ts';
import { merkleRoot } from '../../core/tree/merkle-log.ts';
import type { Files } from '../../world/files/files.ts';
import {
  type PartEntries,
  encodePartEntries,
  entriesOfRecords,
  keepIndex,
  partEntries,
  partIndexPath,
  recordsOfPart,
  summarizeEntries,
} from './parts.ts';
import { type RecordBlocks, hashBlocks } from './record-blocks.ts';
import type { HexRoots } from './shard-index.ts';
import { type ShardTree, mapRootOfShards } from './shard-trees.ts';
import type { Shards } from './shards.ts';

/** As much of a library as is checked. */
type ReadShards = Pick<Shards, 'names' | 'text'>;

/** The shards of a library, of which every record was read. */
export interface CheckedShards {
  readonly trees: readonly ShardTree[];
  readonly roots: HexRoots;
  readonly blocks: RecordBlocks;
}

export interface ShardChecker {
  /**
   * Reads every record of a library, a shard at a time, and computes its roots from them.
   *
   * @param path of a shard, for messages
   * @throws ZooError what is wrong with a shard: `invalid-json`, `invalid-data`, `duplicate-id`, `misplaced-record`, …
   */
  check(shards: ReadShards, path: (shard: string) => string): Promise<CheckedShards>;
}

/**
 * Checks libraries that have shards in common: what was read once is not read again, and of the trees only that is
 * hashed that the library before did not have. An index that does not agree with its records is made anew.
 */
export function createShardChecker(files: Files, folder: string, sha256: Sha256): ShardChecker {
  const checked = new Map<string, ShardTree>();
  let last: RecordBlocks | undefined;
  return {
    check: async (shards, path) => {
      const trees: ShardTree[] = [];
      for (const shard of shards.names) {
        const tree = await checkShard(shards, shard, path(shard));
        if (tree.count > 0) trees.push(tree);
      }
      const blocks = { shards: trees, blocks: await hashBlocks(trees, last, sha256) };
      last = blocks;
      const size = trees.reduce((total, { count }) => total + count, 0);
      const recordsRoot = toHex(merkleRoot(sha256, blocks.blocks));
      return { trees, roots: { recordsRoot, mapRoot: mapRootOfShards(trees, sha256), size }, blocks };
    },
  };

  async function checkShard(shards: ReadShards, shard: string, path: string): Promise<ShardTree> {
    const text = await shards.text(shard);
    const cid = rawCid(sha256(text));
    const known = checked.get(cid);
    if (known?.shard === shard) return known;
    const entries = entriesOfRecords(recordsOfPart(text, path), sha256);
    refuseMisplaced(entries, shard, path);
    await mendIndex(cid, text, entries);
    const tree = {
      shard,
      ...summarizeEntries(entries, sha256),
      entries: () => partEntries(files, folder, cid, () => shards.text(shard), sha256),
    };
    checked.set(cid, tree);
    return tree;
  }

  /** Rebuildable, never the truth. */
  async function mendIndex(cid: string, text: string, entries: PartEntries): Promise<void> {
    const indexed = await partEntries(files, folder, cid, () => Promise.resolve(text), sha256);
    if (equalBytes(indexed.keys, entries.keys) && equalBytes(indexed.values, entries.values)) return;
    await keepIndex(files, partIndexPath(folder, cid), encodePartEntries(entries, sha256));
  }
}

/** In order of the keys, so that the first and the last tell of all. */
function refuseMisplaced({ keys }: PartEntries, shard: string, path: string): void {
  const first = Number.parseInt(shard, 16);
  if (keys.length === 0 || (keys[0] === first && keys[keys.length - hashLength] === first)) return;
  throw new ZooError('misplaced-record', `${path} holds a record that belongs in another shard`, {
    hint: 'Move it to the file that is named like the first two digits of the SHA-256 of its id.',
  });
}
