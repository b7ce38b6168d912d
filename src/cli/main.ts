import type { Config } from '../app/config.ts';
import { type LogLevel, logLevels } from '../app/settings.ts';
import { ZooError, exitCode, messageOf } from '../core/error.ts';
import type { ModelError } from '../world/model/model.ts';
import { type Host, processHost } from './host.ts';
import { overview } from './overview.ts';
import type { Call } from './program.ts';
import { type Terminal, openTerminal, printError } from './terminal.ts';

/**
 * Runs one command line and returns what to exit with. Everything that can go wrong ends here, is printed once, and
 * keeps its exit code.
 *
 * @param words the command line after `zoo`
 */
export async function main(words: readonly string[], host: Host = processHost()): Promise<number> {
  const terminal = openTerminal(host, { json: jsonMode(words), level: 'info' });
  try {
    if (isHelp(words)) {
      host.stdout.write(overview());
      return exitCode.done;
    }
    const { parseCommandLine } = await import('./program.ts');
    const call = parseCommandLine(words, host);
    return call === undefined ? exitCode.done : await perform(call, terminal);
  } catch (thrown) {
    const error = asZooError(thrown);
    printError(terminal, error);
    return error.exitCode;
  }
}

/** The one call that loads nothing but the table of commands. */
function isHelp(words: readonly string[]): boolean {
  return words.length === 1 && ['--help', '-h', 'help'].includes(words[0] as string);
}

async function perform(call: Call, terminal: Terminal): Promise<number> {
  terminal.setLevel(typedLevel(call) ?? 'info');
  const action = await call.entry.load();
  let settled: Promise<Config> | undefined;
  const config = () => (settled ??= settle(call, terminal));
  const ended = await action({ words: call.words, flags: call.flags, terminal, config });
  return ended ?? exitCode.done;
}

async function settle(call: Call, terminal: Terminal): Promise<Config> {
  const { resolveConfig } = await import('../app/config.ts');
  const { environment, folder } = terminal.host;
  const config = resolveConfig({ flags: call.settings, environment, folder });
  terminal.setLevel(typedLevel(call) ?? config.settings.logLevel);
  return config;
}

function jsonMode(words: readonly string[]): Terminal['json'] {
  const end = words.indexOf('--');
  const before = end === -1 ? words : words.slice(0, end);
  if (before.includes('--json=events')) return 'events';
  return before.includes('--json') ? 'document' : 'off';
}

/** What the command line alone says; environment and file are heard once the configuration is settled. */
function typedLevel({ flags, settings }: Call): LogLevel | undefined {
  if (flags['quiet'] === true) return 'error';
  if (flags['verbose'] === true) return 'debug';
  return logLevels.find((level) => level === settings.logLevel);
}

/** By its name, because loading its class would load what every command but help needs. */
function isModelError(thrown: unknown): thrown is ModelError {
  return thrown instanceof Error && thrown.name === 'ModelError';
}

function asZooError(thrown: unknown): ZooError {
  if (thrown instanceof ZooError) return thrown;
  if (isModelError(thrown)) {
    const hint = thrown.hint ?? '`zoo doctor` checks the endpoint.';
    return new ZooError(`model-${thrown.kind}`, thrown.message, { cause: thrown, hint });
  }
  return new ZooError('unexpected', messageOf(thrown), {
    cause: thrown,
    hint: 'This is a defect of zoo. Run it again with --verbose and report what it prints.',
  });
}
