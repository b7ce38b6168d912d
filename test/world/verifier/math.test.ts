import { afterAll, describe, expect, it } from 'vitest';
import { mathVerifier } from '../../../src/world/verifier/math.ts';

const r = String.raw;
const verifier = mathVerifier({ threads: 1 });
afterAll(() => verifier.close());
const verify = (answer: string, response: string) => verifier.verify({ id: 'p', problem: '?', answer }, response);

describe('mathVerifier', () => {
  it('grades in its thread', async () => {
    expect(await verify(r`\frac{1}{2}`, r`\boxed{0.5}`)).toMatchObject({
      kind: 'graded',
      correct: true,
      reward: 1,
      answer: '0.5',
    });
    expect(await verify('2', r`\boxed{3}`)).toMatchObject({ kind: 'graded', correct: false, reward: 0 });
    expect(await verify('2', 'I do not know it')).toMatchObject({ kind: 'unparseable' });
  });

  it.each([
    ['deep nesting', `\\boxed{${'('.repeat(5000)}1${')'.repeat(5000)}}`],
    ['brackets', `\\boxed{${'['.repeat(30)}1${']'.repeat(30)}}`],
    ['bars', `\\boxed{${'|'.repeat(30)}}`],
    ['signs', `\\boxed{${r`\pm`.repeat(40)}1}`],
    ['a huge power', '\\boxed{9^{9^{9}}}'],
    ['a huge power in plain text', 'The answer is 9^(9^9)'],
    ['a tower', `\\boxed{${'9^{'.repeat(10)}9${'}'.repeat(10)}}`],
    ['factorials of factorials', '\\boxed{((((9!)!)!)!)!}'],
    ['a huge binomial', r`\boxed{\binom{10^9}{5\cdot10^8}}`],
    ['a huge sum', r`\boxed{\sum_{k=1}^{10^{12}} k}`],
    ['a huge exponent', '\\boxed{1e999999}'],
    ['a megabyte of digits', `\\boxed{${'1'.repeat(1_000_000)}}`],
    ['a megabyte of terms', `\\boxed{${'1+'.repeat(500_000)}1}`],
    ['a megabyte of boxes', r`\boxed{`.repeat(150_000)],
    ['a megabyte of dollars', '$'.repeat(1_000_000)],
    ['a megabyte of formulas', '$a$ '.repeat(250_000)],
    ['a megabyte of markers', 'final answer is '.repeat(60_000)],
    ['a megabyte of spaces', ' '.repeat(1_000_000)],
    ['code', '\\boxed{process.exit(1)}'],
    ['code that loads', '\\boxed{require("fs").rmSync("/")}'],
    ['a template', 'The answer is ${globalThis.process.exit(1)}'],
    ['a file', r`\boxed{\input{/etc/passwd}}`],
    ['control characters', '\\boxed{\u0000\u001b[2J}'],
  ])('does not take %s for the answer', async (_, response) => {
    const verdict = await verify('7', response);
    expect(verdict.kind === 'graded' && verdict.correct).toBe(false);
  });

  it('still works after all that', async () => {
    expect(await verify('7', '\\boxed{7}')).toMatchObject({ correct: true });
  });

  it('judges many at once, each by its own key', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 300 }, (_, index) => verify(`${index}`, `\\boxed{${index - (index % 3 === 0 ? 1 : 0)}}`)),
    );
    expect(verdicts.map((verdict) => verdict.kind === 'graded' && verdict.correct)).toEqual(
      verdicts.map((_, index) => index % 3 !== 0),
    );
  });

  it('names itself by its profile, and knows no other', () => {
    expect(verifier.name).toBe('math');
    expect(mathVerifier({ profile: 'lenient' }).name).toBe('math:lenient');
    expect(() => mathVerifier({ profile: 'sympy' as 'lenient' })).toThrow(
      expect.objectContaining({ code: 'verifier-profile' }),
    );
  });

  it('stops waiting when it is told to', async () => {
    await expect(verifier.verify({ id: 'p', problem: '?', answer: '1' }, '1', AbortSignal.abort())).rejects.toThrow(
      'aborted',
    );
  });

  it('is an error when there is no answer to compare with', async () => {
    await expect(verifier.verify({ id: 'p', problem: '?' }, '\\boxed{1}')).rejects.toMatchObject({
      code: 'answer-missing',
    });
  });
});
