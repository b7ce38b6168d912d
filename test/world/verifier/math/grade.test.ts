import { describe, expect, it } from 'vitest';
import { gradeMath } from '../../../../src/world/verifier/math/grade.ts';
import type { MathProfile } from '../../../../src/world/verifier/math/grade.ts';
import { pairs } from './pairs.ts';

const r = String.raw;

function grade(key: string, response: string, profile: MathProfile = 'math-verify') {
  const verdict = gradeMath(key, response, { profile, limitMs: 10_000 }, () => 0);
  return verdict.kind === 'graded' ? verdict.correct : verdict.kind;
}

describe('our own pairs', () => {
  it.each(pairs.map(({ key, same }) => [key, same] as const))('take what says the same as %s', (key, same) => {
    expect(same.filter((answer) => grade(key, `So we get $\\boxed{${answer}}$.`) !== true)).toEqual([]);
  });

  it.each(pairs.map(({ key, other }) => [key, other] as const))(
    'refuse what does not say the same as %s',
    (key, other) => {
      expect(other.filter((answer) => grade(key, `So we get $\\boxed{${answer}}$.`) === true)).toEqual([]);
    },
  );

  it('hold at least as many to refuse as there are public pairs', () => {
    expect(pairs.reduce((sum, { other }) => sum + other.length, 0)).toBeGreaterThanOrEqual(191);
  });

  it('refuse in the profile hendrycks all but what that grader is known to take', () => {
    const accepted = pairs.flatMap(({ key, other }) =>
      other.filter((answer) => grade(key, `\\boxed{${answer}}`, 'hendrycks') === true).map((answer) => [key, answer]),
    );
    // It drops all spaces, also between digits, and all that follows "\\text{ " as a unit.
    expect(accepted.every(([, answer]) => /\d \d|\\text\{ /.test(answer ?? ''))).toBe(true);
    expect(accepted.length).toBeLessThan(10);
  });
});

describe('where the answer stands', () => {
  it.each([
    ['5', r`\boxed{3} at first, then \boxed{5}`, true],
    ['5', r`\boxed{5} at first, then \boxed{3}`, false],
    ['2, 3', r`$\boxed{2}$ and $\boxed{3}$`, true],
    ['2, 3', r`$\boxed{3} \quad \text{or} \quad \boxed{2}$`, true],
    ['3', r`$\boxed{2}$ and $\boxed{3}$`, false],
    ['34', 'Final Answer: The largest $n$ is 34. I hope it is correct.', true],
    ['10455', r`\boxed{200} is the interest. Final Answer: The final answer is $10,455$. I hope it is correct.`, true],
    ['5', '<think>Is it \\boxed{7}? No.</think> The answer is 5.', true],
    ['7', '<think>Is it \\boxed{7}? No.</think> The answer is 5.', false],
    ['1000.99', "not it's not 10 it's 1,000.99m²", true],
    ['10', "not it's not 10 it's 1,000.99m²", false],
    ['(1,2)', 'The answer is $(1, 2)$.', true],
    ['(1,2)', 'The final answer is (1, 2).', true],
    ['(1,2)', 'So the only solution is (1, 2).', true],
    ['2', 'So the only solution is (1, 2).', false],
    ['2', 'The answer is (1, 2)', false],
    ['12, 13', 'The final answer is $12$ and $13$.', true],
    ['13', 'The final answer is $12$ and $13$.', false],
    ['x = 5', 'Answer: x = 5', true],
    ['12', 'Answer: 12 apples', true],
    ['2', 'AZYUK2A', 'unparseable'],
    ['2', '', 'unparseable'],
    ['2', 'I cannot solve this problem.', 'unparseable'],
    ['2', r`The answer is \boxed{2`, 'unparseable'],
    ['2', r`\boxed{2}, or rather \boxed{20`, 'unparseable'],
  ])('key %s, response %s: %s', (key, response, expected) => {
    expect(grade(key, response)).toBe(expected);
  });
});

describe('profiles', () => {
  it('hendrycks compares forms and wants a box', () => {
    expect(grade(r`\frac{1}{2}`, r`\boxed{\dfrac12}`, 'hendrycks')).toBe(true);
    expect(grade(r`\frac{1}{2}`, r`\boxed{0.5}`, 'hendrycks')).toBe(true);
    expect(grade(r`\frac{1}{2}`, r`\boxed{1/2}`, 'hendrycks')).toBe(true);
    expect(grade(r`\frac{1}{2}`, r`\boxed{\frac{2}{4}}`, 'hendrycks')).toBe(false);
    expect(grade('90', r`\boxed{90^\circ}`, 'hendrycks')).toBe(true);
    expect(grade('5', r`\boxed{x = 5}`, 'hendrycks')).toBe(true);
    expect(grade(r`15\text{ cm}`, r`\boxed{15}`, 'hendrycks')).toBe(true);
    expect(grade('5', 'The answer is 5', 'hendrycks')).toBe('unparseable');
  });

  it('lenient takes roundings to two places, inequalities for intervals and columns for tuples', () => {
    for (const [key, answer] of [
      [r`\sqrt{17}`, '4.12'],
      ['[-2,7]', r`-2 \le x \le 7`],
      ['(1,2,3)', r`\begin{pmatrix}1\\2\\3\end{pmatrix}`],
    ] as const) {
      expect(grade(key, `\\boxed{${answer}}`)).toBe(false);
      expect(grade(key, `\\boxed{${answer}}`, 'lenient')).toBe(true);
    }
    expect(grade(r`\sqrt{17}`, r`\boxed{4.13}`, 'lenient')).toBe(false);
  });
});

describe('bounds', () => {
  it('refuses an answer that takes too long, by the clock that it is given', () => {
    let now = 0;
    const long = Array.from({ length: 200 }, (_, index) => `x_{${index}}`).join('+');
    const verdict = gradeMath(long, `\\boxed{${long}+0}`, { profile: 'math-verify', limitMs: 50 }, () => (now += 60));
    expect(verdict).toMatchObject({ correct: false, reason: expect.stringContaining('50 ms') });
  });

  it('shortens what it shows', () => {
    const verdict = gradeMath(
      '1',
      `\\boxed{${'1'.repeat(100_000)}}`,
      { profile: 'math-verify', limitMs: 1000 },
      () => 0,
    );
    expect(JSON.stringify(verdict).length).toBeLessThan(1000);
  });
});
