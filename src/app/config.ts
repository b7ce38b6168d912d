import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type ConfigFile, type ConfiguredPrice, findConfigFile, readIfThere } from './config-file.ts';
import { parseSetting, sourceName } from './parse-setting.ts';
import { type SettingKey, type Settings, flagName, settingKeys, settingOf } from './settings.ts';

/** Where the value of a setting came from, strongest first. */
export type Origin =
  | { readonly from: 'flag' | 'environment' | '.env' | 'file'; readonly name: string }
  | { readonly from: 'default' | 'unset' };

/** The one typed value that everything else is built from. */
export interface Config {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingKey, Origin>>;
  /** Path of the zoo.config.json in force. */
  readonly file: string | undefined;
  readonly prices: Readonly<Record<string, ConfiguredPrice>>;
  /** The process's variables before those of .env, for what other tools define, such as OPENAI_API_KEY. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start at when neither flag nor file says otherwise. */
  readonly folder: string;
}

export interface ConfigSources {
  /** Settings as they stood on the command line: the text, texts of a repeated flag, or a switch. */
  readonly flags: Readonly<Partial<Record<SettingKey, string | readonly string[] | boolean>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working folder. */
  readonly folder: string;
}

/**
 * Settles every setting: flag, then environment variable, then .env, then zoo.config.json, then default.
 *
 * @throws ZooError `invalid-setting` or `invalid-config` (exit 2) that names the place of the first bad value
 */
export function resolveConfig({ flags, environment, folder }: ConfigSources): Config {
  const file = findConfigFile(folder);
  const project = file === undefined ? folder : dirname(file.path);
  const dotenv = readDotenv(folder, project);
  const settings: Record<string, unknown> = {};
  const origins: Partial<Record<SettingKey, Origin>> = {};
  for (const key of settingKeys) {
    const { value, origin } = settle(key, { flags, environment, dotenv, file });
    settings[key] = settingOf(key).kind === 'path' ? locate(value, origin, folder, project) : value;
    origins[key] = origin;
  }
  return {
    settings: settings as Settings,
    origins: origins as Record<SettingKey, Origin>,
    file: file?.path,
    prices: file?.prices ?? {},
    environment: { ...dotenv, ...environment },
    folder: project,
  };
}

/** An origin as people read it. */
export function describeOrigin(origin: Origin): string {
  return 'name' in origin ? `${origin.from} ${origin.name}` : origin.from;
}

interface Places {
  readonly flags: ConfigSources['flags'];
  readonly environment: ConfigSources['environment'];
  readonly dotenv: Readonly<Record<string, string | undefined>>;
  readonly file: ConfigFile | undefined;
}

function settle(key: SettingKey, { flags, environment, dotenv, file }: Places): { value: unknown; origin: Origin } {
  const setting = settingOf(key);
  const flag = flags[key];
  if (flag !== undefined) {
    const value = typeof flag === 'string' ? parseSetting(key, flag, sourceName(key, 'flag')) : flag;
    return { value, origin: { from: 'flag', name: flagName(key) } };
  }
  // An empty variable counts as unset, as shells and CI systems leave it.
  const variable = environment[setting.env];
  if (variable !== undefined && variable !== '') {
    return {
      value: parseSetting(key, variable, setting.env),
      origin: { from: 'environment', name: setting.env },
    };
  }
  const line = dotenv[setting.env];
  if (line !== undefined && line !== '') {
    return { value: parseSetting(key, line, `${setting.env} in .env`), origin: { from: '.env', name: setting.env } };
  }
  if (file !== undefined && file.values[key] !== undefined) {
    return { value: file.values[key], origin: { from: 'file', name: file.path } };
  }
  return setting.default === undefined
    ? { value: undefined, origin: { from: 'unset' } }
    : { value: setting.default, origin: { from: 'default' } };
}

function readDotenv(folder: string, project: string): Record<string, string | undefined> {
  const text = readIfThere(join(folder, '.env')) ?? readIfThere(join(project, '.env'));
  return text === undefined ? {} : parseEnv(text);
}

/** A library that is named by where it was published, which is no path: a CID, ipfs://, ar://, chain. */
export const publishedReference = /^((ipfs|ar):\/\/|chain(:|$)|(bafy|bafk)[a-z2-7]{40,}$|Qm[1-9A-HJ-NP-Za-km-z]{44}$)/;

function locate(value: unknown, origin: Origin, folder: string, project: string): unknown {
  if (typeof value !== 'string' || isAbsolute(value) || publishedReference.test(value)) return value;
  const typed = origin.from === 'flag' || origin.from === 'environment';
  return resolve(typed ? folder : project, value);
}
