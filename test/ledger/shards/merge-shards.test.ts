import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Library } from '../../../src/core/library/library.ts';
import { compareLibraries } from '../../../src/ledger/comparing/compare-libraries.ts';
import { type MergeConflict, type Resolution, mergeLibraries } from '../../../src/ledger/merging/merge-libraries.ts';
import { mergeShards } from '../../../src/ledger/shards/merge-shards.ts';
import { shardsOfLibrary } from '../../../src/ledger/shards/shards.ts';
import { createSpill } from '../../../src/ledger/shards/spill.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';
import { arbitrarySteps, changed } from '../changed-libraries.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';
import { applied } from './applied.ts';

const base = exampleLibrary(14);

type Resolve = (conflict: MergeConflict) => Resolution | undefined;

/** What is decided on a conflict: a side, nothing, or a text, which may be what another experience says already. */
const arbitraryResolve: fc.Arbitrary<Resolve> = fc
  .array(fc.oneof(fc.constantFrom('ours' as const, 'theirs' as const, undefined), fc.nat({ max: 20 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((choices) => ({ id }) => {
    const choice = choices[Number.parseInt(id.slice(-4), 16) % choices.length];
    return typeof choice === 'number' ? { text: exampleExperience(choice).text } : choice;
  });

/** @param spilled bytes that stay in memory */
async function expectSameMerge(
  was: Library,
  ours: Library,
  theirs: Library,
  resolve: Resolve,
  spilled: number,
): Promise<void> {
  const sides = {
    base: shardsOfLibrary(was, sha256),
    ours: shardsOfLibrary(ours, sha256),
    theirs: shardsOfLibrary(theirs, sha256),
  };
  let asked = 0;
  const expected = mergeLibraries(was, ours, theirs, sha256, (conflict) => {
    const resolution = resolve(conflict);
    if (resolution !== undefined) asked++;
    return resolution;
  });
  const files = memoryFiles();
  const spill = createSpill(files, 'library', spilled);
  const merged = await mergeShards(sides, spill, sha256, resolve);
  expect(merged.conflicts).toEqual(expected.conflicts);
  expect([merged.conflictCount, merged.resolvedCount]).toEqual([expected.conflicts.length, asked]);
  expect(await applied(ours, merged.change)).toEqual(expected.library);
  expect(merged.changes).toEqual(compareLibraries(ours, expected.library));
  await spill.close();
  expect(files.contents.size).toBe(0);
}

describe('a merge by shards', () => {
  it('gives what one in memory gives', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(base, { experiences: [] }),
        arbitrarySteps,
        arbitrarySteps,
        arbitrarySteps,
        arbitraryResolve,
        fc.constantFrom(1, 1000, 1 << 20),
        async (root, before, one, other, resolve, spilled) => {
          const was = changed(root, before);
          await expectSameMerge(was, changed(was, one), changed(was, other), resolve, spilled);
        },
      ),
      {
        numRuns: 700,
        // Two records of the base become one, and the other side moves a third.
        examples: [
          [
            base,
            [],
            [
              ['remove', 5, 0],
              ['reword', 5, 4],
            ],
            [
              ['reword', 5, 4],
              ['move', 0, 0],
            ],
            () => undefined,
            1 << 20,
          ],
        ],
      },
    );
  });
});
