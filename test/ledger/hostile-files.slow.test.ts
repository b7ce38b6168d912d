import { expect, it } from 'vitest';
import { libraryInFiles, libraryInShards, readHostileLibraries } from './hostile-libraries.ts';

it.each([
  ['in files of its own', libraryInFiles, 9800],
  ['in shards', libraryInShards, 200],
])(
  'a library %s is read right or refused with a hostile file in it, many times',
  { timeout: 3_600_000 },
  async (_, make, runs) => {
    expect(await readHostileLibraries(make, runs)).toBeGreaterThan(runs);
  },
);
