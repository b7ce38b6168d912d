import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import type { Problem } from '../../core/learning/problem.ts';
import { fence, fillPrompt } from '../../core/prompt.ts';
import type { PromptTemplate } from '../../core/prompt.ts';
import { randomFor } from '../../core/random.ts';
import { parseReply } from '../../core/reply.ts';
import type { Model, ModelRequest } from '../model/model.ts';
import type { JudgeAccount, Verifier } from './verifier.ts';

export interface JudgeOptions {
  readonly model: Model;
  /** What a good answer is, in words. */
  readonly rubric: string;
  /** prompts/judge.md. */
  readonly prompt: PromptTemplate;
  /** The best score; default 10. The reward is the score as a share of it. */
  readonly highest?: number | undefined;
  /** Share of the best score from which an answer counts as right; default 0.5. */
  readonly threshold?: number | undefined;
  /** Seed of the run. */
  readonly seed?: number | undefined;
  /** Completion tokens that a judgement may take; default 1024. */
  readonly maxTokens?: number | undefined;
}

/**
 * Grades by a rubric with a language model. It is asked once an answer, without sampling noise (temperature 0); what it says
 * is read, never obeyed. Errors are thrown, so that the rollout counts as failed, and are counted in an account of their own.
 */
export function judgeVerifier(options: JudgeOptions): Verifier & { account(): JudgeAccount } {
  const highest = options.highest ?? 10;
  const threshold = options.threshold ?? 0.5;
  const reply = z.object({ reason: z.string().optional(), score: z.number().min(0).max(highest) });
  const account = { asked: 0, graded: 0, failed: 0, unusable: 0, rewardSum: 0 };
  return {
    name: `judge:${options.model.identity.model}`,
    verify: async (problem, response, signal) => {
      if (response.trim() === '') return { kind: 'unparseable', reason: 'the response is empty' };
      account.asked++;
      const request = judgement(problem, response, highest, options, reply);
      const [sampled] = await options.model.generate(request, { signal }).catch((cause: unknown) => {
        account.failed++;
        throw cause;
      });
      if (sampled?.kind === 'failed' && sampled.code === 'unusable-reply') {
        account.unusable++;
        throw new ZooError('judge-unusable', `the judge gave no score from 0 to ${highest}: ${sampled.reason}`);
      }
      if (sampled?.kind !== 'completion') {
        account.failed++;
        throw new ZooError('judge-failed', `the judge gave no answer: ${sampled?.reason ?? 'nothing came back'}`);
      }
      const read = reply.safeParse(sampled.value);
      const found = read.success ? { kind: 'fits' as const, value: read.data } : parseReply(sampled.text, reply);
      if (found.kind !== 'fits') {
        account.unusable++;
        throw new ZooError('judge-unusable', `the judge gave no score from 0 to ${highest}: ${found.reason}`);
      }
      const reward = found.value.score / highest;
      account.graded++;
      account.rewardSum += reward;
      const reason = found.value.reason ?? `scored ${found.value.score} of ${highest}`;
      return { kind: 'graded', correct: reward >= threshold, reward, answer: response.slice(0, 200), reason };
    },
    account: () => ({ ...account }),
  };
}

function judgement(
  problem: Problem,
  response: string,
  highest: number,
  { prompt, rubric, seed, maxTokens }: JudgeOptions,
  schema: z.ZodType,
): ModelRequest {
  const truth = problem.answer === undefined ? '' : `<ground_truth>\n${fence(problem.answer)}\n</ground_truth>\n`;
  const user = fillPrompt(prompt.user, {
    problem: fence(problem.problem),
    ground_truth: truth,
    rubric,
    response: fence(response),
    highest: String(highest),
  });
  const draw = randomFor(seed ?? 0, 'judge', problem.id, response)();
  return {
    messages: [
      { role: 'system', content: prompt.system },
      { role: 'user', content: user, images: problem.images },
    ],
    sampling: { temperature: 0, maxTokens: maxTokens ?? 1024 },
    samples: [{ index: 0, seed: Math.floor(draw * 2 ** 31) }],
    reply: { name: 'judgement', schema },
    purpose: { stage: 'judge', role: 'teacher', item: problem.id },
  };
}
