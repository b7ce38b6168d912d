import { describe, expect, it } from 'vitest';
import { normaliseProblem, overlap } from '../../../src/core/learning/overlap.ts';

const set = (...texts: string[]) => texts.map((problem, index) => ({ id: `${index}`, problem }));

const walk =
  'Every morning Ada goes for a walk of nine kilometres and stops at a shop for t minutes. How long does she walk?';

describe('overlap', () => {
  it('tells exact, normalised and near pairs apart', () => {
    const train = set('Find $x$ if $x+1=2$.', walk, 'What is the area of a circle of radius 3?');
    const evaluation = set(
      'What  is the area of a circle of radius $3$',
      walk.replace('nine', 'seven'),
      'Find $x$ if $x+1=2$.',
    );
    expect(overlap(train, evaluation)).toMatchObject({
      exact: [{ left: '0', right: '2' }],
      normalised: [{ left: '2', right: '0' }],
      near: [{ left: '1', right: '1' }],
    });
  });

  it('finds nothing between sets that share only common phrases', () => {
    const found = overlap(
      set(walk),
      set('How long does the train take from Ulm to Bonn at a speed of 80 kilometres an hour?'),
    );
    expect(found).toEqual({ exact: [], normalised: [], near: [] });
  });

  it('obeys the threshold', () => {
    const pair = [set(walk), set(walk.replace('nine', 'seven'))] as const;
    expect(overlap(...pair, { threshold: 0.99 }).near).toHaveLength(0);
    expect(overlap(...pair, { threshold: 0.1 }).near).toHaveLength(1);
  });

  it('sees texts that are shorter than a shingle', () => {
    expect(overlap(set('1+1'), set('1 + 1')).normalised).toHaveLength(1);
  });
});

describe('normaliseProblem', () => {
  it('takes off the dress and keeps operators', () => {
    expect(normaliseProblem(String.raw`Let $\left(x-1\right)$ be \dfrac{1}{2}, a well-known value`)).toBe(
      'let x - 1 be frac 1 2 a well known value',
    );
    expect(normaliseProblem('x+1')).not.toBe(normaliseProblem('x-1'));
  });
});
