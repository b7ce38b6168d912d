import { type Sha256, fromHex, toHex } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import type { Commit } from '../core/tree/commit.ts';
import { recordKey } from '../core/tree/library-roots.ts';
import { blockLeaves, nodesOfBlocks } from '../core/tree/merkle-blocks.ts';
import { merkleRoot } from '../core/tree/merkle-log.ts';
import { placeOfKey, sortEntries } from '../core/tree/merkle-map.ts';
import { type Proof, type ProvableTrees, proveInTrees } from '../core/tree/proof.ts';
import type { Files } from '../world/files/files.ts';
import { paths, shardOf } from './layout.ts';
import { lookUp } from './look-up.ts';
import type { Ledger } from './open-ledger.ts';
import { openShardTrees } from './open-shard-trees.ts';
import { packParts } from './pack.ts';
import { keepIndex } from './parts.ts';
import { areBlocksOf, countRecords, createBlockReader, hashBlocks, startsOf } from './record-blocks.ts';
import { knownBlocks } from './shard-index.ts';
import { type ShardTree, loadEntries, mapOfShards } from './shard-trees.ts';

/**
 * Proves of each id whether a version that lies in parts holds it: from the hashes of its shards and blocks, and from
 * the shards of these ids. Undefined for a version that lies in one pack, which is small.
 *
 * @throws ZooError `root-mismatch` when what lies there is not what the version's commit says
 */
export async function proveInParts(
  files: Files,
  ledger: Ledger,
  ids: readonly string[],
  reference: string,
  sha256: Sha256,
): Promise<Proof | undefined> {
  const { id: version, commit } = await ledger.findVersion(reference);
  if ((await packParts(files, ledger.folder, commit, sha256)) === undefined) return undefined;
  const { experiences } = await lookUp(files, ledger, ids, reference, sha256);
  const records = new Map(experiences.map((experience) => [experience.id, experience]));
  const wanted = ids.map((id) => (records.has(id) ? id : onlyOne(experiences, id)));
  const shards = await openShardTrees(files, ledger, version, sha256);
  const blocks = await blocksOf(files, ledger.folder, shards, commit, sha256);
  const trees = await loadTrees(shards, blocks, wanted, sha256);
  const proof = proveInTrees(trees, wanted, (id) => records.get(id), commit, sha256);
  if (proof.recordsRoot === commit.recordsRoot && proof.mapRoot === commit.mapRoot) return proof;
  throw new ZooError('root-mismatch', `what the parts hold for v${commit.seq} does not have the roots of its commit`, {
    hint: 'Run "zoo ledger fsck"; remove the folder .zoo/index in the library, which is made anew.',
    data: { version: `v${commit.seq}` },
  });
}

/** The blocks of a version's records tree: kept once they are hashed, and checked by the root that they lead to. */
async function blocksOf(
  files: Files,
  folder: string,
  shards: readonly ShardTree[],
  { recordsRoot, size }: Commit,
  sha256: Sha256,
): Promise<Uint8Array> {
  const path = `${folder}/${paths.index}/${recordsRoot}.blocks`;
  const kept = await files.read(path).catch(() => undefined);
  if (kept !== undefined && areBlocksOf(kept, size, fromHex(recordsRoot), sha256)) return kept;
  const blocks = await hashBlocks(shards, await knownBlocks(files, folder, sha256), sha256);
  await keepIndex(files, path, blocks);
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
