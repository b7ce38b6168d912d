import { countOutcomes, type Outcome, rewardOf } from '../core/learning/outcome.ts';
import type { Problem } from '../core/learning/problem.ts';
import { majorityAt, passAt, type Vote } from '../core/learning/sampled-scores.ts';
import { mean, meanInterval } from '../core/learning/statistics.ts';
import type { Arm } from './evaluate.ts';
import type { ArmResult, ProblemScore } from './result.ts';

/**
 * Scores that count, one a sample: the reward where it was graded, nothing earned where the model ran out of tokens or
 * gave no answer. A failed call is no sample of the model and has no score.
 */
export function scoresOf(outcomes: readonly Outcome[]): number[] {
  return outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [] : (rewardOf(outcome) ?? 0)));
}

/** mean@k, pass@k and maj@k of one arm. @param outcomes by problem, then by sample */
export function scoreArm(
  arm: Arm,
  problems: readonly Problem[],
  outcomes: readonly (readonly Outcome[])[],
  samples: number,
): ArmResult {
  const perProblem = problems.map(({ id }, place) => scoreProblem(id, outcomes[place] ?? []));
  const means = perProblem.flatMap(({ mean }) => mean ?? []);
  const votes = outcomes.map(votesOf);
  return {
    name: arm.name,
    model: arm.model.identity.model,
    experiences: arm.library.experiences.length,
    mean: means.length === 0 ? null : mean(means),
    ci95: meanInterval(means),
    passAt: atEach(samples, votes, (own, k) => passAt(own.length, own.filter(({ correct }) => correct).length, k)),
    majAt: atEach(samples, votes, majorityAt),
    outcomes: countOutcomes(outcomes.flat()),
    perProblem,
  };
}

function scoreProblem(id: string, outcomes: readonly Outcome[]): ProblemScore {
  const scores = scoresOf(outcomes);
  const counts = countOutcomes(outcomes);
  return {
    id,
    mean: scores.length === 0 ? null : mean(scores),
    correct: counts.correct,
    answered: scores.length,
    outcomes: counts,
  };
}

function votesOf(outcomes: readonly Outcome[]): Vote[] {
  return outcomes.flatMap((outcome) => {
    if (outcome.kind === 'failed') return [];
    return { answer: 'answer' in outcome ? outcome.answer : null, correct: outcome.kind === 'correct' };
  });
}

/** A measure at 1, 2, 4, … and all samples, averaged over the problems that have so many; left out where none has. */
function atEach(
  samples: number,
  votes: readonly (readonly Vote[])[],
  measure: (votes: readonly Vote[], k: number) => number,
): Record<string, number> {
  const sizes = new Set([samples]);
  for (let k = 1; k < samples; k *= 2) sizes.add(k);
  const measured: Record<string, number> = {};
  for (const k of [...sizes].sort((a, b) => a - b)) {
    const values = votes.filter((own) => own.length >= k).map((own) => measure(own, k));
    if (k > 0 && values.length > 0) measured[String(k)] = mean(values);
  }
  return measured;
}
