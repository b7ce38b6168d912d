import { type Sha256, fromHex, toHex } from '../../core/digest.ts';
import type { Commit } from '../../core/tree/commit.ts';
import { recordKey } from '../../core/tree/library-roots.ts';
import { blockLeaves, nodesOfBlocks } from '../../core/tree/merkle-blocks.ts';
import { merkleRoot } from '../../core/tree/merkle-log.ts';
import { placeOfKey, sortEntries } from '../../core/tree/merkle-map.ts';
import { type Proof, type ProvableTrees, proveInTrees } from '../../core/tree/proof.ts';
import type { Files } from '../../world/files/files.ts';
import { paths, shardOf } from '../layout.ts';
import { lookUpInShards } from '../look-up.ts';
import { keepIndex } from './parts.ts';
import { areBlocksOf, countRecords, createBlockReader, hashBlocks, startsOf } from './record-blocks.ts';
import { knownBlocks } from './shard-index.ts';
import { type ShardTree, loadEntries, mapOfShards, treesOf } from './shard-trees.ts';
import { type VersionShards, checkRoots } from './version-shards.ts';

/**
 * Proves of each id whether a large library holds it: from the hashes of its shards and blocks, and from the shards of
 * these ids.
 *
 * @param folder where indexes of it are kept
 * @throws ZooError `root-mismatch` when what lies there is not what the version's commit says
 */
export async function proveInShards(
  { shards, commit }: VersionShards,
  ids: readonly string[],
  { files, folder, sha256 }: { readonly files: Files; readonly folder: string; readonly sha256: Sha256 },
): Promise<Proof> {
  const { experiences } = await lookUpInShards(shards, ids, sha256);
  const records = new Map(experiences.map((experience) => [experience.id, experience]));
  const wanted = ids.map((id) => (records.has(id) ? id : onlyOne(experiences, id)));
  const shardTrees = await treesOf(shards);
  const blocks = await blocksOf(files, folder, shardTrees, commit, sha256);
  const trees = await loadTrees(shardTrees, blocks, wanted, sha256);
  const proof = proveInTrees(trees, wanted, (id) => records.get(id), commit, sha256);
  checkRoots({ commit }, proof);
  return proof;
}

/** The blocks of a records tree: those of a version are kept once they are hashed, and checked by the root they lead to. */
async function blocksOf(
  files: Files,
  folder: string,
  shards: readonly ShardTree[],
  commit: Commit | null,
  sha256: Sha256,
): Promise<Uint8Array> {
  const path = commit === null ? undefined : `${folder}/${paths.index}/${commit.recordsRoot}.blocks`;
  const kept = path === undefined ? undefined : await files.read(path).catch(() => undefined);
  if (commit !== null && kept !== undefined && areBlocksOf(kept, commit.size, fromHex(commit.recordsRoot), sha256))
    return kept;
  const blocks = await hashBlocks(shards, await knownBlocks(files, folder, sha256), sha256);
  if (path !== undefined) await keepIndex(files, path, blocks);
  return blocks;
}

/** Both trees, with what lies about some ids loaded: the shards of their keys and the blocks that these are in. */
async function loadTrees(
  shards: readonly ShardTree[],
  blocks: Uint8Array,
  ids: readonly string[],
  sha256: Sha256,
): Promise<ProvableTrees> {
  const loaded = await loadEntries(shards, new Set(ids.map((id) => shardOf(id, sha256))));
  const starts = startsOf(shards);
  const placeOf = (key: Uint8Array): number => {
    const shard = toHex(key.subarray(0, 1));
    const place = placeOfKey(loaded.get(shard) ?? nothing, key);
    return place === -1 ? -1 : (starts.get(shard) ?? 0) + place;
  };
  const places = ids.map((id) => placeOf(recordKey(sha256, id))).filter((place) => place !== -1);
  const readLeaves = createBlockReader(shards, sha256);
  const leaves = new Map<number, Uint8Array>();
  for (const block of new Set(places.map((place) => Math.floor(place / blockLeaves)).sort((one, other) => one - other)))
    leaves.set(block, await readLeaves(block));
  return {
    recordsRoot: merkleRoot(sha256, blocks),
    records: nodesOfBlocks(sha256, countRecords(shards), blocks, leaves),
    map: mapOfShards(shards, loaded, sha256),
    placeOf,
  };
}

const nothing = sortEntries([]);

/** The whole id where what was given begins only one. */
function onlyOne(experiences: readonly { readonly id: string }[], id: string): string {
  const found = experiences.filter((one) => one.id.startsWith(id) || one.id.startsWith(`exp_${id}`));
  return found.length === 1 ? (found[0]?.id ?? id) : id;
}
