import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { exampleLibrary } from './experience.ts';
import { libraryInFiles, libraryInShards, openIn, readHostileLibraries } from './hostile-libraries.ts';
import { certify, prove } from './in-shards.ts';

describe('a library with a hostile file', { timeout: 120_000 }, () => {
  it.each([
    ['in files of its own', libraryInFiles, 200],
    ['in shards', libraryInShards, 15],
  ])('is read right or refused, and never changed by reading: %s', async (_, make, runs) => {
    expect(await readHostileLibraries(make, runs)).toBeGreaterThan(runs);
  });

  it('has no index that could be damaged so that something else comes out', async () => {
    const files = await libraryInShards();
    const ids = [exampleLibrary(6).experiences[5]?.id ?? '', 'exp_nothere'];
    const results = async () => {
      const ledger = openIn(files);
      const certificate = await certify(files, ledger, 'v1', 'v2', sha256);
      return [await ledger.state(), certificate, await prove(files, ledger, ids, 'v2', sha256)];
    };
    const expected = await results();
    const indexes = Array.from(files.contents).filter(([path]) => path.includes('/.zoo/index/'));
    const interesting = indexes.filter(([path]) => !path.endsWith('.part')).concat(indexes.slice(0, 4));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...interesting),
        fc.nat(),
        fc.nat(255),
        fc.option(fc.nat()),
        async ([path, bytes], place, byte, cut) => {
          const damaged = bytes.with(place % bytes.length, byte);
          files.set(path, cut === null ? damaged : damaged.slice(0, cut % bytes.length));
          expect(await results()).toEqual(expected);
          files.set(path, bytes);
        },
      ),
      { numRuns: 25 },
    );
  });
});
