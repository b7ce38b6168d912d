import { budgetSettings } from './settings/budget.ts';
import { chainSettings } from './settings/chain.ts';
import { dataSettings } from './settings/data.ts';
import type { SettingDefinition, SettingKind } from './settings/definition.ts';
import { modelSettings } from './settings/model.ts';
import { publishingSettings } from './settings/publishing.ts';
import { tellingSettings } from './settings/telling.ts';
import { trainingSettings } from './settings/training.ts';

export type { SettingDefinition } from './settings/definition.ts';
export { type ProviderName, providers } from './settings/model.ts';
export { type LogLevel, logLevels } from './settings/telling.ts';

/**
 * Every setting of zoo, once: its flag, its environment variable, its key in zoo.config.json, its default and what it
 * does. The command line, the configuration file's schema, `zoo config`, the shell completions and docs/cli.md are all
 * made from this table, a file a group in settings/. Plain data that imports nothing else, because `zoo --help` loads it.
 */

const settingTable = {
  ...dataSettings,
  ...modelSettings,
  ...trainingSettings,
  ...budgetSettings,
  ...publishingSettings,
  ...chainSettings,
  ...tellingSettings,
};

export type SettingKey = keyof typeof settingTable;
export const settingKeys = Object.keys(settingTable) as readonly SettingKey[];

type ValueOf<Definition> = Definition extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : Definition extends { readonly kind: infer Kind }
    ? Extract<SettingKind, { readonly kind: Kind }>['value']
    : never;

type Table = typeof settingTable;

/** The typed value of every setting; those without a default may be undefined. */
export type Settings = {
  readonly [Key in SettingKey]: Table[Key] extends { readonly default: unknown }
    ? ValueOf<Table[Key]>
    : ValueOf<Table[Key]> | undefined;
};

export function settingOf(key: SettingKey): SettingDefinition {
  return settingTable[key];
}

/** The flag's name without its argument, such as `--group-size`. */
export function flagName(key: SettingKey): string {
  return settingOf(key).flag.split(' ')[0] as string;
}
