import { commandFamilies, commandTable } from './command-table.ts';

/** Options that every command takes, with what they do. */
export const everywhere: readonly (readonly [flags: string, about: string])[] = [
  ['--json', 'one JSON document on stdout; --json=events for a line an event'],
  ['-q, --quiet', 'tells errors only'],
  ['-v, --verbose', 'tells more'],
  ['--log-level <level>', 'what is told on stderr: silent, error, warn, info or debug'],
  ['-V, --version', 'prints the version'],
  ['-h, --help', 'shows this help, and the help of a command: zoo train --help'],
];

/**
 * What `zoo --help` prints. Made here and not by commander, so that the one thing that everybody runs first loads
 * nothing but the table of commands.
 */
export function overview(): string {
  const rows = commandTable
    .filter(({ hidden }) => hidden !== true)
    .map(({ name, arguments: words, about }) => [[name, words].filter(Boolean).join(' '), about] as const);
  const width = Math.max(...rows.map(([name]) => name.length), ...everywhere.map(([flags]) => flags.length));
  const line = ([left, right]: readonly [string, string]) => `  ${left.padEnd(width)}  ${right}`;
  const families = Object.keys(commandFamilies);
  const single = rows.filter(([name]) => !families.includes(name.split(' ')[0] as string));
  const grouped = families.flatMap((family) => {
    const members = rows.filter(([name]) => name.startsWith(`${family} `));
    return members.length === 0 ? [] : ['', `${commandFamilies[family]}:`, ...members.map(line)];
  });
  return [
    'Example:',
    '  $ zoo train --dataset quickstart --provider sim',
    '',
    'Usage: zoo <command> [options]',
    '',
    'Training-Free GRPO: a frozen model learns from its own attempts, in words that you can read.',
    '',
    'Commands:',
    ...single.map(line),
    ...grouped,
    '',
    'Options:',
    ...everywhere.map(line),
    '',
  ].join('\n');
}
