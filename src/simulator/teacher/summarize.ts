import type { Reading } from '../prompt/read-prompt.ts';
import type { KnownProblem } from '../skills/known-problems.ts';
import { approachOf } from './observe-attempts.ts';

/** Stage 1: what was done, which experiences were used, and where it went wrong. */
export function summarize({ attempts, experiences, groundTruth }: Reading, problem: KnownProblem): string {
  const trajectory = attempts[0]?.text ?? '';
  const reward = attempts[0]?.reward;
  const approach = approachOf(trajectory, problem.skill);
  const answer = /\\boxed\{([^{}]*)\}/.exec(trajectory)?.[1];
  const used = experiences.filter(({ id }) => id !== undefined && trajectory.includes(id));
  return [
    `1. ${describeActions(trajectory, approach, problem)} ${answer === undefined ? 'It gave no final answer.' : `It answered ${answer}.`}`,
    `2. ${used.length === 0 ? 'No experience was used.' : `Used: ${used.map(({ id }) => id).join(', ')}; ${judgeHelp(reward)}`}`,
    `3. ${explainOutcome(approach, reward, answer, groundTruth)}`,
  ].join('\n');
}

function describeActions(trajectory: string, approach: string, { skill }: KnownProblem): string {
  const steps = trajectory.match(/^\d+\. /gm)?.length ?? 0;
  const way = approach === 'sound' ? skill.sound : approach === 'flawed' ? skill.flawed : 'The approach is not clear.';
  return `The attempt set out as follows: "${way}" Then it worked through ${steps} steps.`;
}

function judgeHelp(reward: number | undefined): string {
  if (reward === undefined) return 'whether that helped is not known.';
  return reward > 0 ? 'it helped.' : 'it did not help.';
}

function explainOutcome(
  approach: string,
  reward: number | undefined,
  answer: string | undefined,
  truth: string | undefined,
): string {
  if (answer === undefined) return 'It ended before an answer was reached; a shorter route would have avoided that.';
  if (reward !== undefined && reward > 0) return 'No error was found.';
  const differs = truth === undefined ? '' : ` The true answer is ${truth}.`;
  return approach === 'sound'
    ? `The approach held, and a slip in the arithmetic spoiled the result.${differs}`
    : `The error began with the approach itself.${differs}`;
}
