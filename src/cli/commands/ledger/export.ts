import { exportForms } from '../../../ledger/render-library.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { pathFlag } from '../../path-flag.ts';
import { choiceFlag } from '../../choice-flag.ts';
import { count as counted } from '../../view/train-lines.ts';

/** `zoo ledger export`: a library as text, to stdout or a file. */
export async function exportLibrary(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const exchange = await import('../../../app/ledger/exchange.ts');
  const form = choiceFlag(invocation, 'format', exportForms) ?? 'json';
  const { text, count } = await exchange.exportLibrary(
    await invocation.config(),
    textFlag(invocation, 'at') ?? 'working',
    form,
    terminal.host.folder,
  );
  const output = pathFlag(invocation, 'output');
  if (output !== undefined) await exchange.writeExport(output, text);
  terminal.document({ format: form, count, output: output ?? null, ...(output === undefined ? { text } : {}) });
  terminal.print(
    output === undefined ? text.replace(/\n$/, '') : `${counted(count, 'experience')} written to ${output}`,
  );
}
