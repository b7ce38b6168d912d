import { type Sha256, fromHex, toHex } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { Commit } from '../../core/tree/commit.ts';
import { recordKey } from '../../core/tree/library-roots.ts';
import { blockLeaves, nodesOfBlocks } from '../../core/tree/merkle-blocks.ts';
import { merkleRoot } from '../../core/tree/merkle-log.ts';
import { placeOfKey, sortEntries } from '../../core/tree/merkle-map.ts';
import { type Proof, type ProvableTrees, proveInTrees } from '../../core/tree/proof.ts';
import type { Files } from '../../world/files/files.ts';
import { paths, shardOf } from '../layout.ts';
import { lookUp } from '../look-up.ts';
import type { Ledger } from '../open-ledger.ts';
import { openShardTrees } from './open-shard-trees.ts';
import { packParts } from '../pack.ts';
import { keepIndex } from './parts.ts';
import { areBlocksOf, countRecords, createBlockReader, hashBlocks, startsOf } from './record-blocks.ts';
import { knownBlocks } from './shard-index.ts';
import { type ShardTree, loadEntries, mapOfShards, mapRootOfShards } from './shard-trees.ts';
import { readHeader } from '../working.ts';

/**
 * Proves of each id whether a large library holds it: from the hashes of its shards and blocks, and from the shards of
 * these ids. Undefined for one that does not lie in shards, which is small, and for one that is not here.
 *
 * @param reference `working`, or a version by any name that the ledger knows
 * @throws ZooError `root-mismatch` when what lies there is not what the version's commit says
 */
export async function proveInShards(
  files: Files,
  ledger: Ledger,
  ids: readonly string[],
  reference: string,
  sha256: Sha256,
): Promise<Proof | undefined> {
  const found = await findLarge(files, ledger, reference, sha256);
  if (found === undefined) return undefined;
  const { shards, commit, recordsIn } = found;
  const { experiences } = await lookUp(files, ledger, ids, recordsIn, sha256);
  const records = new Map(experiences.map((experience) => [experience.id, experience]));
  const wanted = ids.map((id) => (records.has(id) ? id : onlyOne(experiences, id)));
  const blocks = await blocksOf(files, ledger.folder, shards, commit, sha256);
  const trees = await loadTrees(shards, blocks, wanted, sha256);
  const proof = proveInTrees(trees, wanted, (id) => records.get(id), commit, sha256);
  if (commit === null || (proof.recordsRoot === commit.recordsRoot && proof.mapRoot === commit.mapRoot)) return proof;
  throw new ZooError('root-mismatch', `what the parts hold for v${commit.seq} does not have the roots of its commit`, {
    hint: 'Run "zoo ledger fsck"; remove the folder .zoo/index in the library, which is made anew.',
    data: { version: `v${commit.seq}` },
  });
}

interface LargeLibrary {
  readonly shards: readonly ShardTree[];
  /** Null for a working library that is no version. */
  readonly commit: Commit | null;
  /** Where its records are looked up: a clone has no packs, and the working library may be the version. */
  readonly recordsIn: string;
}

async function findLarge(
  files: Files,
  ledger: Ledger,
  reference: string,
  sha256: Sha256,
): Promise<LargeLibrary | undefined> {
  const version = reference === 'working' ? (await ledger.history()).at(-1) : await ledger.findVersion(reference);
  if (version !== undefined && reference !== 'working') {
    const { id, commit } = version;
    if ((await packParts(files, ledger.folder, commit, sha256)) !== undefined)
      return { shards: await openShardTrees(files, ledger, id, sha256), commit, recordsIn: id };
  }
  if ((await readHeader(files, ledger.folder))?.layout !== 'shards') return undefined;
  const shards = await openShardTrees(files, ledger, 'working', sha256);
  const same = version?.commit.mapRoot === mapRootOfShards(shards, sha256) ? version.commit : null;
  return reference !== 'working' && same === null ? undefined : { shards, commit: same, recordsIn: 'working' };
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
