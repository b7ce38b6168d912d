import type { Problem } from '../../core/learning/problem.ts';
import { type Random, randomFor } from '../../core/random.ts';
import { generalSkills } from './general-skills.ts';
import { quickstartSkills } from './quickstart-skills.ts';
import type { Skill } from './skill.ts';

/** What the simulator knows about a problem that stands in a prompt. */
export interface KnownProblem {
  /** Its text with white space collapsed: what chance derives from. */
  readonly key: string;
  readonly id: string | undefined;
  /** Undefined when the problem was not handed in, or has no answer. */
  readonly answer: string | undefined;
  readonly skill: Skill;
  /** Standard normal: how much easier it is than its family. */
  readonly ease: number;
  /** Standard normal: how long answers to it are. */
  readonly length: number;
}

export type FindProblem = (text: string) => KnownProblem;

/** Problems that are not handed in but asked all the same are remembered up to this many. */
const rememberedStrangers = 10_000;

/** Indexes the problems by their text. The function that it returns knows every text; see {@link KnownProblem}. */
export function indexProblems(problems: readonly Problem[], seed: number): FindProblem {
  const given = new Map(problems.map((problem) => [collapse(problem.problem), problem]));
  const met = new Map<string, KnownProblem>();
  return (text) => {
    const before = met.get(text);
    if (before !== undefined) return before;
    const key = collapse(text);
    const problem = given.get(key) ?? quoted(key, given);
    const known = describe(problem === undefined ? key : collapse(problem.problem), problem, seed);
    if (met.size >= rememberedStrangers) met.clear();
    met.set(text, known);
    return known;
  };
}

function describe(key: string, problem: Problem | undefined, seed: number): KnownProblem {
  const random = randomFor(seed, 'problem', key);
  return {
    key,
    id: problem?.id,
    answer: problem?.answer,
    skill: skillOf(key, problem?.stratum),
    ease: drawNormal(random),
    length: drawNormal(random),
  };
}

function skillOf(key: string, stratum: string | undefined): Skill {
  const family = quickstartSkills.find((skill) => skill.name === stratum);
  if (family !== undefined) return family;
  // The seed stays out of it: what is learned from one set must be of use on another whatever the seed.
  const chosen = Math.floor(randomFor(0, 'skill', key)() * generalSkills.length);
  return generalSkills[chosen] as Skill;
}

/** A prompt without tags is the problem with words around it. */
function quoted(text: string, given: ReadonlyMap<string, Problem>): Problem | undefined {
  for (const [key, problem] of given) if (key.length < text.length && text.includes(key)) return problem;
  return undefined;
}

function collapse(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** A standard normal variate (Box and Muller). */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
