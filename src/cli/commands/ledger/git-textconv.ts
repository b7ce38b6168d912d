import { resolve } from 'node:path';
import type { Invocation } from '../../invocation.ts';
import { cleanText } from '../../view/clean-text.ts';

/** `zoo ledger git-textconv <file>`: what git calls to show a file of a library. */
export async function gitTextconv({ terminal, words }: Invocation): Promise<void> {
  const { describeFile } = await import('../../../app/ledger/git-drivers.ts');
  const text = await describeFile(resolve(terminal.host.folder, words[0] as string));
  terminal.document({ text });
  terminal.print(cleanText(text).replace(/\n$/, ''));
}
