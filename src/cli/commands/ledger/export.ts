import { type ExportForm, exportForms } from '../../../ledger/forms/render-library.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { pathFlag } from '../../path-flag.ts';
import { choiceFlag } from '../../choice-flag.ts';
import { inPieces, openOutput, printInPieces } from '../../output.ts';
import { count as counted } from '../../view/train-lines.ts';

/** `zoo ledger export`: a library as text, to stdout or a file. */
export async function exportLibrary(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const exchange = await import('../../../app/ledger/exchange.ts');
  const form = choiceFlag(invocation, 'format', exportForms) ?? 'json';
  if (await exportInPieces(invocation, form)) return;
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

/** A large library is never in memory as a whole. False for a small one. */
async function exportInPieces(invocation: Invocation, form: ExportForm): Promise<boolean> {
  const { terminal } = invocation;
  const { exportLarge, writePieces } = await import('../../../app/ledger/read-large.ts');
  const reference = textFlag(invocation, 'at') ?? 'working';
  const large = await exportLarge(await invocation.config(), reference, form, terminal.host.folder);
  if (large === undefined) return false;
  const { count, pieces } = large;
  const output = pathFlag(invocation, 'output');
  if (output !== undefined) {
    await writePieces(output, pieces());
    terminal.document({ format: form, count, output });
    terminal.print(`${counted(count, 'experience')} written to ${output}`);
  } else if (terminal.json !== 'off')
    await printInPieces(terminal, { format: form, count, output: null, text: inPieces }, { text: pieces() });
  else {
    const printed = openOutput(terminal);
    for await (const piece of pieces()) await printed.write(piece);
    await printed.end();
  }
  return true;
}
