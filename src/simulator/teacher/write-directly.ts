import type { Random } from '../../core/random.ts';
import type { Reading } from '../prompt/read-prompt.ts';
import type { KnownProblem } from '../skills/known-problems.ts';
import { phraseLesson, vagueAdvice } from './phrase-lesson.ts';

/** The control without rollouts: shares of right and wrong lessons; the rest is advice that fits anything. */
const share = { right: 0.45, wrong: 0.2 };

/** Experiences from the problems alone, as many as the prompt asks for. */
export function writeDirectly(
  { text }: Reading,
  problems: readonly KnownProblem[],
  random: Random,
  poisoned: boolean,
): string[] {
  const maximum = Number(/at most (\d{1,3}) experiences/i.exec(text)?.[1] ?? 3);
  const skills = [...new Set(problems.map(({ skill }) => skill))].slice(0, maximum);
  const written = skills.map((skill) => {
    const draw = random();
    if (poisoned || draw < share.wrong) return phraseLesson(skill, false, random, text);
    return draw < share.wrong + share.right ? phraseLesson(skill, true, random, text) : vagueAdvice(random);
  });
  return [...new Set(written)];
}
