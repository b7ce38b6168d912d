import type { Experience } from './experience.ts';

/** Experiences at most, unless the configuration says otherwise (paper, appendix C). */
export const defaultCapacity = 1000;

/**
 * A set of experiences in append-mostly order: additions go to the end and a modification keeps its predecessor's
 * place, so that the prompt built from a library keeps the longest prefix in a server's cache. The order is the
 * prompt's alone; a library's root depends on the set.
 */
export interface Library {
  readonly experiences: readonly Experience[];
}

export const emptyLibrary: Library = { experiences: [] };

export function findExperience(library: Library, id: string): Experience | undefined {
  return library.experiences.find((experience) => experience.id === id);
}
