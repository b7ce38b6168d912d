import { main } from '../../../src/cli/main.ts';
import { type FakeHostOptions, fakeHost } from '../fake-host.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `zoo ledger <words>` in a folder, inside this process. */
export async function runLedger(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  watched: Pick<FakeHostOptions, 'isTTY' | 'columns' | 'canAsk'> = {},
): Promise<Ran> {
  const host = fakeHost({
    ...watched,
    folder,
    environment: { ZOO_AUTHOR: 'ada', SOURCE_DATE_EPOCH: '1767225600', ...environment },
  });
  const code = await main(['ledger', ...words], host);
  return { code, stdout: host.written.stdout(), stderr: host.written.stderr() };
}

/** The same with `--json`, parsed. */
export async function ledgerJson(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they need
): Promise<any> {
  const { stdout } = await runLedger(folder, [...words, '--json'], environment);
  return JSON.parse(stdout) as unknown;
}
