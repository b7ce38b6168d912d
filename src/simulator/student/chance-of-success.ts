import type { ListedExperience } from '../prompt/read-experiences.ts';
import type { SimulatorSettings } from '../simulator-options.ts';
import type { KnownProblem } from '../skills/known-problems.ts';

/** What the experiences in a context do for one problem. */
export interface Influence {
  /** The first experience that teaches the problem's skill. */
  readonly helpful: ListedExperience | undefined;
  /** How many different ones teach its mistake. */
  readonly harmful: readonly ListedExperience[];
  /** All others: another family's, near-duplicates of the helpful one, and what teaches nothing. */
  readonly irrelevant: number;
}

export function weighExperiences(problem: KnownProblem, experiences: readonly ListedExperience[]): Influence {
  const own = experiences.filter((experience) => experience.teaching?.skill === problem.skill);
  const helpful = own.find((experience) => experience.teaching?.right === true);
  const harmful = own.filter((experience) => experience.teaching?.right === false);
  return {
    helpful,
    harmful,
    irrelevant: experiences.length - (helpful === undefined ? 0 : 1) - harmful.length,
  };
}

/**
 * Chance of a correct answer, in (0, 1): a logistic model over the family's base rate, the problem's ease and what
 * stands in the context.
 *
 * @param shift logits by which the model is better than the ordinary student
 */
export function chanceOfSuccess(
  problem: KnownProblem,
  influence: Influence,
  student: SimulatorSettings['student'],
  shift: number,
): number {
  const base = Math.log(problem.skill.baseRate / (1 - problem.skill.baseRate));
  const help = influence.helpful === undefined ? 0 : student.help;
  const hurt = student.hurt * Math.min(influence.harmful.length, 1.5);
  const clutter = Math.min(student.clutter * influence.irrelevant, student.clutterLimit);
  const logit = base + shift + student.problemSpread * problem.ease + help - hurt - clutter;
  return 1 / (1 + Math.exp(-logit));
}
