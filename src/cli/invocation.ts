import type { Config } from '../app/config.ts';
import type { Terminal } from './terminal.ts';

/** What a command gets: the words after its name, its own flags, and everything else on request. */
export interface Invocation {
  /** Positional arguments in order; undefined for an optional one that is absent. */
  readonly words: readonly (string | undefined)[];
  /** The command's own flags by their camel-case name; settings are in the configuration. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly terminal: Terminal;
  /** Settled on first use, so that a command that needs none runs in a broken project too. */
  readonly config: () => Promise<Config>;
}

/** A command returns what to exit with; nothing means done. It throws ZooErrors and prints through the terminal. */
export type CommandAction = (invocation: Invocation) => Promise<number | void>;

/** A flag's text, when it was given as one. */
export function textFlag(invocation: Invocation, name: string): string | undefined {
  const value = invocation.flags[name];
  return typeof value === 'string' ? value : undefined;
}
