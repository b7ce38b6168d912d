import fc from 'fast-check';
import type { Experience } from '../../src/core/library/experience.ts';
import type { Library } from '../../src/core/library/library.ts';
import { exampleExperience } from './experience.ts';

type Step = readonly [kind: 'remove' | 'count' | 'reword' | 'back' | 'add' | 'move', place: number, number: number];

/** What somebody does to a library. */
export const arbitrarySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom(
      'remove' as const,
      'count' as const,
      'reword' as const,
      'back' as const,
      'add' as const,
      'move' as const,
    ),
    fc.nat({ max: 30 }),
    fc.nat({ max: 6 }),
  ),
  { maxLength: 12 },
);

/** A step that would give an id twice is left out. */
export function changed({ experiences }: Library, steps: readonly Step[]): Library {
  let list = [...experiences];
  for (const [kind, at, number] of steps) {
    const place = list.length === 0 ? 0 : at % list.length;
    const one = list[place];
    const put = (next: Experience, index: number, gone: number) => {
      if (!list.some(({ id }, other) => id === next.id && !(gone === 1 && other === index)))
        list = list.toSpliced(index, gone, next);
    };
    if (kind === 'add') put(exampleExperience(1000 + number), list.length === 0 ? 0 : at % (list.length + 1), 0);
    else if (one === undefined) continue;
    else if (kind === 'remove') list = list.toSpliced(place, 1);
    else if (kind === 'count') put({ ...one, metadata: { ...one.metadata, usage_count: number } }, place, 1);
    else if (kind === 'reword')
      put(exampleExperience(2000 + at * 10 + number, { lineage: [...one.lineage, one.id] }), place, 1);
    else if (kind === 'back') put(exampleExperience(at), place, 1);
    else list = [...list.toSpliced(place, 1), one];
  }
  return { experiences: list };
}
