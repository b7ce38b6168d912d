import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, resolveConfig } from '../../src/app/config.ts';
import { parseDuration } from '../../src/app/parse-setting.ts';
import { settingKeys, settingOf } from '../../src/app/settings.ts';
import { ZooError } from '../../src/core/error.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function resolveWith(sources: {
  flags?: Parameters<typeof resolveConfig>[0]['flags'];
  environment?: Record<string, string>;
  dotenv?: string;
  file?: unknown;
  from?: string;
}): Config {
  if (sources.dotenv !== undefined) writeFileSync(join(folder, '.env'), sources.dotenv);
  if (sources.file !== undefined) writeFileSync(join(folder, 'zoo.config.json'), JSON.stringify(sources.file));
  return resolveConfig({
    flags: sources.flags ?? {},
    environment: sources.environment ?? {},
    folder: sources.from ?? folder,
  });
}

function errorOf(act: () => unknown): ZooError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof ZooError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('precedence', () => {
  const flag = { flags: { seed: '1' } };
  const environment = { environment: { ZOO_SEED: '2' } };
  const dotenv = { dotenv: 'ZOO_SEED=3\n' };
  const file = { file: { seed: 4 } };

  it.each([
    ['flag', { ...flag, ...environment, ...dotenv, ...file }, 1, { from: 'flag', name: '--seed' }],
    ['environment', { ...environment, ...dotenv, ...file }, 2, { from: 'environment', name: 'ZOO_SEED' }],
    ['.env', { ...dotenv, ...file }, 3, { from: '.env', name: 'ZOO_SEED' }],
    ['default', {}, 0, { from: 'default' }],
  ])('%s comes before what follows it', (_, sources, value, origin) => {
    const config = resolveWith(sources);
    expect(config.settings.seed).toBe(value);
    expect(config.origins.seed).toEqual(origin);
  });

  it('the file comes before the default', () => {
    const config = resolveWith(file);
    expect(config.settings.seed).toBe(4);
    expect(config.origins.seed).toEqual({ from: 'file', name: join(folder, 'zoo.config.json') });
  });

  it('takes an empty variable for an unset one', () => {
    expect(resolveWith({ environment: { ZOO_SEED: '' }, file: { seed: 4 } }).settings.seed).toBe(4);
  });

  it('says unset where there is nothing at all', () => {
    const config = resolveWith({});
    expect(config.settings.maxCost).toBeUndefined();
    expect(config.origins.maxCost).toEqual({ from: 'unset' });
  });

  it('a flag turns back a switch of the file', () => {
    expect(resolveWith({ flags: { direct: false }, file: { direct: true } }).settings.direct).toBe(false);
  });
});

describe('every setting', () => {
  it.each(settingKeys)('%s is read from its variable', (key) => {
    const setting = settingOf(key);
    const integer = setting.kind === 'integer' ? Math.max(7, setting.least) : 0;
    const text = {
      text: 'words',
      path: '/some/where',
      integer: String(integer),
      number: '0.25',
      'integer-or-auto': 'auto',
      duration: '90s',
      switch: 'true',
      choice: setting.kind === 'choice' ? (setting.choices[0] as string) : '',
      list: 'a,b',
    }[setting.kind];
    const value = {
      text: 'words',
      path: '/some/where',
      integer,
      number: 0.25,
      'integer-or-auto': 'auto',
      duration: 90_000,
      switch: true,
      choice: text,
      list: ['a', 'b'],
    }[setting.kind];
    expect(resolveWith({ environment: { [setting.env]: text } }).settings[key]).toEqual(value);
  });

  it('has a flag and a variable of its own', () => {
    expect(new Set(settingKeys.map((key) => settingOf(key).flag)).size).toBe(settingKeys.length);
    expect(new Set(settingKeys.map((key) => settingOf(key).env)).size).toBe(settingKeys.length);
  });
});

describe('places', () => {
  it('the nearest file upward counts, and its paths start at its folder', () => {
    const inner = join(folder, 'a', 'b');
    mkdirSync(inner, { recursive: true });
    const config = resolveWith({ file: { library: 'lib' }, from: inner });
    expect(config.file).toBe(join(folder, 'zoo.config.json'));
    expect(config.settings.library).toBe(join(folder, 'lib'));
    expect(config.settings.runs).toBe(join(folder, 'runs'));
  });

  it('paths of flags start at the working folder', () => {
    const inner = join(folder, 'a');
    mkdirSync(inner);
    const config = resolveWith({ file: {}, flags: { library: 'lib' }, from: inner });
    expect(config.settings.library).toBe(join(inner, 'lib'));
  });

  it('reads prices and durations of the file', () => {
    const config = resolveWith({ file: { maxTime: '15m', prices: { mine: { input: 1, output: 2 } } } });
    expect(config.settings.maxTime).toBe(900_000);
    expect(config.prices).toEqual({ mine: { input: 1, output: 2 } });
  });
});

describe('refusals', () => {
  it.each([
    ['--seed', { flags: { seed: '-1' } }],
    ['--seed', { flags: { seed: '1.5' } }],
    ['--concurrency', { flags: { concurrency: '0' } }],
    ['ZOO_GATE', { environment: { ZOO_GATE: 'sometimes' } }],
    ['ZOO_TOP_P', { environment: { ZOO_TOP_P: '1.1' } }],
    ['ZOO_MAX_TIME in .env', { dotenv: 'ZOO_MAX_TIME=soon' }],
  ])('names %s, says what it takes, and exits 2', (name, sources) => {
    const error = errorOf(() => resolveWith(sources));
    expect(error).toMatchObject({ code: 'invalid-setting', exitCode: 2 });
    expect(error.message).toContain(name);
    expect(error.hint).toBeDefined();
  });

  it.each([
    ['an unknown key', { groupsize: 3 }, 'groupsize'],
    ['a value of the wrong kind', { groupSize: 'many' }, 'groupSize'],
    ['a value out of range', { groupSize: 0 }, 'groupSize'],
  ])('names %s of the file', (_, file, key) => {
    const error = errorOf(() => resolveWith({ file }));
    expect(error).toMatchObject({ code: 'invalid-config', exitCode: 2 });
    expect(error.message).toContain(key);
    expect(error.message).toContain(join(folder, 'zoo.config.json'));
  });

  it('refuses a secret in the file, without repeating it', () => {
    const error = errorOf(() => resolveWith({ file: { apiKey: 'sk-very-secret' } }));
    expect(error.hint).toContain('ZOO_API_KEY');
    expect(`${error.message}${error.hint}${String(error.cause)}`).not.toContain('sk-very-secret');
  });
});

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['2', 2000],
    ['soon', undefined],
    ['5 m', undefined],
    ['', undefined],
  ])('%s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));
});
