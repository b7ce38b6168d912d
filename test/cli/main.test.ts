import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { type FakeHostOptions, fakeHost } from './fake-host.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-main-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(line: string, options: FakeHostOptions = {}) {
  const host = fakeHost({ folder, ...options });
  const code = await main(
    line.split(' ').filter((word) => word !== ''),
    host,
  );
  return { code, stdout: host.written.stdout(), stderr: host.written.stderr() };
}

describe('help', () => {
  it('shows an example first', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe('Example:');
  });

  it.each(commandTable.map(({ name }) => name))('%s --help shows an example of it first', async (name) => {
    const { code, stdout } = await run(`${name} --help`);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Example:\n  \\$ zoo ${name}`));
  });

  it('is what a missing command gets, as wrong usage', async () => {
    const { code, stdout, stderr } = await run('');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Commands:');
  });
});

describe('the version', () => {
  it.each(['--version', '-V', '--json --version'])('is printed for %s', async (line) => {
    expect((await run(line)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('is not what a flag of that name behind a command means', async () => {
    const { code, stderr } = await run('propose --version v7 --rpc-url http://127.0.0.1:9');
    expect(code).not.toBe(0);
    expect(stderr).toContain('[not-deployed]');
  });
});

describe('suggestions', () => {
  it.each([
    ['trian', 'train'],
    ['datset list', 'dataset'],
    ['dataset lst', 'list'],
    ['train --groupsize 3', '--group-size'],
    ['train --provder sim', '--provider'],
    ['runs --jsn', '--json'],
  ])('zoo %s: did you mean %s?', async (line, nearest) => {
    const { code, stdout, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`Did you mean ${nearest}?`);
  });
});

describe('errors', () => {
  it('go to stderr with code, reason and hint', async () => {
    const { code, stdout, stderr } = await run('config --seed x');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('error [invalid-setting] --seed takes a whole number');
    expect(stderr).toContain('hint:');
  });

  it('are a JSON document as well where one was asked for', async () => {
    const { code, stdout } = await run('config --seed x --json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'invalid-setting', exitCode: 2 } });
  });

  it('of usage are JSON too, and a line in a stream of events', async () => {
    expect(JSON.parse((await run('trian --json')).stdout)).toMatchObject({ error: { code: 'usage', exitCode: 2 } });
    const { stdout } = await run('trian --json=events');
    expect(JSON.parse(stdout)).toMatchObject({ type: 'error', error: { code: 'usage' } });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('strip control characters of what they quote', async () => {
    const { stderr } = await run('config --gate \u001B[31mred\u0007\u009B2J');
    expect(stderr).toContain('"red"');
    expect(/\p{Cc}/u.test(stderr.replaceAll('\n', ''))).toBe(false);
  });
});

describe('zoo config', () => {
  const secret = 'sk-0123456789';

  it.each(['config', 'config --json', 'config -v', 'config --json=events'])('zoo %s hides secrets', async (line) => {
    writeFileSync(join(folder, '.env'), `ZOO_TEACHER_API_KEY=${secret}\n`);
    const { code, stdout, stderr } = await run(line, { environment: { ZOO_API_KEY: secret } });
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(secret);
    expect(stdout).toContain('(hidden)');
  });

  it('prints one JSON document with value and origin of each setting', async () => {
    const { stdout } = await run('config --json --seed 7', { environment: { ZOO_EPOCHS: '2' } });
    const document = JSON.parse(stdout) as { settings: Record<string, { value: unknown; origin: unknown }> };
    expect(document.settings['seed']).toEqual({ value: 7, origin: { from: 'flag', name: '--seed' } });
    expect(document.settings['epochs']).toEqual({ value: 2, origin: { from: 'environment', name: 'ZOO_EPOCHS' } });
    expect(document.settings['groupSize']).toEqual({ value: 5, origin: { from: 'default' } });
  });

  it('takes the level from the environment, and flags come before it', async () => {
    const environment = { ZOO_LOG_LEVEL: 'error' };
    expect((await run('config', { environment })).stderr).toBe('');
    expect((await run('config --log-level info', { environment })).stderr).not.toBe('');
    expect((await run('config -q')).stderr).toBe('');
  });

  it('takes both forms of a switch', async () => {
    writeFileSync(join(folder, 'zoo.config.json'), JSON.stringify({ direct: true, groundTruth: false }));
    const { stdout } = await run('config --json --no-direct --ground-truth');
    expect(JSON.parse(stdout)).toMatchObject({
      settings: { direct: { value: false }, groundTruth: { value: true } },
    });
  });

  it('collects a repeated flag, commas and all', async () => {
    const { stdout } = await run('config --json --stop a,b --stop c');
    expect(JSON.parse(stdout)).toMatchObject({ settings: { stop: { value: ['a,b', 'c'] } } });
  });
});

describe('colour', () => {
  it('is for terminals', async () => {
    expect((await run('trian', { isTTY: true })).stderr).toContain('\u001B[');
    expect((await run('trian')).stderr).not.toContain('\u001B[');
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('%o turns it off', async (environment) => {
    expect((await run('trian', { isTTY: true, environment })).stderr).not.toContain('\u001B[');
  });
});
