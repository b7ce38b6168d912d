import type { z } from 'zod';
import { ZooError } from '../error.ts';
import { checkJson } from '../json.ts';
import { type Experience, experienceSchema } from './experience.ts';
import { hasUnsafeCharacters } from './quality.ts';
import { countWords, maximumWords } from './words.ts';

/**
 * Takes a record that comes from outside: its strings to Unicode normal form C, its shape checked, and then what a
 * schema cannot say: at most 32 words, no control, bidirectional or invisible characters, a real date.
 *
 * @throws ZooError `invalid-data`, `too-long`, `unsafe-text`
 */
export function ingestExperience(value: unknown, source: string): Experience {
  const experience = checkJson(normalized(value, 0), experienceSchema as z.ZodType<Experience>, source);
  const words = countWords(experience.text);
  if (words > maximumWords)
    throw new ZooError('too-long', `${source} has ${words} words where ${maximumWords} are allowed`, {
      hint: 'Shorten the text, or split it into two experiences.',
    });
  const unsafe = unsafeField(experience);
  if (unsafe !== undefined)
    throw new ZooError('unsafe-text', `${source} has control, bidirectional or invisible characters in "${unsafe}"`, {
      hint: 'Remove them: they make a text read otherwise than it is.',
    });
  if (Number.isNaN(Date.parse(experience.metadata.created_at)))
    throw new ZooError('invalid-data', `${source} has no date in metadata.created_at`, {
      hint: 'Write it as 2026-01-31T12:00:00Z.',
    });
  return experience;
}

/** The first field with characters that have no place in it; examples may span lines. */
export function unsafeField(experience: Experience): string | undefined {
  if (hasUnsafeCharacters(experience.text)) return 'text';
  if (hasUnsafeCharacters(experience.metadata.created_by)) return 'metadata.created_by';
  const lines = experience.examples.flatMap(({ input, output }) => [input, output]);
  if (lines.some((line) => hasUnsafeCharacters(line.replaceAll(/[\n\t]/g, ' ')))) return 'examples';
  const provenance = experience.evidence.flatMap(({ run, group, model, rollouts }) => [run, group, model, ...rollouts]);
  return provenance.some(hasUnsafeCharacters) ? 'evidence' : undefined;
}

/** Every string in normal form C. The depth is bounded by whoever parsed the text. */
function normalized(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.normalize('NFC');
  if (typeof value !== 'object' || value === null || depth > 64) return value;
  if (Array.isArray(value)) return value.map((item) => normalized(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, normalized(member, depth + 1)]));
}
