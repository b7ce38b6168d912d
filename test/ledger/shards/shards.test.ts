import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../src/ledger/changes.ts';
import { compareLibraries } from '../../../src/ledger/comparing/compare-libraries.ts';
import { compareShards } from '../../../src/ledger/shards/compare-shards.ts';
import { changedOrder, placesInOrder } from '../../../src/ledger/shards/order-text.ts';
import { shardsOfLibrary } from '../../../src/ledger/shards/shards.ts';
import { renderOrder } from '../../../src/ledger/working.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { arbitrarySteps, changed } from '../changed-libraries.ts';
import { exampleLibrary } from '../experience.ts';

const base = exampleLibrary(14);
const idsOf = ({ experiences }: typeof base) => experiences.map(({ id }) => id);

describe('libraries in shards', () => {
  it('are compared as libraries in memory are', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySteps, arbitrarySteps, async (one, other) => {
        const [before, after] = [changed(base, one), changed(changed(base, one), other)];
        const [was, is] = [shardsOfLibrary(before, sha256), shardsOfLibrary(after, sha256)];
        const expected = compareLibraries(before, after);
        expect(await compareShards(was, is, sha256)).toEqual(expected);
        const { added, removed, modified } = expected;
        const counts = { added: added.length, removed: removed.length, modified: modified.length };
        if (added.length + removed.length + modified.length > 0)
          expect((await compareShards(was, is, sha256, 0)).unlisted).toEqual(counts);
      }),
      { numRuns: 300 },
    );
  });

  it('have an order that changes as an order in memory does', () => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        const after = changed(base, steps);
        const order = changedOrder(renderOrder(idsOf(base)), changesBetween(base, after, sha256));
        expect(order).toBe(renderOrder(idsOf(after)));
        // Doing it again, as after a crash, is doing it once.
        expect(changedOrder(order, changesBetween(base, after, sha256))).toBe(order);
        expect(placesInOrder(order, new Set(idsOf(after)))).toEqual(
          new Map(idsOf(after).map((id, place) => [id, place])),
        );
      }),
    );
    expect(changedOrder('a\nb', { complete: false, puts: [], deletes: ['a'], order: undefined })).toBe('b\n');
  });
});
