import { styleText } from 'node:util';
import type { LogLevel } from '../app/settings.ts';
import { type ZooError, messageOf } from '../core/error.ts';
import type { Host } from './host.ts';
import { cleanText } from './view/clean-text.ts';

/** What commands print through: data to stdout, messages to stderr, and control characters nowhere. */
export interface Terminal {
  readonly host: Host;
  /** What `--json` asked for: nothing, one document, or a line an event. */
  readonly json: 'off' | 'document' | 'events';
  /** Someone watches stderr, and it can redraw. */
  live(): boolean;
  readonly coloured: boolean;
  /** Lines of data for people; nothing when JSON was asked for. */
  print(text: string): void;
  /** Of the terminal that data is read on; undefined where it goes elsewhere. */
  readonly columns: number | undefined;
  /** The one document of `--json`; nothing otherwise. In the stream of `--json=events` it is the last line. */
  document(value: unknown): void;
  /** A line of `--json=events`; nothing otherwise. */
  event(value: unknown): void;
  message(level: Exclude<LogLevel, 'silent'>, text: string): void;
  /** What is told on stderr from now on. */
  setLevel(level: LogLevel): void;
  style(format: Parameters<typeof styleText>[0], text: string): string;
}

export interface TerminalOptions {
  readonly json: Terminal['json'];
  readonly level: LogLevel;
}

const ranks: Readonly<Record<LogLevel, number>> = { silent: 0, error: 1, warn: 2, info: 3, debug: 4 };

export function openTerminal(host: Host, options: TerminalOptions): Terminal {
  const { json } = options;
  let { level } = options;
  const { environment, stdout, stderr } = host;
  const dumb = environment['TERM'] === 'dumb';
  const attended = stderr.isTTY === true && !dumb && !isSet(environment['CI']);
  const coloured = stdout.isTTY === true && stderr.isTTY === true && !dumb && !isSet(environment['NO_COLOR']);
  const columns = stdout.isTTY === true ? stdout.columns : undefined;
  return {
    host,
    json,
    coloured,
    live: () => attended && ranks[level] >= ranks.info,
    print: (text) => {
      if (json === 'off') stdout.write(`${text}\n`);
    },
    columns,
    document: (value) => {
      if (json === 'document') stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
      if (json === 'events') stdout.write(`${JSON.stringify({ type: 'result', result: value })}\n`);
    },
    event: (value) => {
      if (json === 'events') stdout.write(`${JSON.stringify(value)}\n`);
    },
    message: (of, text) => {
      if (ranks[of] <= ranks[level]) stderr.write(`${text}\n`);
    },
    setLevel: (changed) => {
      level = changed;
    },
    style: (format, text) => (coloured ? styleText(format, text, { validateStream: false }) : text),
  };
}

/** An error as people read it: what happened, then how to mend it. */
export function printError(terminal: Terminal, error: ZooError): void {
  const { code, message, hint, data } = error;
  terminal.message('error', `${terminal.style('red', `error [${code}]`)} ${cleanText(message)}`);
  if (hint !== undefined) terminal.message('error', `  ${terminal.style('dim', 'hint:')} ${cleanText(hint)}`);
  if (error.cause !== undefined) terminal.message('debug', `  cause: ${cleanText(describeCause(error.cause))}`);
  const account = {
    code,
    message,
    hint: hint ?? null,
    exitCode: error.exitCode,
    ...(data === undefined ? {} : { data }),
  };
  if (terminal.json === 'events') terminal.event({ type: 'error', error: account });
  else terminal.document({ error: account });
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : messageOf(cause);
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== '' && variable !== '0' && variable !== 'false';
}
