import { afterEach, describe, expect, it } from 'vitest';
import { regexVerifier } from '../../../src/world/verifier/regex.ts';
import type { RegexOptions } from '../../../src/world/verifier/regex.ts';

let verifier: ReturnType<typeof regexVerifier> | undefined;
afterEach(() => verifier?.close());
const verify = (options: RegexOptions, answer: string, response: string) => {
  verifier = regexVerifier({ limitMs: 5000, ...options });
  return verifier.verify({ id: 'p', problem: '?', answer }, response);
};

describe('regexVerifier', () => {
  it('compares the last match with the answer', async () => {
    const options = { pattern: String.raw`result: (?<answer>\d+)` };
    expect(await verify(options, '7', 'result: 5, no, result: 7')).toMatchObject({ correct: true, answer: '7' });
    expect(await verify(options, '5', 'result: 5, no, result: 7')).toMatchObject({ correct: false });
    expect(await verify(options, '5', 'nothing')).toMatchObject({ kind: 'unparseable' });
  });

  it('takes the answer itself as a pattern where none is given', async () => {
    expect(await verify({ flags: 'i' }, String.raw`\bparis\b`, 'It is Paris.')).toMatchObject({ correct: true });
    expect(await verify({}, String.raw`\bparis\b`, 'It is Rome.')).toMatchObject({ correct: false });
  });

  it('calls a response wrong that makes it backtrack without end', async () => {
    const verdict = await verify({ pattern: '(a+)+b', limitMs: 300 }, 'x', 'a'.repeat(60));
    expect(verdict).toMatchObject({ kind: 'graded', correct: false, reason: expect.stringContaining('300 ms') });
  });

  it('is an error for a pattern that is none', async () => {
    expect(() => regexVerifier({ pattern: '(' })).toThrow(expect.objectContaining({ code: 'verifier-pattern' }));
    await expect(verify({}, '(', 'x')).rejects.toMatchObject({ code: 'verifier-pattern' });
  });
});
