import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingKeys, settingOf } from '../../src/app/settings.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { exitCode } from '../../src/core/error.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

describe('docs/cli.md', () => {
  it.each(commandTable.map(({ name, arguments: words }) => [name, words].filter(Boolean).join(' ')))(
    'tells of zoo %s',
    (name) => expect(page).toContain(`\`zoo ${name}\``),
  );

  it.each(settingKeys)('tells flag, variable, key and default of %s', (key) => {
    const { flag, env, default: preset, secret } = settingOf(key);
    const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${env}\``)) ?? '';
    expect(row).toContain(preset === true ? flag.replace('--', '--no-') : flag.replaceAll('|', String.raw`\|`));
    if (secret !== true) expect(row).toContain(`\`${key}\``);
    if (preset !== undefined) expect(row).toContain(`\`${JSON.stringify(preset).replaceAll('"', '')}\``);
  });

  it.each(Object.values(exitCode))('tells what exit code %i means', (code) =>
    expect(page).toMatch(new RegExp(`^\\| ${code} \\|`, 'm')),
  );

  it.each(['train', 'eval'])('tells the flags of zoo %s', (name) => {
    const own = commandTable.find((entry) => entry.name === name)?.flags ?? [];
    for (const [flag] of own) expect(page).toContain(flag);
  });
});
