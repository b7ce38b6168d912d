import { type ExportForm, exportForms } from '../../../ledger/forms/render-library.ts';
import type { Shards } from '../../../ledger/shards/shards.ts';
import type { Invocation } from '../../invocation.ts';
import { pathFlag } from '../../path-flag.ts';
import { choiceFlag } from '../../choice-flag.ts';
import { inPieces, openOutput, printInPieces } from '../../output.ts';
import { count as counted } from '../../view/train-lines.ts';
import { readNamed } from './read-named.ts';

/** `zoo ledger export`: a library as text, to stdout or a file. */
export async function exportLibrary(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const exchange = await import('../../../app/ledger/exchange.ts');
  const form = choiceFlag(invocation, 'format', exportForms) ?? 'json';
  const { small, shards, folder } = await readNamed(invocation);
  // A file has no vectors beside it; what it names may lie beside the library here.
  const beside = folder === '' ? (await invocation.config()).settings.library : folder;
  if (small === undefined) return await exportInPieces(invocation, shards, form, beside);
  const { text, count } = await exchange.exportLibrary(beside, small, form);
  const output = pathFlag(invocation, 'output');
  if (output !== undefined) await exchange.writeExport(output, text);
  terminal.document({ format: form, count, output: output ?? null, ...(output === undefined ? { text } : {}) });
  terminal.print(
    output === undefined ? text.replace(/\n$/, '') : `${counted(count, 'experience')} written to ${output}`,
  );
}

/** A large library is never in memory as a whole. */
async function exportInPieces(invocation: Invocation, shards: Shards, form: ExportForm, folder: string): Promise<void> {
  const { terminal } = invocation;
  const { exportLarge, writePieces } = await import('../../../app/ledger/read-large.ts');
  const { count, pieces } = await exportLarge(shards, form, folder);
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
}
