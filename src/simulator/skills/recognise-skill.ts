import { generalSkills } from './general-skills.ts';
import { quickstartSkills } from './quickstart-skills.ts';
import type { Concept, Skill } from './skill.ts';

/** What an experience teaches: one skill rightly, its opposite, or nothing that the simulated student can use. */
export type Teaching = { readonly skill: Skill; readonly right: boolean } | undefined;

export const allSkills: readonly Skill[] = [...quickstartSkills, ...generalSkills];

/**
 * Reads what an experience teaches from the words it uses, so that a paraphrase, or one that a person wrote, counts
 * as well. With several matches the one with the most concepts wins.
 */
export function recogniseSkill(text: string): Teaching {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  let best: Teaching;
  let most = 1;
  for (const skill of allSkills) {
    const { topic, lesson, mistake } = skill.signature;
    if (!topic.every((concept) => expresses(words, concept))) continue;
    const right = countConcepts(words, lesson);
    const wrong = countConcepts(words, mistake);
    if (Math.max(right, wrong) <= most) continue;
    most = Math.max(right, wrong);
    best = { skill, right: right >= wrong };
  }
  return best;
}

function countConcepts(words: readonly string[], concepts: readonly Concept[]): number {
  return concepts.filter((concept) => expresses(words, concept)).length;
}

function expresses(words: readonly string[], concept: Concept): boolean {
  return words.some((word) => concept.some((stem) => word.startsWith(stem)));
}
