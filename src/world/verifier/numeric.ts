import { findAnswer } from '../../core/answer/find-answer.ts';
import { equalNumbers, readNumber, subtract, toFloat } from '../../core/answer/number.ts';
import type { Rational } from '../../core/answer/number.ts';
import { ZooError } from '../../core/error.ts';
import { answerKeyOf } from './answer-key.ts';
import type { Verdict, Verifier } from './verifier.ts';

export interface NumericOptions {
  /** Largest difference that still counts as equal; 0 (default) compares exactly. */
  readonly absoluteTolerance?: number;
  /** The same as a share of the ground truth's size, such as 0.01. */
  readonly relativeTolerance?: number;
}

/**
 * Grades answers that are one number. Exact at any size (fractions of big integers, no floats) unless a tolerance is
 * given. An answer that is found but is no number is wrong; a response in which no answer is found is unparseable.
 */
export function numericVerifier(options: NumericOptions = {}): Verifier {
  const absolute = options.absoluteTolerance ?? 0;
  const relative = options.relativeTolerance ?? 0;
  const name = absolute === 0 && relative === 0 ? 'numeric' : `numeric:${absolute}:${relative}`;
  return {
    name,
    verify: async (problem, response): Promise<Verdict> => {
      const key = answerKeyOf(problem, name);
      const expected = readNumber(key);
      if (expected === undefined) {
        throw new ZooError(
          'answer-not-numeric',
          `the answer of problem "${problem.id}" is no number: "${key.slice(0, 80)}"`,
          {
            hint: 'grade this dataset with --verifier math or --verifier exact (ZOO_VERIFIER)',
          },
        );
      }
      const found = findAnswer(response, (text) => readNumber(text) !== undefined);
      if (found === undefined) return { kind: 'unparseable', reason: 'the response gives no final answer' };
      const [only = found.text] = found.parts;
      const value = found.parts.every((part) => part === only) ? readNumber(only) : undefined;
      if (value === undefined) {
        // Words behind "the answer is" may be prose; words in a box are the answer.
        if (found.kind !== 'boxed' && !/\d/.test(found.text)) {
          return { kind: 'unparseable', reason: 'what follows "answer" holds no number' };
        }
        return graded(false, found.text, 'the answer is not one number');
      }
      const correct = isWithin(value, expected, absolute, relative);
      return graded(correct, found.text, correct ? 'the same number' : `expected ${key}`);
    },
  };
}

function graded(correct: boolean, answer: string, reason: string): Verdict {
  return { kind: 'graded', correct, reward: correct ? 1 : 0, answer, reason };
}

function isWithin(value: Rational, expected: Rational, absolute: number, relative: number): boolean {
  return readings(value, expected).some(([left, right]) => {
    if (equalNumbers(left, right)) return true;
    const allowed = Math.max(absolute, relative * Math.abs(toFloat(right)));
    return allowed > 0 && Math.abs(toFloat(subtract(left, right))) <= allowed;
  });
}

/** Where only one of the two has a percent sign, "50%" may stand for 50 as well as for 1/2. */
function readings(value: Rational, expected: Rational): readonly (readonly [Rational, Rational])[] {
  if (value.percent === expected.percent) return [[value, expected]];
  if (value.percent === true)
    return [
      [value, expected],
      [inPercent(value), expected],
    ];
  return [
    [value, expected],
    [value, inPercent(expected)],
  ];
}

function inPercent({ numerator, denominator }: Rational): Rational {
  return { numerator: numerator * 100n, denominator };
}
