import { estimateTokenCount } from 'tokenx';
import type { Problem } from '../learning/problem.ts';
import { type PromptTemplate, fence, fillPrompt } from '../prompt.ts';
import type { Experience } from './experience.ts';
import type { Library } from './library.ts';

/** What the solver is sent. The library stands in the system message, so that it is a prefix of every sample's prompt. */
export interface SolvePrompt {
  readonly messages: readonly [
    { readonly role: 'system'; readonly content: string },
    { readonly role: 'user'; readonly content: string; readonly images?: readonly string[] | undefined },
  ];
  /** The experiences that the prompt holds, in its order. */
  readonly injected: readonly Experience[];
}

/**
 * The one template for training, evaluation and `zoo ask`: instructions, then the library in its append-mostly order,
 * then the problem. What differs between samples is their seed alone.
 *
 * @param maximumTokens cap on the library's part, estimated; the least confident experiences are left out first
 */
export function solvePrompt(
  template: PromptTemplate,
  problem: Pick<Problem, 'problem' | 'images'>,
  library: Library,
  maximumTokens = Number.POSITIVE_INFINITY,
): SolvePrompt {
  const injected = withinTokens(library.experiences, maximumTokens);
  return {
    messages: [
      { role: 'system', content: fillPrompt(template.system, { experiences: renderExperiences(injected) }) },
      {
        role: 'user',
        content: fillPrompt(template.user, { problem: fence(problem.problem) }),
        ...(problem.images === undefined ? {} : { images: problem.images }),
      },
    ],
    injected,
  };
}

/** How many experiences of a library a prompt leaves out for its cap. */
export function leftOutOfPrompt(library: Library, maximumTokens: number): number {
  return library.experiences.length - withinTokens(library.experiences, maximumTokens).length;
}

/** One experience a line: `[exp_…] When …, …`. */
export function renderExperiences(experiences: readonly Experience[]): string {
  if (experiences.length === 0) return '(none yet)';
  return experiences.map(renderExperience).join('\n');
}

function renderExperience(experience: Pick<Experience, 'id' | 'text'>): string {
  return `[${experience.id}] ${fence(experience.text)}`;
}

function withinTokens(experiences: readonly Experience[], maximumTokens: number): readonly Experience[] {
  if (maximumTokens === Number.POSITIVE_INFINITY) return experiences;
  let total = experiences.reduce((sum, experience) => sum + tokensOf(experience), 0);
  if (total <= maximumTokens) return experiences;
  const left = new Set(experiences);
  const leastConfidentFirst = experiences.map((experience, index) => ({ experience, index }));
  leastConfidentFirst.sort((a, b) => a.experience.confidence - b.experience.confidence || b.index - a.index);
  for (const { experience } of leastConfidentFirst) {
    if (total <= maximumTokens) break;
    left.delete(experience);
    total -= tokensOf(experience);
  }
  return experiences.filter((experience) => left.has(experience));
}

/** Counted once an experience: every group of a step has the same library in its prompt. */
const counted = new WeakMap<Experience, number>();

function tokensOf(experience: Experience): number {
  const before = counted.get(experience);
  if (before !== undefined) return before;
  const tokens = estimateTokenCount(renderExperience(experience)) + 1;
  counted.set(experience, tokens);
  return tokens;
}
