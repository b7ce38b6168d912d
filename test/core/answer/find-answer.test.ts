import { describe, expect, it } from 'vitest';
import { findAnswer } from '../../../src/core/answer/find-answer.ts';

describe('findAnswer', () => {
  it.each([
    ['the last box', String.raw`First $\boxed{3}$. No: it is \boxed{204}.`, '204'],
    ['nested braces', String.raw`\boxed{\frac{1}{\sqrt{2}}}`, String.raw`\frac{1}{\sqrt{2}}`],
    ['escaped braces', String.raw`\boxed{\{1, 2\}}`, String.raw`\{1, 2\}`],
    ['a box without braces', String.raw`so $\boxed 7$`, '7'],
    ['fbox', String.raw`\fbox{12}`, '12'],
    ['an empty box is passed over', String.raw`\boxed{5}, as asked in \boxed{}`, '5'],
    ['a box beats a marker', String.raw`\boxed{5}. The answer is 6.`, '5'],
    ['an opening that never closes, before a proper box', String.raw`put it in \boxed{ like this. \boxed{9}`, '9'],
    ['final answer is', 'The final answer is 42.', '42'],
    ['Answer:', 'Answer: 42', '42'],
    ['Markdown', '**Answer:** **42**', '42'],
    ['the answer on the next line', 'Answer:\n\n42', '42'],
    ['a heading', '### Final answer\n42', '42'],
    ['a formula', String.raw`The answer is $\frac{3}{4}$, since x > 0.`, String.raw`\frac{3}{4}`],
    ['display mathematics', String.raw`Answer: \[ 9 \]`, '9'],
    ['a reason behind it', 'The answer is 12 because 3 times 4 is 12', '12'],
    ['a sentence behind it', 'The answer is 10. I hope it is correct.', '10'],
    ['a decimal', 'Answer: 3.14', '3.14'],
    ['tags', '<answer> 5 </answer>', '5'],
    ['GSM8K', 'He pays 3 * 6 = 18.\n#### 18', '18'],
    ['the last marker', 'Answer: 1\nAnswer: 2', '2'],
    ['a remark about the answer is none', 'Answer: 8\nI checked that the answer is correct.', '8'],
  ])('finds %s', (_, response, answer) => {
    expect(findAnswer(response)?.text).toBe(answer);
  });

  it('joins boxed answers that stand together', () => {
    const found = findAnswer(String.raw`\boxed{1}. Solutions: $\boxed{2}$ and $\boxed{3}$, \boxed{4}`);
    expect(found).toEqual({ kind: 'boxed', text: '2, 3, 4', parts: ['2', '3', '4'] });
  });

  it.each([
    ['nothing', ''],
    ['prose with a number', 'We get 204 in the end'],
    ['a box that was cut off', String.raw`The answer is clear: \boxed{20`],
    ['a box that was cut off behind an earlier one', String.raw`\boxed{3} is not it: \boxed{20`],
    ['an empty box', String.raw`\boxed{}`],
    ['a marker with nothing behind it', 'Answer:'],
    ['the verb', 'We answered 5 letters'],
  ])('finds no answer in %s', (_, response) => {
    expect(findAnswer(response)).toBeUndefined();
  });

  it('prefers the marked answer that is asked for', () => {
    const response = 'Answer: 12\nThe answer is what we wanted';
    expect(findAnswer(response)?.text).toBe('what we wanted');
    expect(findAnswer(response, (text) => /\d/.test(text))?.text).toBe('12');
  });

  it.each([
    ['openings', String.raw`\boxed{`.repeat(150_000)],
    ['balanced boxes', String.raw`\boxed{1}`.repeat(100_000)],
    ['markers', 'answer is '.repeat(100_000)],
    ['spaces', `answer${' '.repeat(1_000_000)}x`],
    ['dollars', `Answer: ${String.raw`$\$`.repeat(300_000)}`],
    ['nested boxes', String.raw`\boxed{`.repeat(100_000) + '}'.repeat(100_000)],
  ])('gets through a megabyte of %s', (_, response) => {
    expect(() => findAnswer(response)).not.toThrow();
  });
});
