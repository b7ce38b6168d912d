import { describe, expect, it } from 'vitest';
import { choiceVerifier } from '../../../src/world/verifier/choice.ts';

const verify = (answer: string, response: string) =>
  choiceVerifier().verify({ id: 'p', problem: '?', answer }, response);

describe('choiceVerifier', () => {
  it.each([
    ['C', String.raw`\boxed{\text{C}}`],
    ['C', String.raw`\boxed{\textbf{(C)}}`],
    ['(C)', 'The answer is C) 5'],
    ['C', 'The answer is **(C)**.'],
    ['c', 'Answer: c'],
    ['C', 'Answer: option C'],
    ['C', 'B looks right at first.\nBut it is not.\nC'],
    ['C', 'We compare.\n(C) 12'],
  ])('takes %s from %s', async (answer, response) => {
    expect(await verify(answer, response)).toMatchObject({ kind: 'graded', correct: true });
  });

  it.each([
    ['C', 'Answer: B'],
    ['C', String.raw`\boxed{D}`],
    ['A', 'The answer is C) A sum of squares'],
  ])('refuses for %s the answer %s', async (answer, response) => {
    expect(await verify(answer, response)).toMatchObject({ kind: 'graded', correct: false });
  });

  it.each([
    '',
    'A train leaves at noon',
    'I would say so.',
    String.raw`\boxed{B} and \boxed{C}`,
    'Answer: all of them',
  ])('finds no letter in %s', async (response) => {
    expect(await verify('C', response)).toMatchObject({ kind: 'unparseable' });
  });

  it('is an error for a problem whose answer is no letter', async () => {
    await expect(verify('42', 'C')).rejects.toMatchObject({ code: 'answer-not-a-choice' });
  });
});
