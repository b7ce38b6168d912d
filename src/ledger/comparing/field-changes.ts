import type { Experience } from '../../core/library/experience.ts';
import type { ComparedField, Modification } from './compare-libraries.ts';

/** What changed in a field other than the text, in words; of a list what came and what went. */
export interface FieldChange {
  readonly field: string;
  /** Values before and after; for a list the members that went, and those that came. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly isList: boolean;
}

/** What changes with the id anyway. */
const comesWithId: ReadonlySet<ComparedField> = new Set(['lineage', 'metadata.created_at', 'metadata.created_by']);

/** As `zoo ledger show` calls the fields of a record. */
const called: Readonly<Record<ComparedField, string>> = {
  text: 'text',
  domain: 'domain',
  confidence: 'confidence',
  examples: 'example',
  'metadata.created_at': 'created at',
  'metadata.created_by': 'created by',
  'metadata.votes': 'votes',
  'metadata.usage_count': 'uses',
  embedding: 'embedding',
  lineage: 'lineage',
  evidence: 'learned',
};

const described: Readonly<
  Record<Exclude<ComparedField, 'text'>, (experience: Experience) => string | readonly string[]>
> = {
  domain: ({ domain }) => domain,
  confidence: ({ confidence }) => String(confidence),
  examples: ({ examples }) => examples.map(({ input, output }) => `${input} => ${output}`),
  'metadata.created_at': ({ metadata }) => metadata.created_at,
  'metadata.created_by': ({ metadata }) => metadata.created_by,
  'metadata.votes': ({ metadata: { votes } }) => `${votes.upvotes} for, ${votes.downvotes} against`,
  'metadata.usage_count': ({ metadata }) => String(metadata.usage_count),
  embedding: ({ embedding }) =>
    embedding === null ? 'none' : `${embedding.model}, ${embedding.dim} ${embedding.dtype}, ${embedding.sha256}`,
  lineage: ({ lineage }) => lineage,
  evidence: ({ evidence }) => evidence.map(describeEvidence),
};

/** As a line tells it: `from 2 rollouts of p1, step 0 of run 0cf4ae1eebc9, by m`. */
export function describeEvidence({ run, step, group, rollouts, model }: Experience['evidence'][number]): string {
  return `from ${rollouts.length} rollouts of ${group}, step ${step} of run ${run.slice(0, 12)}, by ${model}`;
}

/** Names of fields that differ, as people call them; what changes with the id anyway is left out where that did. */
export function fieldNames(fields: readonly ComparedField[]): string[] {
  const renamed = fields.includes('text') || fields.includes('domain');
  return fields.filter((field) => !renamed || !comesWithId.has(field)).map((field) => called[field]);
}

/** What changed besides the text. Texts of others are in it as they are. */
export function fieldChanges({ from, id, before, after, fields }: Modification): FieldChange[] {
  return fields.flatMap((field) => {
    if (field === 'text' || (from !== id && comesWithId.has(field))) return [];
    const [was, is] = [described[field](before), described[field](after)];
    if (typeof was === 'string' || typeof is === 'string')
      return [{ field: called[field], before: [was].flat(), after: [is].flat(), isList: false }];
    const change = { field: called[field], before: without(was, is), after: without(is, was), isList: true };
    // Members that read alike may differ, and alike ones stand in another order.
    return [change.before.length + change.after.length > 0 ? change : { ...change, before: was, after: is }];
  });
}

function without(members: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return members.filter((member) => !known.has(member));
}
