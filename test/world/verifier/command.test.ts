import { describe, expect, it } from 'vitest';
import { commandVerifier } from '../../../src/world/verifier/command.ts';
import type { CommandOptions } from '../../../src/world/verifier/command.ts';

const script = (body: string): CommandOptions => ({
  command: [
    process.execPath,
    '-e',
    `let text = ''; process.stdin.on('data', (chunk) => (text += chunk)).on('end', () => { const row = JSON.parse(text); ${body} });`,
  ],
});
const verify = (options: CommandOptions, response = '4', signal?: AbortSignal) =>
  commandVerifier(options).verify({ id: 'p', problem: '2+2?', answer: '4' }, response, signal);

describe('commandVerifier', () => {
  it('takes a verdict in JSON', async () => {
    const options = script(
      'console.log(JSON.stringify({ correct: row.answer === row.response, answer: row.response, reason: row.id }))',
    );
    expect(await verify(options)).toEqual({ kind: 'graded', correct: true, reward: 1, answer: '4', reason: 'p' });
    expect(await verify(options, '5')).toMatchObject({ correct: false, reward: 0 });
  });

  it('takes an exit code alone', async () => {
    const options = script('process.exit(row.response === "4" ? 0 : 1)');
    expect(await verify(options)).toMatchObject({ correct: true });
    expect(await verify(options, '5')).toMatchObject({ correct: false });
  });

  it.each([
    ['another exit code', 'console.error("broken"); process.exit(3)', 'verifier-failed'],
    ['output that is no JSON', 'console.log("yes")', 'verifier-failed'],
    ['output that is no verdict', 'console.log("\\"yes\\"")', 'verifier-failed'],
    ['endless output', 'setInterval(() => process.stdout.write("x".repeat(100000)), 0)', 'verifier-failed'],
  ])('is an error for %s', async (_, body, code) => {
    await expect(verify(script(body))).rejects.toMatchObject({ code });
  });

  it('ends a program that takes too long', async () => {
    await expect(verify({ ...script('setInterval(() => {}, 1000)'), limitMs: 400 })).rejects.toMatchObject({
      code: 'verifier-timeout',
    });
  });

  it('ends a program when it is told to', async () => {
    const controller = new AbortController();
    const verdict = verify(script('setInterval(() => {}, 1000)'), '4', controller.signal);
    setTimeout(() => controller.abort(new Error('stop')), 50);
    await expect(verdict).rejects.toThrow('stop');
  });

  it('is an error for a program that is not there', async () => {
    await expect(verify({ command: ['/no/such/program'] })).rejects.toMatchObject({ code: 'verifier-failed' });
  });

  it('hides the keys of models, and passes what it is told to', async () => {
    process.env['OPENAI_API_KEY'] = 'secret';
    const options = {
      ...script('console.log(JSON.stringify({ correct: true, reason: Object.keys(process.env).sort().join() }))'),
      environment: { MINE: '1' },
    };
    const verdict = await verify(options);
    delete process.env['OPENAI_API_KEY'];
    expect(verdict.reason).toContain('MINE');
    expect(verdict.reason).not.toContain('OPENAI_API_KEY');
  });
});
