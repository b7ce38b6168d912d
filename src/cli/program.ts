import { Command, CommanderError, Option } from 'commander';
import { type SettingKey, settingOf } from '../app/settings.ts';
import { version } from '../app/package.ts';
import { ZooError, exitCode } from '../core/error.ts';
import type { Host } from './host.ts';
import { type CommandEntry, commandFamilies, commandTable } from './command-table.ts';
import { gitWords } from './git-words.ts';
import { everywhere, overview } from './overview.ts';

/** What was called, as commander found it on the command line. */
export interface Call {
  readonly entry: CommandEntry;
  readonly words: readonly (string | undefined)[];
  readonly settings: Readonly<Partial<Record<SettingKey, string | readonly string[] | boolean>>>;
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/**
 * Finds out what a command line calls. Undefined when help or version was asked for; it is printed then.
 *
 * @param words the command line after `zoo`
 * @throws ZooError `usage` (exit 2), with the nearest name there is
 */
export function parseCommandLine(words: readonly string[], host: Pick<Host, 'stdout' | 'stderr'>): Call | undefined {
  if (asksForVersion(words)) {
    host.stdout.write(`${version}\n`);
    return undefined;
  }
  let call: Call | undefined;
  const program = buildProgram(host, (found) => {
    call = found;
  });
  // Commander cannot tell `--json question` from `--json=question`, so the value has a flag of its own inside.
  const end = words.indexOf('--');
  const plain = words.map((word, index) =>
    word === '--json=events' && (end === -1 || index < end) ? '--json-events' : word,
  );
  try {
    program.parse(plain, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode !== 0) throw wrongUsage(thrown, words);
  }
  return call;
}

/** Before a command alone: behind one it can be a flag of the command's own. */
function asksForVersion(words: readonly string[]): boolean {
  const command = words.findIndex((word) => !word.startsWith('-'));
  return words.slice(0, command === -1 ? undefined : command).some((word) => word === '-V' || word === '--version');
}

/** That of the first of its commands. */
function exampleOf(family: string): string | undefined {
  return commandTable.find(({ name }) => name.startsWith(`${family} `))?.example;
}

function wrongUsage({ message }: CommanderError, words: readonly string[]): ZooError {
  const what = message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/s, '');
  const suggestion = /\(Did you mean (.*)\?\)/s.exec(message)?.[1];
  if (what !== '(outputHelp)')
    return new ZooError('usage', what, { exitCode: exitCode.usage, hint: hintFor(words, suggestion) });
  const such = exampleOf(words.find((word) => !word.startsWith('-')) ?? '') ?? 'zoo --help';
  return new ZooError('usage', 'a command is needed', { exitCode: exitCode.usage, hint: `Such as ${such}.` });
}

/** What is called elsewhere otherwise, the nearest name, or the example of the command that was called. */
function hintFor(words: readonly string[], suggestion: string | undefined): string {
  const typed = words.filter((word) => !word.startsWith('-'));
  const [family = '', word = ''] = typed;
  const entry = commandTable.find(({ name }) => `${typed.join(' ')} `.startsWith(`${name} `));
  const known =
    family === 'ledger' && entry === undefined && Object.hasOwn(gitWords, word) ? gitWords[word] : undefined;
  if (known !== undefined) return `Here that is ${known}.`;
  if (suggestion !== undefined) return `Did you mean ${suggestion}?`;
  if (entry !== undefined && entry.hidden !== true)
    return `Such as ${entry.example}; see \`zoo ${entry.name} --help\`.`;
  if (Object.hasOwn(commandFamilies, family)) return `See \`zoo ${family} --help\`.`;
  return 'See `zoo --help` or `zoo <command> --help`.';
}

/** The command line as commander knows it; a call goes to `onCall`, and nothing else happens. */
export function buildProgram(host: Pick<Host, 'stdout' | 'stderr'>, onCall: (call: Call) => void): Command {
  const program = new Command('zoo')
    .helpOption('-h, --help', 'shows this help')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      // The error is printed once, by main, which knows about --json.
      outputError: () => {},
    })
    .addOption(new Option('--json-events').hideHelp())
    .addOption(settingOption('logLevel'));
  for (const [flags, about] of everywhere) {
    if (['--json', '-q, --quiet', '-v, --verbose'].includes(flags)) program.option(flags, about);
  }
  program.helpInformation = overview;
  for (const entry of commandTable) addCommand(program, entry, onCall);
  return program;
}

function addCommand(program: Command, entry: CommandEntry, onCall: (call: Call) => void): void {
  const words = entry.name.split(' ');
  const parent = words.slice(0, -1).reduce(findOrAddFamily, program);
  const command = parent.command(words.at(-1) as string, { hidden: entry.hidden === true }).description(entry.about);
  command.helpOption('-h, --help', 'shows this help');
  for (const argument of entry.arguments?.split(' ') ?? []) command.argument(argument);
  for (const [flag, about] of entry.flags ?? []) addFlag(command, flag, about);
  for (const key of entry.settings ?? []) addSetting(command, key);
  command.addHelpText('before', example(entry.example));
  command.action((...received: unknown[]) => {
    // What repeats comes as one list.
    const positional = received.slice(0, -2).flat() as (string | undefined)[];
    onCall({ entry, words: positional, ...splitOptions(command, entry.settings ?? []) });
  });
}

/** A flag that ends in `...` collects what it is given each time. */
function addFlag(command: Command, flag: string, about: string): void {
  const option = new Option(flag.replace(/\.\.\.$/, ''), about);
  if (flag.endsWith('...'))
    option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
  command.addOption(option);
}

function findOrAddFamily(parent: Command, word: string): Command {
  const known = parent.commands.find((command) => command.name() === word);
  if (known !== undefined) return known;
  const family = parent.command(word).description(commandFamilies[word] ?? word);
  return family
    .helpOption('-h, --help', 'shows this help')
    .helpCommand('help [command]', 'shows the help of a command')
    .addHelpText('before', example(exampleOf(word) ?? `zoo ${word} --help`));
}

function addSetting(command: Command, key: SettingKey): void {
  const setting = settingOf(key);
  if (setting.kind !== 'switch') {
    command.addOption(settingOption(key));
    return;
  }
  // Both forms exist, so that a flag can turn back what the file says; help shows the one that changes the default.
  const negative = setting.flag.replace('--', '--no-');
  const [shown, hidden] = setting.default === true ? [negative, setting.flag] : [setting.flag, negative];
  command.addOption(new Option(shown, setting.about)).addOption(new Option(hidden).hideHelp());
}

function settingOption(key: SettingKey): Option {
  const setting = settingOf(key);
  const preset =
    setting.default === undefined ? '' : ` (default: ${JSON.stringify(setting.default).replaceAll('"', '')})`;
  // The name of the option is that of its last flag, and so the key of the setting.
  const flags = setting.alias === undefined ? setting.flag : `${setting.alias}, ${setting.flag}`;
  const option = new Option(flags, setting.about + preset);
  if (setting.kind === 'choice') option.argChoices = [...setting.choices];
  if (setting.kind === 'list') {
    option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
  }
  return option;
}

/** Settings are those that stood on the command line; the rest are the command's own flags. */
function splitOptions(command: Command, keys: readonly SettingKey[]): Pick<Call, 'settings' | 'flags'> {
  const settings: Record<string, string | readonly string[] | boolean> = {};
  const flags: Record<string, string | readonly string[] | boolean> = {};
  const own = new Set<string>([...keys, 'logLevel']);
  for (const [name, value] of Object.entries<string | readonly string[] | boolean>(command.optsWithGlobals())) {
    if (!own.has(name)) flags[name] = value;
    else if (command.getOptionValueSourceWithGlobals(name) === 'cli') settings[name] = value;
  }
  return { settings, flags };
}

function example(line: string): string {
  return `Example:\n  $ ${line}\n`;
}
