import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradeMath } from '../../../../src/world/verifier/math/grade.ts';

interface PublicPair {
  readonly gold: string;
  readonly pred: string;
  readonly expected: boolean;
  readonly allow_set_relation_comp?: boolean;
}

const file = new URL('../../../fixtures/verifier/math-answer-pairs.json', import.meta.url);
const publicPairs = JSON.parse(readFileSync(file, 'utf8')) as PublicPair[];

/** Where we differ from the public pairs on purpose, by index. */
const disagreements: Readonly<Record<number, string>> = {
  31: 'a line break inside $…$: the pair calls that no formula; we read the 9 that stands there',
  32: 'a line break inside \\(…\\): as above',
  62: 'the key is a passage that ends in "7" and not in its answer, 12 and 13',
  133: '0.33 for 1/3: two decimals are a rounding in the profile "lenient" only',
};

describe('the public pairs, profile math-verify', () => {
  const wrong = publicPairs.flatMap(({ gold, pred, expected, allow_set_relation_comp }, index) => {
    const options = { profile: 'math-verify', limitMs: 10_000, setsForRelations: allow_set_relation_comp } as const;
    const verdict = gradeMath(gold, pred, options, () => 0);
    return (verdict.kind === 'graded' && verdict.correct) === expected ? [] : [index];
  });

  it('agree in at least 97 of 100', () => {
    expect(publicPairs).toHaveLength(191);
    expect((publicPairs.length - wrong.length) / publicPairs.length).toBeGreaterThanOrEqual(0.97);
  });

  it('differ only where we know why', () => {
    expect(wrong).toEqual(Object.keys(disagreements).map(Number));
  });

  it('lenient takes 0.33 for 1/3', () => {
    const { gold, pred } = publicPairs[133] as PublicPair;
    expect(gradeMath(gold, pred, { profile: 'lenient', limitMs: 10_000 }, () => 0)).toMatchObject({ correct: true });
  });
});
