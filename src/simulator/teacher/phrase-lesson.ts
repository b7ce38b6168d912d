import type { Random } from '../../core/random.ts';
import type { Skill } from '../skills/skill.ts';

/** One of a lesson's wordings, or of its opposite's; one that the prompt does not hold yet (a refused one does) goes first. */
export function phraseLesson(skill: Skill, right: boolean, random: Random, prompt: string): string {
  const wordings = right ? skill.lessons : skill.mistakes;
  const fresh = wordings.filter((wording) => !prompt.includes(wording));
  const choice = fresh.length > 0 ? fresh : wordings;
  return choice[Math.floor(random() * choice.length)] ?? '';
}

/** True advice for nobody in particular: it teaches no skill and clutters a context. */
export function vagueAdvice(random: Random): string {
  return vague[Math.floor(random() * vague.length)] ?? '';
}

const vague = [
  'When a problem looks hard, stay calm and think about it carefully.',
  'When doing arithmetic, write neatly and look at each line again.',
  'When stuck, consider the statement from another angle for a while.',
  'When time allows, go over the reasoning once more with fresh eyes.',
  'When notation piles up, introduce short names and keep track of them.',
  'When a statement is long, underline what matters and set the remainder aside.',
];
