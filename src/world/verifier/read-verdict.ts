import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import type { Verdict } from './verifier.ts';

/** What a verifier of the user's may answer: yes or no, a reward, or both with the answer and the reason. Null: no answer found. */
const verdictSchema = z.union([
  z.null(),
  z.boolean(),
  z.number(),
  z.object({
    correct: z.boolean(),
    reward: z.number().optional(),
    answer: z.string().optional(),
    reason: z.string().optional(),
  }),
]);

/** @throws ZooError `verifier-failed` for anything else, since no verdict may be guessed */
export function readVerdict(value: unknown, verifier: string): Verdict {
  const checked = verdictSchema.safeParse(value);
  if (!checked.success) {
    throw new ZooError('verifier-failed', `the verifier "${verifier}" answered neither a verdict nor null`, {
      hint: 'answer true, false, a number, null (no answer found) or {"correct", "reward"?, "answer"?, "reason"?}',
    });
  }
  const answer = checked.data;
  if (answer === null) return { kind: 'unparseable', reason: `the verifier "${verifier}" found no answer` };
  if (typeof answer === 'boolean') return graded(answer, answer ? 1 : 0, '', '');
  if (typeof answer === 'number') return graded(answer > 0, answer, '', '');
  return graded(answer.correct, answer.reward ?? (answer.correct ? 1 : 0), answer.answer ?? '', answer.reason ?? '');
}

function graded(correct: boolean, reward: number, answer: string, reason: string): Verdict {
  return { kind: 'graded', correct, reward, answer, reason };
}
