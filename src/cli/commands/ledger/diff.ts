import { resolve } from 'node:path';
import { exitCode } from '../../../core/error.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { printComparison, comparisonSummary } from '../../view/experiences.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger diff [A] [B]`: what differs, word by word; the newest version against the working library unless named. */
export async function diff(invocation: Invocation): Promise<number> {
  const { terminal, words, flags } = invocation;
  const proof = textFlag(invocation, 'proof');
  if (proof !== undefined) return await certify(invocation, resolve(terminal.host.folder, proof));
  const { compareReferences } = await import('../../../app/ledger/difference.ts');
  const difference = await compareReferences(await invocation.config(), ...sidesOf(words), terminal.host.folder);
  terminal.document(difference);
  const { from, to, equal } = difference;
  if (flags['markdown'] === true) {
    const { differenceMarkdown } = await import('../../../ledger/comparing/difference-markdown.ts');
    terminal.print(differenceMarkdown(difference).trimEnd());
  } else {
    if (flags['stat'] !== true) printComparison(difference, terminal);
    terminal.print(`${from.title} -> ${to.title}: ${comparisonSummary(difference)}`);
    terminal.print(`root ${from.recordsRoot} -> ${to.recordsRoot}`);
  }
  return flags['exitCode'] === true && !equal ? exitCode.error : exitCode.done;
}

/** Both names, which git also takes as `a..b`. */
function sidesOf([a, b]: Invocation['words']): [string | undefined, string | undefined] {
  const [, from, to] = (b === undefined && /^([^/]+?)\.\.([^/.][^/]*)$/.exec(a ?? '')) || [];
  if (from === undefined || to === undefined) return [a, b];
  return [from, from.startsWith('git:') && !to.includes(':') ? `git:${to}` : to];
}

/** `--proof <file>`: the certificate that the listed changes are all there are. */
async function certify({ terminal, words, flags, config }: Invocation, file: string): Promise<number> {
  const { writeCertificate } = await import('../../../app/ledger/difference.ts');
  const made = await writeCertificate(await config(), ...sidesOf(words), terminal.host.folder, file);
  terminal.document(made);
  for (const { id, before, after } of made.changes)
    terminal.print(`${before === null ? '+' : after === null ? '-' : '~'} ${id}`);
  terminal.print(`${count(made.changes.length, 'change')}, certified in ${made.bytes} bytes: ${file}`);
  terminal.print(`zoo ledger verify ${file} --before ${made.before} --after ${made.after}`);
  return flags['exitCode'] === true && made.changes.length > 0 ? exitCode.error : exitCode.done;
}
