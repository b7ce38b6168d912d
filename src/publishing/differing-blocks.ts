import { ZooError } from '../core/error.ts';
import { type Block, type CidBytes, cidKey, codecOf, codecs, formatCid } from '../core/ipld/cid.ts';
import { linksOf } from '../core/ipld/links.ts';
import type { BlockStore } from '../world/pin/pin.ts';

/**
 * The blocks of a root that are not in the DAG of another, level by level, the root first. Parts that both share are not
 * gone into, so a small change of a large library costs little. A block that both have at different depths may be
 * among them: that sends a little too much, never too little.
 */
export async function* differingBlocks(
  store: Pick<BlockStore, 'get'>,
  root: CidBytes,
  base: CidBytes | undefined,
): AsyncGenerator<Block> {
  const sent = new Set<string>();
  let level = new Map([[cidKey(root), root]]);
  let old = new Map(base === undefined ? [] : [[cidKey(base), base]]);
  while (level.size > 0) {
    const next = new Map<string, CidBytes>();
    for (const [key, cid] of level) {
      if (old.has(key) || sent.has(key)) continue;
      sent.add(key);
      const block = { cid, bytes: await blockOf(store, cid) };
      yield block;
      for (const link of linksOf(block)) next.set(cidKey(link), link);
    }
    old = await below(store, old, level);
    level = next;
  }
}

/** What the old blocks that the new level lacks link to. */
async function below(
  store: Pick<BlockStore, 'get'>,
  old: ReadonlyMap<string, CidBytes>,
  level: ReadonlyMap<string, CidBytes>,
): Promise<Map<string, CidBytes>> {
  const links = new Map<string, CidBytes>();
  for (const [key, cid] of old) {
    if (level.has(key) || codecOf(cid) === codecs.raw) continue;
    for (const link of linksOf({ cid, bytes: await blockOf(store, cid) })) links.set(cidKey(link), link);
  }
  return links;
}

async function blockOf(store: Pick<BlockStore, 'get'>, cid: CidBytes): Promise<Uint8Array> {
  const bytes = await store.get(cid);
  if (bytes !== undefined) return bytes;
  throw new ZooError('block-missing', `the embedded node lacks the block ${formatCid(cid)}`, {
    hint: 'Publish the version again; the blocks lie in --ipfs-dir (ZOO_IPFS_DIR).',
  });
}
