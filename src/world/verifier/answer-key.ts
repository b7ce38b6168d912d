import { ZooError } from '../../core/error.ts';
import type { Problem } from '../../core/learning/problem.ts';

/** The ground truth of a problem. @throws ZooError `answer-missing` when it has none */
export function answerKeyOf(problem: Problem, verifier: string): string {
  const answer = problem.answer?.trim();
  if (answer !== undefined && answer !== '') return answer;
  throw new ZooError(
    'answer-missing',
    `problem "${problem.id}" has no answer, so verifier "${verifier}" cannot grade it`,
    {
      hint: 'give the problem an "answer" in its dataset, or train without ground truth (--no-ground-truth)',
      data: { problem: problem.id, verifier },
    },
  );
}
