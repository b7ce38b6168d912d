import { CommanderError } from 'commander';
import type { Config } from '../app/config.ts';
import { type LogLevel, logLevels } from '../app/settings.ts';
import { ZooError, exitCode, messageOf } from '../core/error.ts';
import { type Host, processHost } from './host.ts';
import { type Call, buildProgram } from './program.ts';
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
    return await perform(readCall(words, host), terminal);
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCode.done;
    const error = asZooError(thrown);
    printError(terminal, error);
    return error.exitCode;
  }
}

function readCall(words: readonly string[], host: Host): Call {
  let call: Call | undefined;
  const program = buildProgram(host, (found) => {
    call = found;
  });
  // Commander cannot tell `--json question` from `--json=question`, so the value has a flag of its own inside.
  const end = words.indexOf('--');
  const plain = words.map((word, index) =>
    word === '--json=events' && (end === -1 || index < end) ? '--json-events' : word,
  );
  program.parse(plain, { from: 'user' });
  if (call === undefined) throw new ZooError('no-command', 'no command was given', { exitCode: exitCode.usage });
  return call;
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

function asZooError(thrown: unknown): ZooError {
  if (thrown instanceof ZooError) return thrown;
  if (thrown instanceof CommanderError) {
    const message = thrown.message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/s, '');
    const suggestion = /\(Did you mean (.*)\?\)/s.exec(thrown.message)?.[1];
    return new ZooError('usage', message === '(outputHelp)' ? 'a command is needed' : message, {
      exitCode: exitCode.usage,
      hint: suggestion === undefined ? 'See `zoo --help` or `zoo <command> --help`.' : `Did you mean ${suggestion}?`,
    });
  }
  return new ZooError('unexpected', messageOf(thrown), {
    cause: thrown,
    hint: 'This is a defect of zoo. Run it again with --verbose and report what it prints.',
  });
}
