import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import type { Experience } from '../../../src/core/library/experience.ts';
import { experienceId } from '../../../src/core/library/experience.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { libraryRoots } from '../../../src/core/tree/library-roots.ts';
import { compareLibraries, isSameLibrary } from '../../../src/ledger/comparing/compare-libraries.ts';
import { type MergeConflict, mergeLibraries } from '../../../src/ledger/merging/merge-libraries.ts';
import { mergeOrder } from '../../../src/ledger/merging/merge-order.ts';
import { mergeRecords } from '../../../src/ledger/merging/merge-records.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';

const rootOf = (library: Library) => toHex(libraryRoots(sha256, library.experiences).recordsRoot);
const idsOf = (library: Library) => library.experiences.map(({ id }) => id);

function votes(experience: Experience, upvotes: number, usage_count = 0): Experience {
  return { ...experience, metadata: { ...experience.metadata, votes: { upvotes, downvotes: 0 }, usage_count } };
}

function says(experience: Experience, text: string): Experience {
  return {
    ...experience,
    id: experienceId(experience.domain, text, sha256),
    text,
    lineage: [...experience.lineage, experience.id],
  };
}

/** One thing that a curator or a run does to a library. */
type Edit =
  | { readonly kind: 'add'; readonly number: number }
  | { readonly kind: 'remove' | 'reword'; readonly at: number; readonly number: number }
  | { readonly kind: 'count' | 'learn' | 'trust'; readonly at: number; readonly number: number };

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), number: fc.integer({ min: 100, max: 104 }) }),
  fc.record({
    kind: fc.constantFrom('remove' as const, 'reword' as const, 'count' as const, 'learn' as const, 'trust' as const),
    at: fc.nat(9),
    number: fc.integer({ min: 200, max: 203 }),
  }),
);

function carryOut(library: Library, edits: readonly Edit[]): Library {
  return edits.reduce<Library>(({ experiences }, one) => {
    if (one.kind === 'add') {
      const added = exampleExperience(one.number);
      return { experiences: experiences.some(({ id }) => id === added.id) ? experiences : [...experiences, added] };
    }
    const target = experiences[one.at % Math.max(1, experiences.length)];
    if (target === undefined) return { experiences };
    if (one.kind === 'remove') return { experiences: experiences.filter((other) => other !== target) };
    const changed = changeOf(target, one.kind, one.number);
    if (changed.id !== target.id && experiences.some(({ id }) => id === changed.id)) return { experiences };
    return { experiences: experiences.map((other) => (other === target ? changed : other)) };
  }, library);
}

function changeOf(target: Experience, kind: 'reword' | 'count' | 'learn' | 'trust', number: number): Experience {
  switch (kind) {
    case 'reword':
      return says(target, `When ${number} is asked, count twice.`);
    case 'count':
      return votes(target, target.metadata.votes.upvotes + (number % 5), target.metadata.usage_count + 1);
    case 'learn':
      return {
        ...target,
        evidence: [
          ...target.evidence,
          { run: `run-${number}`, step: 0, group: 'p', rollouts: ['r'], model: 'm', prompt_hash: 'h' },
        ],
      };
    case 'trust':
      return { ...target, confidence: (number - 195) / 10 };
  }
}

const history = fc
  .tuple(fc.nat(6), fc.array(edit, { maxLength: 6 }), fc.array(edit, { maxLength: 6 }))
  .map(([size, ours, theirs]) => {
    const base = exampleLibrary(size);
    return { base, ours: carryOut(base, ours), theirs: carryOut(base, theirs) };
  });

describe('mergeLibraries', () => {
  it('of a library with itself is the library', () => {
    fc.assert(
      fc.property(history, ({ base, ours }) => {
        const { library, conflicts } = mergeLibraries(base, ours, ours, sha256);
        expect(conflicts).toEqual([]);
        expect(library).toEqual(ours);
      }),
    );
  });

  it('takes the side that changed', () => {
    fc.assert(
      fc.property(history, ({ base, ours }) => {
        for (const merge of [mergeLibraries(base, ours, base, sha256), mergeLibraries(base, base, ours, sha256)]) {
          expect(merge.conflicts).toEqual([]);
          expect(merge.library).toEqual(ours);
        }
      }),
    );
  });

  it('is the same from both sides, conflicts aside', () => {
    fc.assert(
      fc.property(history, ({ base, ours, theirs }) => {
        const one = mergeLibraries(base, ours, theirs, sha256);
        const other = mergeLibraries(base, theirs, ours, sha256);
        expect(new Set(one.conflicts.map(({ id }) => id))).toEqual(new Set(other.conflicts.map(({ id }) => id)));
        if (one.conflicts.length === 0) expect(rootOf(one.library)).toBe(rootOf(other.library));
      }),
      { numRuns: 500 },
    );
  });

  it('gives no id twice, and resolves what it is told to', () => {
    fc.assert(
      fc.property(history, fc.constantFrom('ours' as const, 'theirs' as const), ({ base, ours, theirs }, side) => {
        const { library, conflicts } = mergeLibraries(base, ours, theirs, sha256, () => side);
        expect(conflicts).toEqual([]);
        expect(new Set(idsOf(library)).size).toBe(library.experiences.length);
      }),
    );
  });

  it('keeps what both sides added', () => {
    const base = exampleLibrary(2);
    const merged = mergeLibraries(
      base,
      { experiences: [...base.experiences, exampleExperience(7)] },
      { experiences: [...base.experiences, exampleExperience(8)] },
      sha256,
    );
    expect(idsOf(merged.library)).toEqual(
      idsOf({ experiences: [...base.experiences, exampleExperience(7), exampleExperience(8)] }),
    );
  });

  it('adds counters as deltas', () => {
    const base = votes(exampleExperience(1), 10, 100);
    const { record } = mergeRecords(base, votes(base, 13, 150), votes(base, 9, 101));
    expect(record.metadata).toMatchObject({ votes: { upvotes: 12, downvotes: 0 }, usage_count: 151 });
  });

  it('takes new words from one side and votes from the other', () => {
    const base = exampleLibrary(1);
    const [only] = base.experiences as [Experience];
    const reworded = says(only, 'When a bound is known, check it first.');
    const { library, conflicts } = mergeLibraries(
      base,
      { experiences: [votes(only, 3)] },
      { experiences: [reworded] },
      sha256,
    );
    expect(conflicts).toEqual([]);
    expect(library.experiences).toEqual([votes(reworded, 3)]);
  });

  describe('when both sides reworded one experience', () => {
    const base = exampleLibrary(2);
    const [first, second] = base.experiences as [Experience, Experience];
    const ours = says(first, 'When bounds are known, check them first.');
    const theirs = says(first, 'When bounds are known, prove them first.');
    const merge = (resolve: (conflict: MergeConflict) => 'ours' | 'theirs' | { text: string } | undefined) =>
      mergeLibraries(base, { experiences: [ours, second] }, { experiences: [theirs, second] }, sha256, resolve);

    it('lists the conflict and keeps ours for the time being', () => {
      const { library, conflicts } = merge(() => undefined);
      expect(conflicts).toEqual([{ id: first.id, kind: 'text', base: first, ours, theirs }]);
      expect(library.experiences).toEqual([ours, second]);
    });

    it('takes a side, which then stands for the other', () => {
      const { library, conflicts } = merge(() => 'theirs');
      expect(conflicts).toEqual([]);
      expect(library.experiences[0]).toMatchObject({ id: theirs.id, text: theirs.text, lineage: [ours.id, first.id] });
      expect(idsOf(library)).toHaveLength(2);
    });

    it('takes words that are neither', () => {
      const text = 'When bounds are known, check and prove them first.';
      const { library } = merge(() => ({ text }));
      expect(library.experiences[0]).toMatchObject({ id: experienceId(first.domain, text, sha256), text });
      expect(library.experiences[0]?.lineage).toEqual(expect.arrayContaining([first.id, ours.id, theirs.id]));
    });
  });

  it('asks when one side removed what the other reworded', () => {
    const base = exampleLibrary(1);
    const [only] = base.experiences as [Experience];
    const reworded = { experiences: [says(only, 'When a bound is known, check it first.')] };
    const none = { experiences: [] };
    expect(mergeLibraries(base, none, reworded, sha256).conflicts[0]?.kind).toBe('deleted-by-ours');
    expect(mergeLibraries(base, reworded, none, sha256).conflicts[0]?.kind).toBe('deleted-by-theirs');
    expect(mergeLibraries(base, none, reworded, sha256, () => 'ours').library).toEqual(none);
    expect(mergeLibraries(base, none, reworded, sha256, () => 'theirs').library).toEqual(reworded);
  });

  it('lets go of what one side removed and the other only counted', () => {
    const base = exampleLibrary(1);
    const counted = { experiences: base.experiences.map((experience) => votes(experience, 5)) };
    expect(mergeLibraries(base, counted, { experiences: [] }, sha256)).toEqual({
      library: { experiences: [] },
      conflicts: [],
    });
  });
});

describe('mergeOrder', () => {
  it.each([
    ['appends what either side appended', 'abc', 'abcx', 'abcy', 'abcxy'],
    ['puts into the middle what stood in the middle', 'abc', 'abc', 'axbc', 'axbc'],
    ['puts first what stood first', 'abc', 'abcd', 'xabc', 'xabcd'],
    ['drops what either side dropped', 'abc', 'ab', 'bc', 'b'],
    ['takes the order of the side that moved something', 'abc', 'abcx', 'cab', 'cabx'],
    ['takes ours where both moved', 'abc', 'bac', 'cab', 'bac'],
  ])('%s', (_, base, ours, theirs, expected) => {
    const names = (text: string) => text.split('');
    expect(mergeOrder(names(base), names(ours), names(theirs)).join('')).toBe(expected);
  });
});

describe('compareLibraries', () => {
  it('tells a library from itself by nothing', () => {
    fc.assert(
      fc.property(history, ({ ours }) => {
        const comparison = compareLibraries(ours, ours);
        expect(isSameLibrary(comparison)).toBe(true);
        expect(comparison.reordered).toBe(false);
      }),
    );
  });

  it('accounts for every experience of both sides once, and its words make both texts', () => {
    fc.assert(
      fc.property(history, ({ base, theirs }) => {
        const { added, removed, modified } = compareLibraries(base, theirs);
        const before = [...removed.map(({ id }) => id), ...modified.map(({ from }) => from)];
        const after = [...added.map(({ id }) => id), ...modified.map(({ id }) => id)];
        const untouched = base.experiences.filter(({ id }) => !before.includes(id));
        expect(new Set(before).size).toBe(before.length);
        expect(untouched.length + after.length).toBe(theirs.experiences.length);
        expect(isSameLibrary({ added, removed, modified, reordered: false })).toBe(rootOf(base) === rootOf(theirs));
        for (const { words, before: old, after: now } of modified.filter((one) => one.words.length > 0)) {
          expect(
            words
              .filter(({ kind }) => kind !== 'added')
              .map(({ text }) => text)
              .join(''),
          ).toBe(old.text);
          expect(
            words
              .filter(({ kind }) => kind !== 'removed')
              .map(({ text }) => text)
              .join(''),
          ).toBe(now.text);
        }
      }),
    );
  });

  it('sees an order that changed', () => {
    const library = exampleLibrary(3);
    expect(compareLibraries(library, { experiences: library.experiences.toReversed() })).toEqual({
      added: [],
      removed: [],
      modified: [],
      reordered: true,
    });
  });
});
