import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/core/learning/problem.ts';
import { readExperiences } from '../../src/simulator/prompt/read-experiences.ts';
import { simulatorOptionsSchema } from '../../src/simulator/simulator-options.ts';
import { indexProblems } from '../../src/simulator/skills/known-problems.ts';
import { quickstartSkills } from '../../src/simulator/skills/quickstart-skills.ts';
import { solve } from '../../src/simulator/student/solve.ts';
import { type LoopOptions, runLoop } from './learning-loop.ts';
import { quickstartProblems } from './quickstart-problems.ts';

const settings = simulatorOptionsSchema.parse({ seed: 7, problems: quickstartProblems, lengths: { median: 20 } });
const find = indexProblems(settings.problems, settings.seed);
const vague = Array.from(
  { length: 40 },
  (_, index) => `[exp_v${index}] When it is day ${index}, keep going with care.`,
);

/** Share of correct answers over the whole set, 20 samples a problem. */
function accuracy(libraryFor: (problem: Problem) => readonly string[]): number {
  const outcomes = quickstartProblems.flatMap((problem) => {
    const experiences = readExperiences(libraryFor(problem).join('\n'));
    return Array.from({ length: 20 }, (_, sample) =>
      solve(find(problem.problem), experiences, sample, 0, settings).includes(`\\boxed{${problem.answer}}`),
    );
  });
  return outcomes.filter(Boolean).length / outcomes.length;
}

const skillOf = (problem: Problem) => quickstartSkills.find(({ name }) => name === problem.stratum);
const lesson = (problem: Problem) => `[exp_a] ${skillOf(problem)?.lessons[0]}`;
const secondLesson = (problem: Problem) => `[exp_b] ${skillOf(problem)?.lessons[1]}`;
const mistake = (problem: Problem) => `[exp_c] ${skillOf(problem)?.mistakes[0]}`;
const foreign = (problem: Problem) =>
  quickstartSkills
    .filter(({ name }) => name !== problem.stratum)
    .map(({ lessons }, index) => `[exp_f${index}] ${lessons[0]}`);

describe('the simulated student', () => {
  const bare = accuracy(() => []);
  const taught = accuracy((problem) => [lesson(problem)]);

  it('solves a part of the problems without experiences', () => {
    expect(bare).toBeGreaterThan(0.3);
    expect(bare).toBeLessThan(0.5);
  });

  it('gains much from the right experience', () => {
    expect(taught).toBeGreaterThan(bare + 0.25);
  });

  it('gains nothing more from saying it twice', () => {
    expect(accuracy((problem) => [lesson(problem), secondLesson(problem)])).toBeLessThan(taught + 0.03);
  });

  it('loses much to the wrong experience', () => {
    expect(accuracy((problem) => [mistake(problem)])).toBeLessThan(bare - 0.15);
  });

  it('loses a little to clutter', () => {
    const cluttered = accuracy((problem) => [lesson(problem), ...vague]);
    expect(cluttered).toBeLessThan(taught - 0.04);
    expect(cluttered).toBeGreaterThan(bare + 0.1);
  });

  it('gains nothing from what is meant for other families', () => {
    expect(accuracy(foreign)).toBeLessThan(bare + 0.02);
  });

  it('answers a problem that it was not given wrongly, with a number', () => {
    const answers = Array.from({ length: 50 }, (_, sample) => solve(find('What is 1 + 1?'), [], sample, 0, settings));
    expect(answers.filter((text) => /\\boxed\{\d+\}/.test(text)).length).toBeGreaterThan(40);
  });
});

describe('training on the simulator, 20 seeds', () => {
  const train = quickstartProblems.filter((_, index) => index % 6 < 4);
  const heldOut = quickstartProblems.filter((_, index) => index % 6 >= 4);
  const measure = (options: Omit<LoopOptions, 'seed' | 'train' | 'heldOut'>) => {
    const gains = Array.from({ length: 20 }, (_, seed) => {
      const { before, after } = runLoop({ seed, train, heldOut, ...options });
      return after - before;
    });
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1);
    return { mean, standardError: Math.sqrt(variance / gains.length) };
  };
  const whole = measure({});

  it('raises held-out accuracy', () => {
    expect(whole.mean - 3 * whole.standardError).toBeGreaterThan(0.15);
  });

  it('does not when rewards are shuffled', () => {
    const shuffled = measure({ rewards: 'shuffled' });
    expect(shuffled.mean).toBeLessThan(2 * shuffled.standardError);
  });

  it('does harm when the teacher is poisoned', () => {
    const poisoned = measure({ simulator: { teacher: { poisoned: true } } });
    expect(poisoned.mean + 3 * poisoned.standardError).toBeLessThan(-0.1);
  });

  it.each([
    ['without ground truth', { rewards: 'majority' }],
    ['without groups', { groupSize: 1 }],
    ['without rollouts', { direct: true }],
  ] as const)('is worse %s', (_, options) => {
    expect(measure(options).mean).toBeLessThan(whole.mean - 0.03);
  });

  it('learns problems of a set whose families it does not know, and carries over to others', () => {
    const strangers = (first: number) =>
      Array.from({ length: 60 }, (_, index) => ({
        id: `s${first + index}`,
        problem: `Stranger number ${first + index} asks for a whole number.`,
        answer: String(100 + first + index),
      }));
    const gains = Array.from({ length: 5 }, (_, seed) => {
      const { before, after } = runLoop({ seed, train: strangers(0), heldOut: strangers(100) });
      return after - before;
    });
    expect(gains.reduce((sum, gain) => sum + gain, 0) / gains.length).toBeGreaterThan(0.1);
  });
});
