import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { type FakeHost, fakeHost } from './fake-host.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ZooInProcess {
  readonly folder: string;
  readonly environment: Record<string, string>;
  /** Everything that any command has said. */
  readonly said: string[];
  /** A command as the line after `zoo` has it; far quicker than a process each. */
  run(words: readonly string[], more?: Readonly<Record<string, string>>): Promise<Said>;
  /** The same, while it runs. */
  start(words: readonly string[], more?: Readonly<Record<string, string>>): { host: FakeHost; ended: Promise<Said> };
  /** Stdout of a command that must exit 0. */
  zoo(...words: string[]): Promise<string>;
  json<T>(...words: string[]): Promise<T>;
  /** Exit code and code of the error. */
  failure(words: readonly string[], more?: Readonly<Record<string, string>>): Promise<readonly [number, string]>;
  remove(): void;
}

/** The command line in a folder of its own, whose wallets and cache lie in it as well. */
export function zooInProcess(environment: Record<string, string>): ZooInProcess {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-cli-'));
  const said: string[] = [];
  const cli: ZooInProcess = {
    folder,
    environment: { HOME: folder, ...environment },
    said,
    start: (words, more = {}) => {
      const host = fakeHost({ folder, environment: { ...cli.environment, ...more } });
      const ended = main(words, host).then((code) => {
        const [stdout, stderr] = [host.written.stdout(), host.written.stderr()];
        said.push(stdout, stderr);
        return { code, stdout, stderr };
      });
      return { host, ended };
    },
    run: (words, more) => cli.start(words, more).ended,
    zoo: async (...words) => {
      const { code, stdout, stderr } = await cli.run(words);
      expect(code, `zoo ${words.join(' ')}\n${stderr}`).toBe(0);
      return stdout;
    },
    json: async <T>(...words: string[]) => JSON.parse(await cli.zoo(...words, '--json')) as T,
    failure: async (words, more) => {
      const { code, stderr } = await cli.run(words, more);
      return [code, /error \[([\w-]+)\]/.exec(stderr)?.[1] ?? stderr];
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  return cli;
}
