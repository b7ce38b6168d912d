import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Problem, problemSchema } from '../../src/core/learning/problem.ts';
import { bruteForce } from './brute-force.ts';

const path = fileURLToPath(new URL('../../datasets/quickstart.jsonl', import.meta.url));
const problems = readFileSync(path, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): Problem => problemSchema.parse(JSON.parse(line)));

describe('the quickstart problem set', () => {
  it('holds six problems in each of ten families', () => {
    const sizes = Map.groupBy(problems, ({ stratum }) => stratum ?? '');
    expect([...sizes.values()].map((family) => family.length)).toEqual(Array.from({ length: 10 }, () => 6));
  });

  it('repeats neither an id nor a text', () => {
    expect(new Set(problems.map(({ id }) => id)).size).toBe(60);
    expect(new Set(problems.map(({ problem }) => problem)).size).toBe(60);
  });

  it.each(problems.map((problem) => [problem.id, problem] as const))(
    '%s has the answer that counting gives',
    (_, problem) => {
      expect(bruteForce(problem.stratum ?? '', problem.problem)).toBe(problem.answer);
    },
  );
});

describe('the brute force', () => {
  it('refuses a wording that it does not know', () => {
    expect(() => bruteForce('blocked-paths', 'How many paths are there?')).toThrow('wording');
  });
});
