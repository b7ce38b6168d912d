import { z } from 'zod';
import type { Sha256 } from '../core/digest.ts';
import { ZooError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { type Experience, experienceSchema } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import { canonicalJson } from '../core/tree/canonical.ts';
import { equalBytes } from '../core/tree/hashing.ts';
import { recordDigest } from '../core/tree/library-roots.ts';

/** What leads from one library to another. */
export interface LibraryChanges {
  /** True when nothing of the old library remains: then `puts` is the whole new one. */
  readonly complete: boolean;
  readonly puts: readonly Experience[];
  readonly deletes: readonly string[];
  /** All ids of the new library in its order; undefined when deletes and appended puts give that order by themselves. */
  readonly order: readonly string[] | undefined;
  /** Ids among the puts that take the place of one among the deletes; only where `order` is undefined. */
  readonly renames?: readonly (readonly [from: string, to: string])[] | undefined;
}

/** @throws ZooError `duplicate-id` when a library has two experiences of one id */
export function changesBetween(old: Library, next: Library, sha256: Sha256): LibraryChanges {
  const before = byId(old);
  const after = byId(next);
  const puts = next.experiences.filter((experience) => {
    const known = before.get(experience.id);
    if (known === experience) return false;
    return known === undefined || !equalBytes(recordDigest(sha256, known), recordDigest(sha256, experience));
  });
  const deletes = old.experiences.filter(({ id }) => !after.has(id)).map(({ id }) => id);
  const complete = deletes.length > 0 && old.experiences.length === deletes.length;
  const changes = { complete, puts, deletes: complete ? [] : deletes, order: undefined };
  const order = next.experiences.map(({ id }) => id);
  const byItself = applyChanges(old, changes).experiences;
  return byItself.every(({ id }, index) => id === order[index]) ? changes : { ...changes, order };
}

/** Applying the same changes twice is applying them once. */
export function applyChanges(old: Library, changes: LibraryChanges): Library {
  const renamed = new Map(changes.renames);
  const puts = new Map(changes.puts.map((put) => [put.id, put]));
  const experiences = new Map<string, Experience>();
  for (const experience of byId(changes.complete ? { experiences: [] } : old).values()) {
    const next = puts.get(renamed.get(experience.id) ?? '') ?? experience;
    experiences.set(next.id, next);
  }
  for (const id of changes.deletes) experiences.delete(id);
  for (const experience of changes.puts) experiences.set(experience.id, experience);
  if (changes.order === undefined) return { experiences: [...experiences.values()] };
  return { experiences: changes.order.flatMap((id) => experiences.get(id) ?? []) };
}

export function isEmptyChange(changes: LibraryChanges): boolean {
  return !changes.complete && changes.puts.length === 0 && changes.deletes.length === 0 && changes.order === undefined;
}

function byId(library: Library): Map<string, Experience> {
  const experiences = new Map(library.experiences.map((experience) => [experience.id, experience]));
  if (experiences.size === library.experiences.length) return experiences;
  const seen = new Set<string>();
  const twice = library.experiences.find(({ id }) => seen.size === seen.add(id).size);
  throw new ZooError('duplicate-id', `the library holds two experiences with the id ${twice?.id}`, {
    hint: 'An id derives from domain and text, so these are two copies of one experience: remove one.',
  });
}

// Ids become names of files: none may lead out of the library, whoever wrote the line.
const { id: idSchema } = experienceSchema.shape;
const lineSchema = z.union([
  z.strictObject({ put: experienceSchema }),
  z.strictObject({ delete: idSchema }),
  z.strictObject({ order: z.array(idSchema) }),
  z.strictObject({ rename: z.tuple([idSchema, idSchema]) }),
]);

/** One canonical JSON object a line; the caller's header comes before them. */
export function encodeChanges(changes: LibraryChanges): string {
  const lines = [
    ...changes.deletes.map((id) => ({ delete: id })),
    ...changes.puts.map((put) => ({ put })),
    ...(changes.order === undefined ? [] : [{ order: changes.order }]),
    ...(changes.renames ?? []).map((rename) => ({ rename })),
  ];
  return lines.map((line) => `${canonicalJson(line)}\n`).join('');
}

/** @throws ZooError `invalid-json`, `invalid-data` */
export function decodeChanges(lines: readonly string[], complete: boolean, source: string): LibraryChanges {
  const puts: Experience[] = [];
  const deletes: string[] = [];
  let order: string[] | undefined;
  const renames: [string, string][] = [];
  for (const [index, text] of lines.entries()) {
    const line = parseJson(text, lineSchema, `line ${index + 2} of ${source}`);
    if ('put' in line) puts.push(line.put);
    else if ('delete' in line) deletes.push(line.delete);
    else if ('rename' in line) renames.push(line.rename);
    else order = line.order;
  }
  return { complete, puts, deletes, order, ...(renames.length === 0 ? {} : { renames }) };
}
