import { ZooError, exitCode } from '../core/error.ts';
import { type SettingKey, flagName, settingOf } from './settings.ts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The value of a setting from the text of a flag or of an environment variable.
 *
 * @param source where the text stands, such as `--seed` or `ZOO_SEED`, for the message
 * @throws ZooError `invalid-setting` (exit 2), which never repeats the text of a secret
 */
export function parseSetting(key: SettingKey, text: string, source: string): unknown {
  const setting = settingOf(key);
  const refuse = (expected: string): never => {
    const given = setting.secret === true ? '' : `, not "${text}"`;
    throw new ZooError('invalid-setting', `${source} takes ${expected}${given}`, {
      exitCode: exitCode.usage,
      hint: `Set it with ${setting.flag} or ${setting.env}; \`zoo config\` shows every setting and where it comes from.`,
      data: { setting: key, source },
    });
  };
  switch (setting.kind) {
    case 'text':
    case 'path':
      return text === '' ? refuse('a text that is not empty') : text;
    case 'list':
      return text.split(',').filter((part) => part !== '');
    case 'choice':
      return setting.choices.includes(text) ? text : refuse(`one of ${setting.choices.join(', ')}`);
    case 'switch':
      if (/^(1|true|yes|on)$/i.test(text)) return true;
      return /^(0|false|no|off)$/i.test(text) ? false : refuse('true or false');
    case 'integer-or-auto':
      if (text === 'auto') return text;
      return parseInteger(text, setting.least) ?? refuse(`a whole number of at least ${setting.least}, or auto`);
    case 'integer':
      return (
        parseInteger(text, setting.least, setting.most) ??
        refuse(describeRange('whole number', setting.least, setting.most))
      );
    case 'number':
      return (
        parseNumber(text, setting.least, setting.most) ?? refuse(describeRange('number', setting.least, setting.most))
      );
    case 'duration':
      return parseDuration(text) ?? refuse('a time such as 90s, 15m or 2h');
    default:
      return refuse('nothing that zoo knows');
  }
}

/** Milliseconds of `90s`, `1.5h`, `2h30m`, or of a bare number of seconds; undefined when it is none of them. */
export function parseDuration(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    milliseconds += Number(amount) * (units[unit as string] as number);
  }
  return milliseconds;
}

function parseInteger(text: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined;
}

function parseNumber(text: string, least: number, most = Number.MAX_VALUE): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value >= least && value <= most ? value : undefined;
}

function describeRange(noun: string, least: number, most: number | undefined): string {
  return most === undefined ? `a ${noun} of at least ${least}` : `a ${noun} from ${least} to ${most}`;
}

/** The name under which a value came in, for messages: a flag's or a variable's. */
export function sourceName(key: SettingKey, place: 'flag' | 'environment'): string {
  return place === 'flag' ? flagName(key) : settingOf(key).env;
}
