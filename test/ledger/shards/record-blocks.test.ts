import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { randomFor } from '../../../src/core/random.ts';
import { recordLeaves } from '../../../src/core/tree/library-roots.ts';
import { blockLeaves } from '../../../src/core/tree/merkle-blocks.ts';
import { merkleRoot } from '../../../src/core/tree/merkle-log.ts';
import { hashBlocks } from '../../../src/ledger/shards/record-blocks.ts';
import { type ShardTree, shardNames } from '../../../src/ledger/shards/shard-trees.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

/** By shard, what its records hold. */
type Contents = ReadonlyMap<string, readonly number[]>;

function valuesOf(numbers: readonly number[]): Uint8Array {
  const values = new Uint8Array(numbers.length * 32);
  for (const [place, number] of numbers.entries()) values.set(sha256(`${number}`), place * 32);
  return values;
}

function treesOf(contents: Contents, read: string[] = []): ShardTree[] {
  return [...contents].map(([shard, numbers]) => ({
    shard,
    count: numbers.length,
    subtree: sha256(numbers.join()),
    entries: () => {
      read.push(shard);
      return Promise.resolve({
        count: numbers.length,
        keys: new Uint8Array(0),
        values: valuesOf(numbers),
        ids: () => [],
      });
    },
  }));
}

function rootOf(contents: Contents): string {
  return toHex(merkleRoot(sha256, recordLeaves(sha256, { values: valuesOf([...contents.values()].flat()) })));
}

function some(seed: number, each: number): Map<string, number[]> {
  const random = randomFor(seed, 'blocks');
  return new Map(
    shardNames
      .map((shard) => [shard, Array.from({ length: Math.floor(random() * 2 * each) }, () => random())] as const)
      .filter(([, numbers]) => numbers.length > 0),
  );
}

function changed(contents: Contents, seed: number): Map<string, number[]> {
  const random = randomFor(seed, 'change');
  const next = new Map<string, number[]>();
  for (const [shard, numbers] of contents) next.set(shard, [...numbers]);
  for (let change = 0; change < 3; change++) {
    const shards = [...next.keys()];
    const shard = shards[Math.floor(random() ** 0.3 * shards.length)] ?? 'ff';
    const numbers = next.get(shard) ?? [];
    const kind = random();
    if (kind < 0.4) numbers[Math.floor(random() * numbers.length)] = random();
    else if (kind < 0.6) numbers.push(random());
    else if (kind < 0.8) numbers.splice(0, 1);
    else next.delete(shard);
    if (numbers.length === 0) next.delete(shard);
  }
  return next;
}

describe('the blocks of a records tree', () => {
  it('follow from those before, whatever changed', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const before = some(seed, [0.3, 5, 20][seed % 3] as number);
      const blocks = await hashBlocks(treesOf(before), undefined, sha256);
      expect(toHex(merkleRoot(sha256, blocks))).toBe(rootOf(before));
      const after = changed(before, seed);
      const next = await hashBlocks(treesOf(after), { shards: treesOf(before), blocks }, sha256);
      expect(toHex(merkleRoot(sha256, next))).toBe(rootOf(after));
    }
  });

  it('are hashed anew only where a shard changed', async () => {
    const before = some(1, 100);
    const blocks = await hashBlocks(treesOf(before), undefined, sha256);
    const edited = new Map(before).set('80', [...(before.get('80') ?? []).slice(1), 7]);
    const read: string[] = [];
    await hashBlocks(treesOf(edited, read), { shards: treesOf(before), blocks }, sha256);
    expect(read).toContain('80');
    // At most the blocks that the shard lies in, two of them, and the shards that these lie in.
    expect(read.length).toBeLessThan((2 * blockLeaves) / 100 + 20);
    const same: string[] = [];
    await hashBlocks(treesOf(before, same), { shards: treesOf(before), blocks }, sha256);
    expect(same).toEqual([]);
  });
});
