import type { z } from 'zod';
import { ZooError } from '../error.ts';
import { checkJson } from '../json.ts';
import { type Experience, experienceSchema } from './experience.ts';
import { hasUnsafeCharacters } from './quality.ts';
import { countWords, isConcise, maximumWords } from './words.ts';

/** How to mend what does not have the form of a record. */
export const fieldsHint = 'Section 1 of docs/ledger-format.md says what each field of an experience may hold.';

/**
 * Takes a record that comes from outside: its strings to Unicode normal form C, its shape checked, and then what
 * {@link checkExperience} asks.
 *
 * @throws ZooError `invalid-data`, `too-long`, `unsafe-text`
 */
export function ingestExperience(value: unknown, source: string): Experience {
  const experience = checkJson(normalized(value, 0), experienceSchema as z.ZodType<Experience>, source, fieldsHint);
  checkExperience(experience, source);
  return experience;
}

/**
 * What the schema of a record cannot say: at most 32 words, normal form C, no control, bidirectional or invisible
 * characters, a real date. No version of a library holds a record that breaks it, whoever wrote its file.
 *
 * @throws ZooError `too-long`, `unsafe-text`, `not-normal`, `invalid-data`
 */
export function checkExperience(experience: Experience, source: string): void {
  if (!isConcise(experience.text)) {
    const words = countWords(experience.text);
    throw new ZooError('too-long', `${source} has ${words} words where ${maximumWords} are allowed`, {
      hint: 'Shorten the text, or split it into two experiences.',
    });
  }
  const unsafe = unsafeField(experience);
  if (unsafe !== undefined)
    throw new ZooError('unsafe-text', `${source} has control, bidirectional or invisible characters in "${unsafe}"`, {
      hint: 'Remove them: they make a text read otherwise than it is.',
    });
  if (!isNormal(experience))
    throw new ZooError('not-normal', `${source} is not in Unicode normal form C`, {
      hint: 'Export and import the library: import normalises.',
    });
  if (!isDate(experience.metadata.created_at))
    throw new ZooError('invalid-data', `${source} has no date in metadata.created_at`, {
      hint: 'Write it as 2026-01-31T12:00:00Z.',
    });
}

/** The first field with characters that have no place in it; examples may span lines. */
export function unsafeField(experience: Experience): string | undefined {
  const { text, examples, metadata, embedding, evidence } = experience;
  if (hasUnsafeCharacters(text)) return 'text';
  if (hasUnsafeCharacters(metadata.created_by)) return 'metadata.created_by';
  if (embedding !== null && hasUnsafeCharacters(embedding.model)) return 'embedding.model';
  const lines = examples.flatMap(({ input, output }) => [input, output]);
  if (lines.some((line) => hasUnsafeCharacters(line.replaceAll(/[\n\t]/g, ' ')))) return 'examples';
  const provenance = evidence.flatMap(({ run, group, model, rollouts, prompt_hash: prompts }) => [
    run,
    group,
    model,
    prompts,
    ...rollouts,
  ]);
  return provenance.some(hasUnsafeCharacters) ? 'evidence' : undefined;
}

/** Whether all strings of a record are in normal form C: no quotation mark joins what stands beside it. */
export function isNormal(experience: Experience): boolean {
  const all = JSON.stringify(experience);
  return all === all.normalize('NFC');
}

/** The form is the schema's; this is whether the calendar has such a day. */
function isDate(time: string): boolean {
  const parsed = Date.parse(time);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().slice(0, 10) === time.slice(0, 10);
}

/** Every string in normal form C. The depth is bounded by whoever parsed the text. */
function normalized(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.normalize('NFC');
  if (typeof value !== 'object' || value === null || depth > 64) return value;
  if (Array.isArray(value)) return value.map((item) => normalized(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, normalized(member, depth + 1)]));
}
