import { describe, expect, it } from 'vitest';
import { numericVerifier } from '../../../src/world/verifier/numeric.ts';

const verify = (answer: string, response: string, options = {}) =>
  numericVerifier(options).verify({ id: 'p', problem: '?', answer }, response);

describe('numericVerifier', () => {
  it.each([
    ['204', String.raw`\boxed{204}`],
    ['33', String.raw`\boxed{033}`],
    ['025', 'Answer: 25'],
    ['70000', 'Answer: $70,000 dollars.'],
    ['0.5', String.raw`\boxed{\frac{1}{2}}`],
    ['50', String.raw`\boxed{50\%}`],
    ['0.5', String.raw`\boxed{50\%}`],
    ['50%', 'Answer: 50'],
    ['113', String.raw`\boxed{m+n=113}`],
    ['7', String.raw`$\boxed{7}$ and again $\boxed{7}$`],
    ['12', 'Answer: 12\nThe answer is what we wanted'],
  ])('takes %s from %s', async (answer, response) => {
    expect(await verify(answer, response)).toMatchObject({ kind: 'graded', correct: true, reward: 1 });
  });

  it.each([
    ['204', String.raw`\boxed{205}`],
    ['204', String.raw`\boxed{204, 205}`],
    ['204', String.raw`\boxed{203} and \boxed{204}`],
    ['10', String.raw`\boxed{10\pi}`],
    ['5', String.raw`\boxed{5x}`],
    ['50%', String.raw`\boxed{0.5\%}`],
    ['204', String.raw`\boxed{\text{two hundred and four}}`],
    ['100000000000000000001', 'Answer: 100000000000000000002'],
  ])('refuses for %s the answer %s', async (answer, response) => {
    expect(await verify(answer, response)).toMatchObject({ kind: 'graded', correct: false, reward: 0 });
  });

  it.each(['', 'I think that it is 204', String.raw`\boxed{20`, 'My answer: I do not know'])(
    'calls a response without an answer unparseable: %s',
    async (response) => {
      expect(await verify('204', response)).toMatchObject({ kind: 'unparseable' });
    },
  );

  it('allows a tolerance that is asked for, and names itself by it', async () => {
    expect(await verify('3.14159', 'Answer: 3.14')).toMatchObject({ correct: false });
    expect(await verify('3.14159', 'Answer: 3.14', { absoluteTolerance: 0.01 })).toMatchObject({ correct: true });
    expect(await verify('1000', 'Answer: 1009', { relativeTolerance: 0.01 })).toMatchObject({ correct: true });
    expect(await verify('1000', 'Answer: 1011', { relativeTolerance: 0.01 })).toMatchObject({ correct: false });
    expect(numericVerifier({ relativeTolerance: 0.01 }).name).not.toBe(numericVerifier().name);
  });

  it('is an error, not a verdict, when the problem has no answer or one that is no number', async () => {
    await expect(numericVerifier().verify({ id: 'p', problem: '?' }, 'Answer: 1')).rejects.toMatchObject({
      code: 'answer-missing',
    });
    await expect(verify('x + 1', 'Answer: 1')).rejects.toMatchObject({ code: 'answer-not-numeric' });
  });
});
