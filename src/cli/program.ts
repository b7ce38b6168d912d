import { Command, Option } from 'commander';
import { type SettingKey, settingOf } from '../app/settings.ts';
import { version } from '../app/package.ts';
import type { Host } from './host.ts';
import { type CommandEntry, commandFamilies, commandTable } from './command-table.ts';

/** What was called, as commander found it on the command line. */
export interface Call {
  readonly entry: CommandEntry;
  readonly words: readonly (string | undefined)[];
  readonly settings: Readonly<Partial<Record<SettingKey, string | readonly string[] | boolean>>>;
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/** The command line as commander knows it; a call goes to `onCall`, and nothing else happens. */
export function buildProgram(host: Pick<Host, 'stdout' | 'stderr'>, onCall: (call: Call) => void): Command {
  const program = new Command('zoo')
    .description('Training-Free GRPO: a frozen model learns from its own attempts, in words that you can read.')
    .version(version, '-V, --version', 'prints the version')
    .helpOption('-h, --help', 'shows this help')
    .helpCommand('help [command]', "shows a command's help")
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      // The error is printed once, by main, which knows about --json.
      outputError: () => {},
    })
    .addHelpText('before', example('zoo train --dataset quickstart --provider sim'))
    .option('--json', 'one JSON document on stdout; --json=events for a line an event')
    .addOption(new Option('--json-events').hideHelp())
    .option('-q, --quiet', 'tells errors only')
    .option('-v, --verbose', 'tells more')
    .addOption(settingOption('logLevel'));
  for (const entry of commandTable) addCommand(program, entry, onCall);
  return program;
}

function addCommand(program: Command, entry: CommandEntry, onCall: (call: Call) => void): void {
  const words = entry.name.split(' ');
  const parent = words.slice(0, -1).reduce(findOrAddFamily, program);
  const command = parent.command(words.at(-1) as string).description(entry.about);
  command.helpOption('-h, --help', 'shows this help');
  for (const argument of entry.arguments?.split(' ') ?? []) command.argument(argument);
  for (const [flag, about] of entry.flags ?? []) command.option(flag, about);
  for (const key of entry.settings ?? []) addSetting(command, key);
  command.addHelpText('before', example(entry.example));
  command.action((...received: unknown[]) => {
    const positional = received.slice(0, -2) as (string | undefined)[];
    onCall({ entry, words: positional, ...splitOptions(command, entry.settings ?? []) });
  });
}

function findOrAddFamily(parent: Command, word: string): Command {
  const known = parent.commands.find((command) => command.name() === word);
  return known ?? parent.command(word).description(commandFamilies[word] ?? word);
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
  const option = new Option(setting.flag, setting.about + preset);
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
