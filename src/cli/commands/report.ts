import { resolve } from 'node:path';
import { type Invocation, textFlag } from '../invocation.ts';

/** `zoo report [run]`: the run as one HTML file that needs no network. */
export async function report(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const { writeReport } = await import('../../app/report.ts');
  const output = textFlag(invocation, 'output');
  const path = output === undefined ? undefined : resolve(terminal.host.folder, output);
  const written = await writeReport(await invocation.config(), words[0], path);
  terminal.document(written);
  terminal.print(written.path);
}
