import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { type WordPiece, compareWords } from './compare-words.ts';
import { findDescendants } from './descent.ts';

/** What two libraries do not have in common, each list in the order of its library. */
export interface LibraryComparison {
  readonly added: readonly Experience[];
  readonly removed: readonly Experience[];
  readonly modified: readonly Modification[];
  /** Whether what both have stands in another order. The order is the prompt's alone and in no root. */
  readonly reordered: boolean;
  /** How much differs where that is more than can be listed; the lists are empty then. */
  readonly unlisted?: ChangeCounts | undefined;
}

export interface ChangeCounts {
  readonly added: number;
  readonly removed: number;
  readonly modified: number;
}

export interface Modification {
  /** The id before and after; they differ where the text or the domain does. */
  readonly from: string;
  readonly id: string;
  readonly before: Experience;
  readonly after: Experience;
  /** What differs, such as `text`, `confidence`, `metadata.votes`. */
  readonly fields: readonly ComparedField[];
  /** The text, word by word; empty where it is the same. */
  readonly words: readonly WordPiece[];
}

export type ComparedField = keyof typeof fields;

const fields = {
  domain: ({ domain }: Experience) => domain,
  text: ({ text }: Experience) => text,
  confidence: ({ confidence }: Experience) => confidence,
  examples: ({ examples }: Experience) => examples,
  'metadata.created_at': ({ metadata }: Experience) => metadata.created_at,
  'metadata.created_by': ({ metadata }: Experience) => metadata.created_by,
  'metadata.votes': ({ metadata }: Experience) => metadata.votes,
  'metadata.usage_count': ({ metadata }: Experience) => metadata.usage_count,
  embedding: ({ embedding }: Experience) => embedding,
  lineage: ({ lineage }: Experience) => lineage,
  evidence: ({ evidence }: Experience) => evidence,
} satisfies Record<string, (experience: Experience) => unknown>;

export function compareLibraries(before: Library, after: Library): LibraryComparison {
  const descendants = findDescendants(before, after);
  const ancestors = new Map([...descendants].map(([from, { id }]) => [id, from]));
  const old = new Map(before.experiences.map((experience) => [experience.id, experience]));
  const added: Experience[] = [];
  const modified: Modification[] = [];
  for (const experience of after.experiences) {
    const ancestor = old.get(ancestors.get(experience.id) ?? '');
    if (ancestor === undefined) added.push(experience);
    else if (!sameRecord(ancestor, experience)) modified.push(compareRecords(ancestor, experience));
  }
  const kept = before.experiences.flatMap(({ id }) => descendants.get(id)?.id ?? []);
  const order = after.experiences.filter(({ id }) => ancestors.has(id));
  return {
    added,
    removed: before.experiences.filter(({ id }) => !descendants.has(id)),
    modified,
    reordered: order.some(({ id }, index) => kept[index] !== id),
  };
}

export function countChanges({ added, removed, modified, unlisted }: LibraryComparison): ChangeCounts {
  return unlisted ?? { added: added.length, removed: removed.length, modified: modified.length };
}

export function isSameLibrary(comparison: LibraryComparison): boolean {
  const { added, removed, modified } = countChanges(comparison);
  return added + removed + modified === 0;
}

/** Names of the fields in which two records differ, their ids aside. */
function differingFields(before: Experience, after: Experience): ComparedField[] {
  return (Object.keys(fields) as ComparedField[]).filter(
    (name) => canonicalJson(fields[name](before)) !== canonicalJson(fields[name](after)),
  );
}

export function sameRecord(one: Experience, other: Experience): boolean {
  return one === other || (one.id === other.id && differingFields(one, other).length === 0);
}

/** What differs between an experience and what became of it. */
export function compareRecords(before: Experience, after: Experience): Modification {
  return {
    from: before.id,
    id: after.id,
    before,
    after,
    fields: differingFields(before, after),
    words: before.text === after.text ? [] : compareWords(before.text, after.text),
  };
}
