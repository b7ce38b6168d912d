import { z } from 'zod';
import { type Sha256, fromHex, toHex } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { rawCid } from '../../core/tree/cid.ts';
import { hashLength } from '../../core/tree/hashing.ts';
import { merkleRoot } from '../../core/tree/merkle-log.ts';
import type { MapEntries } from '../../core/tree/merkle-map.ts';
import type { Files } from '../../world/files/files.ts';
import { paths } from '../layout.ts';
import { cidSchema } from '../pack.ts';
import { type PartSummary, keepIndex, partEntries, partIndexPath, partPath, summarizeEntries } from './parts.ts';
import { type RecordBlocks, countRecords, hashBlocks } from './record-blocks.ts';
import { type ShardSummary, type ShardTree, mapRootOfShards } from './shard-trees.ts';

/** A shard of the working library as it lies there. */
export interface ShardPart extends ShardSummary {
  readonly cid: string;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const indexSchema = z.object({
  v: z.literal(2),
  /** By shard; the stamp is empty for a file that was too young to have one. */
  shards: z.record(z.string(), z.object({ stamp: z.string(), cid: cidSchema, count, subtree: hash })),
  roots: z
    .object({
      recordsRoot: hash,
      mapRoot: hash,
      size: count,
      /** What the roots are those of. */
      shards: z.array(z.object({ shard: z.string(), count, subtree: hash })),
      /** Hashes of the blocks of the records tree, one behind the other. */
      blocks: z.string().regex(/^(?:[0-9a-f]{64})*$/),
    })
    .nullable(),
});
type ShardIndex = z.infer<typeof indexSchema>;

const footerSchema = z.object({ sha256: z.string() });

export interface HexRoots {
  readonly recordsRoot: string;
  readonly mapRoot: string;
  readonly size: number;
}

/**
 * What lies in the shards of the working library. A shard is read only when the file system says that it may have
 * changed since it was last read.
 */
export async function workingShards(files: Files, folder: string, sha256: Sha256): Promise<readonly ShardPart[]> {
  const index = await readIndex(files, folder, sha256);
  const found: ShardPart[] = [];
  const shards: ShardIndex['shards'] = {};
  let fresh = false;
  for (const name of await files.list(`${folder}/${paths.records}`)) {
    if (!/^[0-9a-f]{2}\.jsonl$/.test(name)) continue;
    const shard = name.slice(0, 2);
    const path = `${folder}/${paths.records}/${name}`;
    // Taken before reading: what changes while it is read has another one afterwards.
    const stamp = await files.stamp?.(path);
    const known = index.shards[shard];
    if (stamp !== undefined && known?.stamp === stamp) {
      shards[shard] = known;
      found.push({ shard, cid: known.cid, count: known.count, subtree: fromHex(known.subtree) });
      continue;
    }
    const text = (await files.readText(path)) ?? '';
    const cid = rawCid(sha256(text));
    const read = () => Promise.resolve(text);
    const summary =
      cid === known?.cid
        ? { count: known.count, subtree: fromHex(known.subtree) }
        : summarizeShard(await partEntries(files, folder, cid, read, sha256, path), shard, path, sha256);
    found.push({ shard, cid, ...summary });
    shards[shard] = { stamp: stamp ?? '', cid, count: summary.count, subtree: toHex(summary.subtree) };
    fresh ||= cid !== known?.cid || stamp !== undefined;
    if (known !== undefined && cid !== known.cid) await forgetPart(files, folder, known.cid);
  }
  if (fresh) await writeIndex(files, folder, { ...index, shards }, sha256);
  return found;
}

function summarizeShard(entries: MapEntries, shard: string, path: string, sha256: Sha256): PartSummary {
  checkPlaces(entries.keys, shard, path);
  return summarizeEntries(entries, sha256);
}

/** In order of the keys, so that the first and the last tell of all. */
function checkPlaces(keys: Uint8Array, shard: string, path: string): void {
  const first = Number.parseInt(shard, 16);
  if (keys.length === 0 || (keys[0] === first && keys[keys.length - hashLength] === first)) return;
  throw new ZooError('misplaced-record', `${path} holds a record that belongs in another shard`, {
    hint: 'Move it to the file that is named like the first two digits of the SHA-256 of its id.',
  });
}

/** The index of what a shard held before goes, unless a version holds it still. */
async function forgetPart(files: Files, folder: string, cid: string): Promise<void> {
  if (await files.exists(partPath(folder, cid))) return;
  await files.remove(partIndexPath(folder, cid)).catch(() => undefined);
}

function treesOf(files: Files, folder: string, shards: readonly ShardPart[], sha256: Sha256): ShardTree[] {
  const read = readShardText(files, folder);
  return shards
    .filter((part) => part.count > 0)
    .map((part) => ({
      shard: part.shard,
      count: part.count,
      subtree: part.subtree,
      entries: () => partEntries(files, folder, part.cid, () => read(part), sha256),
    }));
}

/** Reads the text of a working shard. */
export function readShardText(files: Files, folder: string): (part: ShardPart) => Promise<string> {
  return async ({ shard }) => (await files.readText(`${folder}/${paths.records}/${shard}.jsonl`)) ?? '';
}

/** The root and the size of the working library, from the index where no shard changed since. */
export async function workingState(
  files: Files,
  folder: string,
  sha256: Sha256,
): Promise<Pick<HexRoots, 'recordsRoot' | 'size'>> {
  return await readRoots(files, folder, await workingShards(files, folder, sha256), sha256);
}

/** Both roots of the working library, from the index where no shard changed since. */
export async function workingRoots(
  files: Files,
  folder: string,
  shards: readonly ShardPart[],
  sha256: Sha256,
): Promise<HexRoots> {
  const { recordsRoot, mapRoot, size } = await readRoots(files, folder, shards, sha256);
  return { recordsRoot, mapRoot, size };
}

/** The blocks of the records tree of the working library, as far as they were hashed when its roots were last asked for. */
export async function knownBlocks(files: Files, folder: string, sha256: Sha256): Promise<RecordBlocks | undefined> {
  const { roots } = await readIndex(files, folder, sha256);
  if (roots === null) return undefined;
  const shards = roots.shards.map(({ shard, count: records, subtree }) => ({
    shard,
    count: records,
    subtree: fromHex(subtree),
  }));
  return { shards, blocks: fromHex(roots.blocks) };
}

/** Hashes only what changed since the roots were last known. */
async function readRoots(
  files: Files,
  folder: string,
  shards: readonly ShardPart[],
  sha256: Sha256,
): Promise<NonNullable<ShardIndex['roots']>> {
  const trees = treesOf(files, folder, shards, sha256);
  const mapRoot = mapRootOfShards(trees, sha256);
  const index = await readIndex(files, folder, sha256);
  if (index.roots?.mapRoot === mapRoot) return index.roots;
  const blocks = await hashBlocks(trees, await knownBlocks(files, folder, sha256), sha256);
  const roots = {
    recordsRoot: toHex(merkleRoot(sha256, blocks)),
    mapRoot,
    size: countRecords(trees),
    shards: trees.map(({ shard, count: records, subtree }) => ({ shard, count: records, subtree: toHex(subtree) })),
    blocks: toHex(blocks),
  };
  await writeIndex(files, folder, { ...index, roots }, sha256);
  return roots;
}

/** The roots of any library; of its records tree that alone is hashed which the working library in a folder does not have. */
export async function rootsOfTrees(
  files: Files,
  folder: string,
  trees: readonly ShardTree[],
  sha256: Sha256,
): Promise<HexRoots> {
  const blocks = await hashBlocks(trees, await knownBlocks(files, folder, sha256), sha256);
  return {
    recordsRoot: toHex(merkleRoot(sha256, blocks)),
    mapRoot: mapRootOfShards(trees, sha256),
    size: countRecords(trees),
  };
}

const indexPath = (folder: string) => `${folder}/${paths.index}/working.jsonl`;

/** Nothing known, where the index is missing or does not read as written. */
async function readIndex(files: Files, folder: string, sha256: Sha256): Promise<ShardIndex> {
  const nothing: ShardIndex = { v: 2, shards: {}, roots: null };
  const [text = '', end = ''] = ((await files.readText(indexPath(folder))) ?? '').split('\n');
  try {
    const { sha256: digest } = footerSchema.parse(JSON.parse(end));
    return digest === toHex(sha256(text)) ? indexSchema.parse(JSON.parse(text)) : nothing;
  } catch {
    return nothing;
  }
}

async function writeIndex(files: Files, folder: string, index: ShardIndex, sha256: Sha256): Promise<void> {
  const text = canonicalJson(index);
  await keepIndex(files, indexPath(folder), `${text}\n${canonicalJson({ sha256: toHex(sha256(text)) })}\n`);
}
