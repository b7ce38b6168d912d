import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearDuplicates } from '../../../src/core/library/near-duplicates.ts';
import { defaultQualityWeights } from '../../../src/core/library/quality-score.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { deduplicateLibrary } from '../../../src/ledger/comparing/deduplicate.ts';
import { pruneLibrary } from '../../../src/ledger/comparing/prune.ts';
import { deduplicateShards } from '../../../src/ledger/shards/deduplicate-shards.ts';
import { pruneShards } from '../../../src/ledger/shards/prune-shards.ts';
import { shardsOfLibrary } from '../../../src/ledger/shards/shards.ts';
import { createSpill } from '../../../src/ledger/shards/spill.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';
import { exampleExperience } from '../experience.ts';
import { applied } from './applied.ts';

const word = fc.constantFrom(...'alpha beta gamma delta epsilon zeta'.split(' '));
const arbitraryLibrary: fc.Arbitrary<Library> = fc
  .uniqueArray(
    fc.record({
      text: fc.uniqueArray(word, { minLength: 1 }).map((words) => words.join(' ')),
      domain: fc.constantFrom('math', 'writing'),
      confidence: fc.constantFrom(0.25, 0.5, 0.75),
      used: fc.nat({ max: 3 }),
    }),
    { maxLength: 25, selector: ({ text, domain }) => `${domain} ${text}` },
  )
  .map((some) => ({
    experiences: some.map(({ text, domain, confidence, used }, number) => {
      const { metadata } = exampleExperience(number);
      return exampleExperience(number, { text, domain, confidence, metadata: { ...metadata, usage_count: used } });
    }),
  }));

/** Pair by pair, as each is found: which id goes into which in the end. */
function foldOneByOne({ experiences }: Library, threshold: number): ReadonlyMap<string, string> {
  const into = new Map<number, number>();
  const follow = (place: number): number => (into.has(place) ? follow(into.get(place) as number) : place);
  const at = (place: number) => experiences[place] as (typeof experiences)[number];
  for (const { first, second } of nearDuplicates(
    experiences.map(({ text }) => text),
    threshold,
  )) {
    const elder = follow(first);
    if (at(elder).domain !== at(second).domain) continue;
    if (at(second).confidence > at(elder).confidence) into.set(elder, second);
    else into.set(second, elder);
  }
  return new Map([...into.keys()].map((place) => [at(place).id, at(follow(place)).id]));
}

const spilled = fc.constantFrom(1, 1 << 20);

describe('a library in shards', () => {
  it('is deduplicated as one in memory is, pair by pair', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLibrary, fc.constantFrom(0.5, 0.8), spilled, async (library, threshold, most) => {
        const expected = deduplicateLibrary(library, threshold);
        const gone = new Map(expected.merged.map(({ kept, removed }) => [removed.id, kept.id]));
        expect(gone).toEqual(foldOneByOne(library, threshold));
        const uses = ({ experiences }: Library) =>
          experiences.reduce((sum, { metadata }) => sum + metadata.usage_count, 0);
        expect(uses(expected.library)).toBe(uses(library));

        const spill = createSpill(memoryFiles(), 'library', most);
        const found = await deduplicateShards(shardsOfLibrary(library, sha256), threshold, spill, sha256);
        expect(await applied(library, found.change)).toEqual(expected.library);
        expect([found.merged, found.count, found.unchecked]).toEqual([expected.merged, expected.merged.length, 0]);
      }),
      { numRuns: 300 },
    );
  });

  it('is pruned as one in memory is', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryLibrary,
        fc.nat({ max: 25 }),
        fc.option(fc.constantFrom(0.2, 0.4), { nil: undefined }),
        spilled,
        async (library, keep, below, most) => {
          const options = { keep, below, weights: defaultQualityWeights };
          const expected = pruneLibrary(library, options);
          const spill = createSpill(memoryFiles(), 'library', most);
          const found = await pruneShards(shardsOfLibrary(library, sha256), options, spill, sha256);
          expect(await applied(library, found.change)).toEqual(expected.library);
          expect([found.removed, found.count]).toEqual([expected.removed, expected.removed.length]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
