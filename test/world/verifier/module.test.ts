import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { moduleVerifier } from '../../../src/world/verifier/module.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/verifier/', import.meta.url));
const verify = async (response: string) =>
  (await moduleVerifier('own.mjs', fixtures)).verify({ id: 'p', problem: '?', answer: 'x' }, response);

describe('moduleVerifier', () => {
  it('answers what the module answers', async () => {
    expect(await verify('x')).toEqual({ kind: 'graded', correct: true, reward: 1, answer: 'x', reason: 'compared' });
    expect(await verify('y')).toMatchObject({ correct: false, reward: 0 });
    expect(await verify('half')).toMatchObject({ correct: true, reward: 0.5 });
    expect(await verify('none')).toMatchObject({ kind: 'unparseable' });
  });

  it.each(['throw', 'nonsense'])('is an error when the module answers with %s', async (response) => {
    await expect(verify(response)).rejects.toMatchObject({ code: 'verifier-failed' });
  });

  it.each(['missing.mjs', 'math-answer-pairs.json'])('is an error for %s', async (path) => {
    await expect(moduleVerifier(path, fixtures)).rejects.toMatchObject({ code: 'verifier-module' });
  });
});
