import { z } from 'zod';
import { type Sha256, toHex } from '../../core/digest.ts';
import type { Files } from '../../world/files/files.ts';
import { paths } from '../layout.ts';
import { keepIndex } from './parts.ts';
import type { Shards } from './shards.ts';

/** By the CID of a shard: the largest `usage_count` in it. */
const usageSchema = z.record(z.string(), z.int().min(0));

/**
 * The largest `usage_count` of a library. What was found in a shard is kept in an index, rebuildable and never the truth, so
 * that only shards are read which hold something else since.
 */
export async function findMostUsed(files: Files, folder: string, shards: Shards, sha256: Sha256): Promise<number> {
  const path = `${folder}/${paths.index}/usage.jsonl`;
  const known = await readUsage(files, path, sha256);
  const usage: Record<string, number> = {};
  for (const [shard, cid] of await shards.cids()) usage[cid] = known[cid] ?? mostUsedIn(await shards.text(shard));
  if (Object.keys(usage).some((cid) => known[cid] === undefined)) {
    const text = JSON.stringify(usage);
    await keepIndex(files, path, `${text}\n${toHex(sha256(text))}\n`);
  }
  return Object.values(usage).reduce((most, used) => Math.max(most, used), 0);
}

/** Nothing known, where the index is missing or does not read as written. */
async function readUsage(files: Files, path: string, sha256: Sha256): Promise<Readonly<Record<string, number>>> {
  const [text = '', digest] = ((await files.readText(path).catch(() => undefined)) ?? '').split('\n');
  return digest === toHex(sha256(text)) ? usageSchema.parse(JSON.parse(text)) : {};
}

/** Without parsing what is not told: in JSON no string can hold the key unescaped. */
function mostUsedIn(text: string): number {
  let most = 0;
  for (const [, used] of text.matchAll(/"usage_count"\s*:\s*(\d+)/g)) most = Math.max(most, Number(used));
  return most;
}
