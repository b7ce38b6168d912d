import { describe, expect, it } from 'vitest';
import { exactVerifier } from '../../../src/world/verifier/exact.ts';

const verify = (answer: string, response: string, options = {}) =>
  exactVerifier(options).verify({ id: 'p', problem: '?', answer }, response);

describe('exactVerifier', () => {
  it.each([
    ['Evelyn', String.raw`\boxed{\text{Evelyn}}`],
    ['16', String.raw`\boxed{016}`],
    ['1000', String.raw`\boxed{1{,}000}`],
    ['1000', String.raw`\boxed{1\,000}`],
    ['New York', 'The answer is **New  York**.'],
    ['x + 1', String.raw`\boxed{x + 1}`],
  ])('takes %s from %s', async (answer, response) => {
    expect(await verify(answer, response)).toMatchObject({ kind: 'graded', correct: true, reward: 1 });
  });

  it.each([
    ['Evelyn', 'Answer: evelyn'],
    ['16', 'Answer: 17'],
    ['1/2', 'Answer: 0.5'],
    ['100', 'Answer: 1'],
  ])('refuses for %s the answer %s', async (answer, response) => {
    expect(await verify(answer, response)).toMatchObject({ kind: 'graded', correct: false, reward: 0 });
  });

  it('ignores case when told to', async () => {
    expect(await verify('Evelyn', 'Answer: evelyn', { caseSensitive: false })).toMatchObject({ correct: true });
  });

  it('calls a response without an answer unparseable', async () => {
    expect(await verify('16', 'It is 16')).toMatchObject({ kind: 'unparseable' });
  });
});
