import { join } from 'node:path';
import { ZooError, exitCode } from '../core/error.ts';
import type { Config } from './config.ts';
import { configFileName, schemaAddress } from './config-file.ts';
import { type SettingKey, settingKeys, settingOf } from './settings.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { files } from './wire/platform.ts';

export interface Initialised {
  /** The zoo.config.json that was written. */
  readonly file: string;
  /** Folder of the library. */
  readonly library: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Writes zoo.config.json into a folder, and an empty library beside it where there is none.
 *
 * @param chosen what stands in the file; secrets are refused, as reading the file would refuse them
 * @throws ZooError `config-exists` (exit 2) unless `force`
 */
export async function initialise(
  folder: string,
  chosen: Readonly<Partial<Record<SettingKey, unknown>>>,
  force: boolean,
): Promise<Initialised> {
  const file = join(folder, configFileName);
  if (!force && (await files.exists(file))) {
    throw new ZooError('config-exists', `${file} is there already`, {
      exitCode: exitCode.usage,
      hint: 'Edit it, or replace it with --force.',
    });
  }
  const settings: Record<string, unknown> = { library: 'library', runs: 'runs' };
  for (const key of settingKeys) {
    if (chosen[key] !== undefined && settingOf(key).secret !== true) settings[key] = chosen[key];
  }
  const library = join(folder, settings['library'] as string);
  await ledgerAt(library).create();
  await files.writeAtomic(file, `${JSON.stringify({ $schema: schemaAddress, ...settings }, undefined, 2)}\n`);
  return { file, library, settings };
}

/** What the command line says about a project. The environment says it again at every call, so it is not written down. */
export function chosenSettings(config: Config): Partial<Record<SettingKey, unknown>> {
  const given = settingKeys.filter((key) => config.origins[key].from === 'flag' && key !== 'logLevel');
  return Object.fromEntries(given.map((key) => [key, asWritten(key, config.settings[key])]));
}

/** Times are milliseconds inside, and text in the file. */
function asWritten(key: SettingKey, value: unknown): unknown {
  return settingOf(key).kind === 'duration' ? `${Number(value)}ms` : value;
}
