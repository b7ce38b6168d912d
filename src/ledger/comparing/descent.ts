import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';

/**
 * What became of each experience of an older library in a newer one: the one with its id or, where that is gone, the one
 * that names it in its lineage, or that it names in its own, when a rewording was taken back. A newer experience stands
 * for one older one at most.
 *
 * @returns the newer experience by the older one's id; those that were removed are not in it
 */
export function findDescendants(older: Library, newer: Library): ReadonlyMap<string, Experience> {
  const before = new Set(older.experiences.map(({ id }) => id));
  const after = new Set(newer.experiences.map(({ id }) => id));
  const takenBack = new Map(
    older.experiences
      .filter(({ id }) => !after.has(id))
      .flatMap(({ id, lineage }) => lineage.map((from) => [from, id])),
  );
  const descendants = new Map<string, Experience>();
  for (const experience of newer.experiences) {
    const free = (id: string) => before.has(id) && !after.has(id) && !descendants.has(id);
    if (before.has(experience.id)) descendants.set(experience.id, experience);
    else {
      const reworded = takenBack.get(experience.id);
      const ancestor =
        experience.lineage.findLast(free) ?? (reworded !== undefined && free(reworded) ? reworded : undefined);
      if (ancestor !== undefined) descendants.set(ancestor, experience);
    }
  }
  return descendants;
}
