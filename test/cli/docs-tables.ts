import { settingKeys, settingOf } from '../../src/app/settings.ts';
import { commandTable } from '../../src/cli/command-table.ts';

/** The parts of docs/cli.md that are made from the tables in the source, by the name of their marker. */
const tables: Readonly<Record<string, () => string>> = { commands: commandRows, settings: settingRows };

/** A page with its marked parts made anew. */
export function renewTables(page: string): string {
  return Object.entries(tables).reduce((text, [name, render]) => {
    const marked = new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
    if (!marked.test(text)) throw new Error(`docs/cli.md has no part marked "${name}"`);
    return text.replace(marked, (_, begin: string, end: string) => `${begin}\n${render()}\n\n${end}`);
  }, page);
}

function commandRows(): string {
  const rows = commandTable
    .filter(({ hidden }) => hidden !== true)
    .map(({ name, arguments: words, about }) => {
      const called = ['zoo', name, words].filter(Boolean).join(' ');
      return `| \`${escapeCell(called)}\` | ${escapeCell(about)} |`;
    });
  return ['| command | does |', '|---|---|', ...rows].join('\n');
}

function settingRows(): string {
  const rows = settingKeys.map((key) => {
    const setting = settingOf(key);
    const { flag, alias, env, secret, about } = setting;
    const named = alias === undefined ? flag : `${alias}, ${flag}`;
    const shown = setting.kind === 'switch' && setting.default === true ? flag.replace('--', '--no-') : named;
    const preset = setting.default === undefined ? '' : `\`${JSON.stringify(setting.default).replaceAll('"', '')}\``;
    const choices = setting.kind === 'choice' ? `: ${setting.choices.map((choice) => `\`${choice}\``).join(', ')}` : '';
    return `| \`${escapeCell(shown)}\` | \`${env}\` | ${secret === true ? '–' : `\`${key}\``} | ${preset} | ${escapeCell(about)}${choices} |`;
  });
  return ['| flag | variable | key | default | what |', '|---|---|---|---|---|', ...rows].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
