import { canonicalText } from '../../core/answer/canonical-text.ts';
import { findAnswer } from '../../core/answer/find-answer.ts';
import { answerKeyOf } from './answer-key.ts';
import type { Verdict, Verifier } from './verifier.ts';

export interface ExactOptions {
  /** Default true. */
  readonly caseSensitive?: boolean;
}

/** Grades by equality of text, after LaTeX dress, white space and a full stop at the end are taken off. */
export function exactVerifier(options: ExactOptions = {}): Verifier {
  const caseSensitive = options.caseSensitive ?? true;
  const name = caseSensitive ? 'exact' : 'exact:ignore-case';
  const form = (text: string) => (caseSensitive ? canonicalText(text) : canonicalText(text).toLowerCase());
  return {
    name,
    verify: async (problem, response): Promise<Verdict> => {
      const key = answerKeyOf(problem, name);
      const found = findAnswer(response);
      if (found === undefined) return { kind: 'unparseable', reason: 'the response gives no final answer' };
      const correct = form(found.text) === form(key) || found.parts.every((part) => form(part) === form(key));
      return {
        kind: 'graded',
        correct,
        reward: correct ? 1 : 0,
        answer: found.text,
        reason: correct ? 'the same text' : `expected ${key}`,
      };
    },
  };
}
