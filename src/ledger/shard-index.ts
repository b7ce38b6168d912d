import { z } from 'zod';
import { type Sha256, toHex } from '../core/digest.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { ZooError } from '../core/error.ts';
import { rawCid } from '../core/tree/cid.ts';
import { hashLength } from '../core/tree/hashing.ts';
import { recordLeaves } from '../core/tree/library-roots.ts';
import { merkleRoot } from '../core/tree/merkle-log.ts';
import { type MapEntries, mapRoot } from '../core/tree/merkle-map.ts';
import type { Files } from '../world/files/files.ts';
import { paths } from './layout.ts';
import { joinEntries, keepIndex, partEntries } from './parts.ts';

/** A shard of the working library as it lies there. */
export interface ShardPart {
  /** `00` to `ff`. */
  readonly shard: string;
  readonly cid: string;
  readonly count: number;
}

const indexSchema = z.object({
  v: z.literal(1),
  shards: z.record(z.string(), z.object({ stamp: z.string(), cid: z.string(), count: z.int().min(0) })),
  roots: z
    .object({ of: z.string(), recordsRoot: z.string(), mapRoot: z.string().nullable(), size: z.int().min(0) })
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
      found.push({ shard, cid: known.cid, count: known.count });
      continue;
    }
    const text = (await files.readText(path)) ?? '';
    const cid = rawCid(sha256(text));
    const { count, keys } = await partEntries(files, folder, cid, () => Promise.resolve(text), sha256);
    checkPlaces(keys, shard, path);
    found.push({ shard, cid, count });
    if (stamp === undefined) continue;
    shards[shard] = { stamp, cid, count };
    fresh = true;
  }
  if (fresh) await writeIndex(files, folder, { ...index, shards }, sha256);
  return found;
}

/** In order of the keys, so that the first and the last tell of all. */
function checkPlaces(keys: Uint8Array, shard: string, path: string): void {
  const first = Number.parseInt(shard, 16);
  if (keys.length === 0 || (keys[0] === first && keys[keys.length - hashLength] === first)) return;
  throw new ZooError('misplaced-record', `${path} holds a record that belongs in another shard`, {
    hint: 'Move it to the file that is named like the first two digits of the SHA-256 of its id.',
  });
}

/** The entries of all shards, in order of the keys. */
async function shardEntries(
  files: Files,
  folder: string,
  shards: readonly ShardPart[],
  read: (part: ShardPart) => Promise<string>,
  sha256: Sha256,
): Promise<MapEntries> {
  const parts: MapEntries[] = [];
  for (const part of shards) {
    // The names would stay in memory with what holds them.
    const { count, keys, values } = await partEntries(files, folder, part.cid, () => read(part), sha256);
    parts.push({ count, keys, values });
  }
  return joinEntries(parts);
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
  return await readRoots(files, folder, await workingShards(files, folder, sha256), false, sha256);
}

/** Both roots of the working library, from the index where no shard changed since. */
export async function workingRoots(
  files: Files,
  folder: string,
  shards: readonly ShardPart[],
  sha256: Sha256,
): Promise<HexRoots> {
  const { recordsRoot, mapRoot, size } = await readRoots(files, folder, shards, true, sha256);
  return { recordsRoot, mapRoot: mapRoot ?? '', size };
}

/** @param withMap whether the mapRoot is asked for, which takes as long again */
async function readRoots(
  files: Files,
  folder: string,
  shards: readonly ShardPart[],
  withMap: boolean,
  sha256: Sha256,
): Promise<NonNullable<ShardIndex['roots']>> {
  const of = nameOf(shards, sha256);
  const index = await readIndex(files, folder, sha256);
  if (index.roots?.of === of && (!withMap || index.roots.mapRoot !== null)) return index.roots;
  const entries = await shardEntries(files, folder, shards, readShardText(files, folder), sha256);
  const recordsRoot = toHex(merkleRoot(sha256, recordLeaves(sha256, entries)));
  const roots = { of, recordsRoot, mapRoot: withMap ? toHex(mapRoot(sha256, entries)) : null, size: entries.count };
  await writeIndex(files, folder, { ...(await readIndex(files, folder, sha256)), roots }, sha256);
  return roots;
}

function nameOf(shards: readonly ShardPart[], sha256: Sha256): string {
  return toHex(sha256(shards.map(({ cid }) => `${cid}\n`).join('')));
}

const indexPath = (folder: string) => `${folder}/${paths.index}/working.jsonl`;

/** Nothing known, where the index is missing or does not read as written. */
async function readIndex(files: Files, folder: string, sha256: Sha256): Promise<ShardIndex> {
  const nothing: ShardIndex = { v: 1, shards: {}, roots: null };
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
