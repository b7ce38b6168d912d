import { configJsonSchema } from '../../app/config-file.ts';
import { type Config, describeOrigin } from '../../app/config.ts';
import { type SettingKey, settingKeys, settingOf } from '../../app/settings.ts';
import { withoutCredentials } from '../../core/without-credentials.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { renderTable } from '../view/table.ts';

/** `zoo config`: every setting with its value and where it came from; secrets are hidden. */
export async function config(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  if (flags['schema'] === true) {
    terminal.host.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
    return;
  }
  const settled = await invocation.config();
  terminal.document({
    file: settled.file ?? null,
    settings: Object.fromEntries(
      settingKeys.map((key) => [key, { value: shown(settled, key), origin: settled.origins[key] }]),
    ),
    prices: settled.prices,
  });
  const rows = settingKeys.map((key) => [key, printed(shown(settled, key)), describeOrigin(settled.origins[key])]);
  terminal.print(renderTable(['setting', 'value', 'from'], rows));
  terminal.message(
    'info',
    settled.file === undefined ? 'No zoo.config.json here or above; `zoo init` writes one.' : '',
  );
}

/** The value as it may be shown: a secret is only told to be there. */
function shown({ settings }: Config, key: SettingKey): unknown {
  const value = settings[key];
  if (value === undefined) return null;
  if (settingOf(key).secret === true) return '(hidden)';
  if (Array.isArray(value))
    return value.map((item: unknown) => (typeof item === 'string' ? withoutCredentials(item) : item));
  return typeof value === 'string' ? withoutCredentials(value) : value;
}

function printed(value: unknown): string {
  if (value === null) return '-';
  return cleanLine(typeof value === 'string' ? value : JSON.stringify(value));
}
