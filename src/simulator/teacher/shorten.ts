import type { Random } from '../../core/random.ts';
import { teachingOf } from '../prompt/read-experiences.ts';
import type { Reading } from '../prompt/read-prompt.ts';
import { readTag } from '../prompt/read-tags.ts';
import { phraseLesson } from './phrase-lesson.ts';

/** Words that are kept of a text in which no skill is recognised. */
const keptWords = 24;

/** The same advice in fewer words. */
export function shorten({ text }: Reading, random: Random): string {
  const long = readTag(text, 'text') ?? readTag(text, 'experience') ?? /^When\b.*$/im.exec(text)?.[0] ?? text;
  const teaching = teachingOf(long);
  if (teaching !== undefined) return phraseLesson(teaching.skill, teaching.right, random, '');
  const words = long.split(/\s+/).slice(0, keptWords).join(' ');
  return `${words.replace(/[,;:.]+$/, '')}.`;
}
