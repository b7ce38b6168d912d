import { randomFor } from '../../core/random.ts';
import type { ListedExperience } from '../prompt/read-experiences.ts';
import type { SimulatorSettings } from '../simulator-options.ts';
import { type KnownProblem, drawNormal } from '../skills/known-problems.ts';
import { chanceOfSuccess, weighExperiences } from './chance-of-success.ts';
import { writeSolution } from './write-solution.ts';
import { wrongAnswer } from './wrong-answer.ts';

/** Share of correct answers that show the sound approach, and of wrong ones that show the flawed one. */
const tellsItsApproach = { correct: 0.97, wrong: 0.85 };
/** Share of wrong answers that fall into the problem's own trap, so that they agree with one another. */
const trapped = 0.5;

/**
 * One answer of the simulated student. Whether it is correct depends on the simulator's seed, the problem, the
 * experiences that matter to it and the sample's seed; on nothing else, and above all not on the order of arrival.
 */
export function solve(
  problem: KnownProblem,
  experiences: readonly ListedExperience[],
  sampleSeed: number,
  shift: number,
  { seed, student, lengths }: SimulatorSettings,
): string {
  const influence = weighExperiences(problem, experiences);
  const { helpful, harmful, irrelevant } = influence;
  const random = randomFor(seed, 'solve', problem.key, sampleSeed, shift, helpful ? 1 : 0, harmful.length, irrelevant);
  const correct = random() < chanceOfSuccess(problem, influence, student, shift) && problem.answer !== undefined;
  const sound = random() < tellsItsApproach[correct ? 'correct' : 'wrong'] ? correct : !correct;
  const intoTrap = random() < trapped;
  const answered = random() >= student.noAnswer;
  const rambles = random() < student.ramble;
  const wrong = () => wrongAnswer(problem.answer, intoTrap ? randomFor(seed, 'trap', problem.key) : random);
  const length = randomFor(seed, 'length', problem.key, sampleSeed);
  const spread = lengths.problemSpread * problem.length + lengths.siblingSpread * drawNormal(length);
  return writeSolution({
    approach: sound ? problem.skill.sound : problem.skill.flawed,
    advice: (sound ? helpful : harmful[0])?.id,
    answer: !answered || rambles ? undefined : correct ? problem.answer : wrong(),
    // A rambling answer overshoots the limit, so that it is cut there.
    tokens: rambles ? lengths.maximum + 1 : Math.min(lengths.maximum, lengths.median * Math.exp(spread)),
    random,
  });
}
