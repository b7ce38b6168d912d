import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { type ComparedField, type Modification, compareLibraries } from './compare-libraries.ts';
import type { CommitEntry } from '../history.ts';

/** A version with its library; undefined where its records are not in this copy. `null` stands for the working library. */
export interface RecordedVersion {
  readonly entry: CommitEntry | null;
  readonly library: Library | undefined;
}

/** One change of one experience. */
export interface BlamedChange {
  /** The version that made it; null for what is not committed yet. */
  readonly entry: CommitEntry | null;
  /** True when versions in between cannot be read, so that one of those may have made it. */
  readonly uncertain: boolean;
  readonly change: 'added' | 'modified';
  /** What differs from before; empty for `added`. */
  readonly fields: readonly ComparedField[];
  readonly words: Modification['words'];
  readonly record: Experience;
}

/** Changes of each experience of the last library, the first one first, through the texts that it came from. */
export function blameLibrary(versions: Iterable<RecordedVersion>): ReadonlyMap<string, readonly BlamedChange[]> {
  let known = new Map<string, readonly BlamedChange[]>();
  let previous: Library = { experiences: [] };
  let uncertain = false;
  for (const { entry, library } of versions) {
    if (library === undefined) {
      uncertain = true;
      continue;
    }
    const { added, modified } = compareLibraries(previous, library);
    const next = new Map(library.experiences.map(({ id }) => [id, known.get(id) ?? []]));
    for (const record of added)
      next.set(record.id, [{ entry, uncertain, change: 'added', fields: [], words: [], record }]);
    for (const { from, id, after, fields, words } of modified)
      next.set(id, [
        ...(known.get(from) ?? []),
        { entry, uncertain, change: 'modified', fields, words, record: after },
      ]);
    known = next;
    previous = library;
    uncertain = false;
  }
  return known;
}

/** The change that gave an experience its words, whatever counted since. */
export function lastSaying(changes: readonly BlamedChange[]): BlamedChange | undefined {
  return changes.findLast(({ change, fields }) => change === 'added' || fields.includes('text')) ?? changes.at(-1);
}
