import { findAnswer } from '../../core/answer/find-answer.ts';
import { ZooError } from '../../core/error.ts';
import { answerKeyOf } from './answer-key.ts';
import type { Verifier } from './verifier.ts';

/**
 * Grades multiple choice: the letter that a response settles on, "(C)", "C.", "\boxed{\text{C}}", "the answer is C) 5", or a
 * letter alone on its last line. A response that names none, or several, is unparseable.
 *
 * @throws ZooError `answer-not-a-choice` when the problem's answer is no letter
 */
export function choiceVerifier(): Verifier {
  return {
    name: 'choice',
    verify: async (problem, response) => {
      const key = answerKeyOf(problem, 'choice');
      const expected = letterOf(key);
      if (expected === undefined) {
        throw new ZooError(
          'answer-not-a-choice',
          `the answer of problem "${problem.id}" is no letter: "${key.slice(0, 80)}"`,
          {
            hint: 'a problem for the verifier "choice" has an answer such as "C"',
          },
        );
      }
      const answer = chosen(response);
      if (answer === undefined) return { kind: 'unparseable', reason: 'the response settles on no letter' };
      const correct = answer === expected;
      return {
        kind: 'graded',
        correct,
        reward: correct ? 1 : 0,
        answer,
        reason: correct ? 'the same letter' : `expected ${expected}`,
      };
    },
  };
}

function chosen(response: string): string | undefined {
  const found = findAnswer(response, (text) => letterOf(text) !== undefined);
  if (found !== undefined) {
    const letters = new Set(found.parts.map(letterOf));
    const [only] = letters;
    return letters.size === 1 ? only : undefined;
  }
  const last = response.trimEnd().split('\n').at(-1) ?? '';
  return last.length <= 200 && !/^[A-J]\s+[a-z]/.test(last.trim()) ? letterOf(last) : undefined;
}

const letterPattern = /^\(?\s*([A-J])\s*(?:\)|[.:,]|\s+-|$)/;

/** The letter that a text begins with: "C", "(C)", "c", "C. 5", "C) 5", "option C". */
function letterOf(text: string): string | undefined {
  const plain = text
    .replace(/\\(?:text|textbf|mathrm|mathbf|boxed)\s*\{([^{}]*)\}/g, '$1')
    .replace(/[$*_`"'\\]/g, '')
    .trim()
    .replace(/^(?:option|choice|answer)\s+/i, '');
  return letterPattern.exec(/^\(?[a-j]\)?\.?$/.test(plain) ? plain.toUpperCase() : plain)?.[1];
}
