import type { Library } from '../../src/core/library/library.ts';
import { filesAtMost } from '../../src/ledger/layout.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

/**
 * What the writer of the crash test works on: `small`, a few experiences in files of their own; `large`, a library in
 * shards, which takes lines; `switching`, one that moves from files to shards and back with every number.
 */
export type WriterSize = 'small' | 'large' | 'switching';

export type CrashChange = 'save' | 'commit' | 'merge' | 'restore' | 'import' | 'keep' | 'tag' | 'collect';

/** Versions from elsewhere that come together. */
export const restoredAtOnce = 3;

/** The library that the writer makes its own in its n-th change. */
export function libraryOf(number: number, size: WriterSize): Library {
  if (size === 'small') return exampleLibrary(1 + (number % 7), number);
  if (size === 'switching' && number % 2 === 0) return exampleLibrary(1 + (number % 7), number);
  const { experiences } = exampleLibrary(filesAtMost + 1 + (number % 7));
  // A few shards change with every number.
  const edited = experiences
    .slice(0, 5)
    .map((_, place) => exampleExperience(place, { confidence: (number % 100) / 100 }));
  return { experiences: [...edited, ...experiences.slice(5)] };
}

/** What the writer does with that library. A version from elsewhere follows only what is clean: nothing is saved there. */
export function changesOf(number: number, size: WriterSize): readonly CrashChange[] {
  if (size === 'large')
    return number % 3 === 0 ? ['import', 'collect'] : ['import', 'keep', number % 2 === 0 ? 'tag' : 'collect'];
  const turns: readonly (readonly CrashChange[])[] =
    size === 'small' ? [['commit'], ['restore'], ['merge', 'tag'], ['collect']] : [['commit'], ['save']];
  return turns[number % turns.length] ?? [];
}
