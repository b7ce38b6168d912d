import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { ZooError, exitCode, messageOf } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { parseDuration } from './parse-setting.ts';
import { type SettingKey, settingKeys, settingOf } from './settings.ts';

export const configFileName = 'zoo.config.json';
/** Where the published JSON Schema lies. */
export const schemaAddress = 'https://raw.githubusercontent.com/zoo-labs/zoo/main/docs/schema/zoo.config.schema.json';

/** US dollars per million tokens; cached prompt tokens have a price of their own. */
const priceSchema = z.strictObject({
  input: z.number().min(0).describe('US dollars per million prompt tokens'),
  cachedInput: z.number().min(0).optional().describe('US dollars per million prompt tokens read from a cache'),
  output: z.number().min(0).describe('US dollars per million completion tokens'),
});
export type ConfiguredPrice = z.infer<typeof priceSchema>;

const pricesSchema = z
  .record(z.string(), priceSchema)
  .describe('Prices by model name; they override the built-in table.');

/** What zoo.config.json may hold: every setting that is no secret, and prices. Strict, so that a typing error is told. */
const configFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    prices: pricesSchema.optional(),
    ...(Object.fromEntries(
      settingKeys
        .filter((key) => settingOf(key).secret !== true)
        .map((key) => [key, fileSchemaOf(key).describe(describe(key)).optional()]),
    ) as Record<string, z.ZodType>),
  })
  .describe('Configuration of zoo. Flags, environment variables and .env come before it.');

export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Partial<Record<SettingKey, unknown>>>;
  readonly prices: Readonly<Record<string, ConfiguredPrice>>;
}

/**
 * The nearest zoo.config.json, from a folder upward; undefined when there is none.
 *
 * @throws ZooError `invalid-config` (exit 2) that names the file and the key
 */
export function findConfigFile(folder: string): ConfigFile | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const path = join(current, configFileName);
    const text = readIfThere(path);
    if (text !== undefined) return readConfig(path, text);
    if (current === dirname(current)) return undefined;
  }
}

/** The JSON Schema that editors complete zoo.config.json with (draft 2020-12). */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configFileSchema, { io: 'input' }), $id: schemaAddress, title: configFileName };
}

/** Text of a file, undefined when there is none. @throws ZooError `unreadable-file` when it cannot be read */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ZooError('unreadable-file', `${path} cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: `Make it readable or remove it.`,
    });
  }
}

function readConfig(path: string, text: string): ConfigFile {
  const { prices, $schema: _, ...values } = parseConfig(path, text);
  const parsed: Partial<Record<SettingKey, unknown>> = {};
  for (const [key, value] of Object.entries(values)) {
    const known = key as SettingKey;
    parsed[known] = settingOf(known).kind === 'duration' && typeof value === 'string' ? parseDuration(value) : value;
  }
  return { path, values: parsed, prices: (prices as ConfigFile['prices'] | undefined) ?? {} };
}

function parseConfig(path: string, text: string): Record<string, unknown> {
  try {
    return parseJson(text, configFileSchema, path);
  } catch (cause) {
    const secret = settingKeys.find((key) => settingOf(key).secret === true && text.includes(`"${key}"`));
    const hint =
      secret === undefined
        ? 'Mend it there; `zoo config --schema` prints what may stand in it.'
        : `"${secret}" is a secret and must not stand in it: put ${settingOf(secret).env} in the environment or in .env.`;
    throw new ZooError('invalid-config', messageOf(cause), { cause, hint, exitCode: exitCode.usage });
  }
}

function fileSchemaOf(key: SettingKey): z.ZodType {
  const setting = settingOf(key);
  switch (setting.kind) {
    case 'text':
    case 'path':
      return z.string().min(1);
    case 'list':
      return z.array(z.string());
    case 'choice':
      return z.enum(setting.choices as [string, ...string[]]);
    case 'switch':
      return z.boolean();
    case 'integer':
      return setting.most === undefined ? z.int().min(setting.least) : z.int().min(setting.least).max(setting.most);
    case 'integer-or-auto':
      return z.union([z.int().min(setting.least), z.literal('auto')]);
    case 'number':
      return setting.most === undefined
        ? z.number().min(setting.least)
        : z.number().min(setting.least).max(setting.most);
    case 'duration':
      return z.string().regex(/^(\d+(\.\d+)?|(\d+(\.\d+)?(ms|s|m|h|d))+)$/, 'expected a time such as 90s, 15m or 2h');
    default:
      return z.never();
  }
}

function describe(key: SettingKey): string {
  const setting = settingOf(key);
  const preset = setting.default === undefined ? '' : ` Default: ${JSON.stringify(setting.default)}.`;
  return `${setting.about} (${setting.flag}, ${setting.env}).${preset}`;
}
