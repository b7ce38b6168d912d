import type { Library } from '../../src/core/library/library.ts';
import { filesAtMost } from '../../src/ledger/layout.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

/** The library that the writer of the crash test makes its own in its n-th change. */
export function libraryOf(number: number, large: boolean): Library {
  if (!large) return exampleLibrary(1 + (number % 7), number);
  const { experiences } = exampleLibrary(filesAtMost + 1 + (number % 7));
  // A few shards change with every number.
  const edited = experiences
    .slice(0, 5)
    .map((_, place) => exampleExperience(place, { confidence: (number % 100) / 100 }));
  return { experiences: [...edited, ...experiences.slice(5)] };
}
