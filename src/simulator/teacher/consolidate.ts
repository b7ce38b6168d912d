import { z } from 'zod';
import { normalizeText, wordOverlap } from '../../core/library/quality.ts';
import { teachingOf } from '../prompt/read-experiences.ts';
import type { Reading } from '../prompt/read-prompt.ts';
import { readTag } from '../prompt/read-tags.ts';
import type { Proposal } from './proposal.ts';

const offeredSchema = z.object({
  number: z.int().optional(),
  operation: z.enum(['add', 'modify', 'delete']),
  id: z.string().nullish(),
  experience: z.string().nullish(),
});

interface Offered extends Proposal {
  readonly from: readonly number[];
}

/** Texts that share this part of their words count as one, where no skill is recognised in them. */
const alike = 0.6;

/**
 * Stage 3: proposals that say the same become one, contradictions go by the majority, at most one operation names an
 * id, no id is invented, and what the library says already is left out.
 */
export function consolidate(reading: Reading): Proposal[] {
  const ids = new Set(reading.experiences.flatMap(({ id }) => id ?? []));
  const offered = readOffered(readTag(reading.text, 'operations') ?? '');
  const changes = mergeChanges(offered.filter(({ id }) => id !== null && (ids.size === 0 || ids.has(id))));
  const changed = new Set(changes.map(({ id }) => id));
  const said = new Set([
    ...reading.experiences.filter(({ id }) => id === undefined || !changed.has(id)).map(({ text }) => subjectOf(text)),
    ...changes.flatMap(({ experience }) => (experience === null ? [] : subjectOf(experience))),
  ]);
  const additions = mergeAdditions(offered.filter(({ operation }) => operation === 'add'));
  return [...changes, ...additions.filter(({ experience }) => !said.has(subjectOf(experience ?? '')))];
}

/** The lines that are JSON objects of the wanted form, or the elements of one array; anything else is passed over. */
function readOffered(block: string): Offered[] {
  const whole = parse(block);
  const values = Array.isArray(whole) ? (whole as unknown[]) : block.split('\n').map(parse);
  return values.flatMap((value, index) => {
    const checked = offeredSchema.safeParse(value);
    if (!checked.success) return [];
    const { number, operation, id, experience } = checked.data;
    if (operation === 'add' ? !experience : !id) return [];
    return {
      operation,
      id: operation === 'add' ? null : (id ?? null),
      experience: operation === 'delete' ? null : (experience ?? null),
      from: [number ?? index + 1],
    };
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One operation an id: what most ask for; a rewriting before a deletion when they are as many. */
function mergeChanges(changes: readonly Offered[]): Offered[] {
  return [...groupBy(changes, ({ id }) => id ?? '').values()].map((group) => {
    const [most = []] = byCount(
      groupBy(group, ({ experience }) => (experience === null ? '' : subjectOf(experience))),
      (key) => key !== '',
    );
    return merge(most);
  });
}

/** One addition a subject; of two that contradict one another the one that more groups propose. */
function mergeAdditions(additions: readonly Offered[]): Offered[] {
  const distinct: Offered[][] = [];
  for (const group of groupBy(additions, ({ experience }) => subjectOf(experience ?? '')).values()) {
    const [first] = group;
    const twin = distinct.find(
      ([other]) =>
        teachingOf(first?.experience ?? '') === undefined &&
        wordOverlap(first?.experience ?? '', other?.experience ?? '') >= alike,
    );
    if (twin === undefined) distinct.push([...group]);
    else twin.push(...group);
  }
  const rivals = groupBy(distinct, ([first]) => topicOf(first?.experience ?? ''));
  return [...rivals.values()].flatMap((sides) => {
    const [most = []] = [...sides].sort((a, b) => b.length - a.length);
    return merge(most);
  });
}

/** The first of a group stands for all of it. */
function merge(group: readonly Offered[]): Offered {
  const first = group[0] as Offered;
  return { ...first, from: group.flatMap(({ from }) => from) };
}

/** What a text says, whatever its wording. */
function subjectOf(text: string): string {
  const teaching = teachingOf(text);
  return teaching === undefined ? normalizeText(text) : `${teaching.skill.name} ${teaching.right ? 'right' : 'wrong'}`;
}

function topicOf(text: string): string {
  return teachingOf(text)?.skill.name ?? normalizeText(text);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, keyOf);
}

function byCount<T>(groups: ReadonlyMap<string, T[]>, preferred: (key: string) => boolean): T[][] {
  return [...groups]
    .sort(([a, first], [b, second]) => second.length - first.length || Number(preferred(b)) - Number(preferred(a)))
    .map(([, group]) => group);
}
