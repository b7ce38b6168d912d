import { expect, it } from 'vitest';
import { amendLibrary } from '../../../src/ledger/amend.ts';
import { findMostUsed } from '../../../src/ledger/shards/most-used.ts';
import { openAsShards } from '../../../src/ledger/shards/shards.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience } from '../experience.ts';
import { libraryInShards, openIn } from '../hostile-libraries.ts';

it('finds the largest usage of a library, and reads only shards that it has not seen', async () => {
  const files = await libraryInShards();
  let read = 0;
  const find = async () => {
    read = 0;
    const shards = await openAsShards(files, openIn(files), 'working', sha256);
    const counting = { ...shards, text: (shard: string) => (read++, shards.text(shard)) };
    return await findMostUsed(files, 'library', counting, sha256);
  };
  expect([await find(), read > 200]).toEqual([0, true]);
  expect([await find(), read]).toEqual([0, 0]);

  const { metadata, ...rest } = exampleExperience(7);
  const used = (usage_count: number) =>
    amendLibrary(files, openIn(files), { puts: [{ ...rest, metadata: { ...metadata, usage_count } }] }, sha256);
  await used(12);
  expect([await find(), read]).toEqual([12, 1]);
  await used(3);
  expect([await find(), read]).toEqual([3, 1]);

  const index = 'library/.zoo/index/usage.jsonl';
  files.set(index, (files.text(index) ?? '').replace(':3', ':9'));
  expect([await find(), read > 200]).toEqual([3, true]);
});
