import { z } from 'zod';

/** How one field of a source becomes one of ours. A bare string is the path alone, such as `extra_info.index`. */
const fieldSchema = z.union([
  z.string().min(1),
  z.strictObject({
    path: z.string().min(1).describe('dotted path in the record; numbers index arrays'),
    after: z.string().optional().describe('keep what stands behind the last occurrence of this text'),
    removePrefix: z.string().optional(),
    removeSuffix: z.string().optional(),
    integer: z.boolean().optional().describe('the source writes 27 as 27.0 or 1,000'),
    boxed: z.boolean().optional().describe('keep the last \\boxed{…}'),
  }),
  z.strictObject({
    template: z.string().min(1).describe('a text with {paths}; lists are put in line by line'),
  }),
]);

export const fieldMapSchema = z.strictObject({
  id: fieldSchema.optional(),
  problem: fieldSchema,
  answer: fieldSchema.optional(),
  domain: fieldSchema.optional(),
  stratum: fieldSchema.optional(),
  images: fieldSchema.optional(),
});

export type Field = z.infer<typeof fieldSchema>;
export type FieldMap = z.infer<typeof fieldMapSchema>;
export type FieldName = keyof FieldMap;

/** Names under which datasets keep our fields; the first that a file has is taken. */
const usualNames: Readonly<Record<FieldName, readonly string[]>> = {
  id: ['id', 'problem_id', 'question_id', 'unique_id', 'task_id', 'problem_idx', 'uid', 'idx', 'index', 'ID'],
  problem: ['problem', 'question', 'prompt', 'input', 'query', 'instruction', 'text', 'Problem', 'Question'],
  answer: [
    'answer',
    'gold',
    'target',
    'expected_answer',
    'final_answer',
    'ground_truth',
    'reward_model.ground_truth',
    'label',
    'solution',
    'output',
    'Answer',
  ],
  domain: ['domain'],
  stratum: ['stratum', 'level', 'difficulty', 'subject', 'category'],
  images: ['images', 'image'],
};

/** The value at a dotted path of a record, or undefined. */
export function valueAt(record: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = record;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Guesses the field map of records by the usual names. `problem` is missing when none of them fits. */
export function guessFields(records: readonly Readonly<Record<string, unknown>>[]): Partial<FieldMap> {
  const guessed: Partial<Record<FieldName, string>> = {};
  for (const [field, names] of Object.entries(usualNames) as [FieldName, readonly string[]][]) {
    const name = names.find((candidate) => records.some((record) => isFilled(valueAt(record, candidate))));
    if (name !== undefined) guessed[field] = name;
  }
  return guessed;
}

/** The path of a field; of a template, its first one. */
export function pathOf(field: Field): string {
  return pathsOf(field)[0] as string;
}

export function pathsOf(field: Field): string[] {
  if (typeof field === 'string') return [field];
  if ('path' in field) return [field.path];
  return [...field.template.matchAll(placeholder)].map(([, path]) => path as string);
}

/** A path in braces in a template. */
export const placeholder = /\{([\w.-]+)\}/g;

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
