import { exitCode } from '../../core/error.ts';
import type { Invocation } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';

/** `zoo dataset overlap <a> <b>`: problems that two datasets share, so that nothing is measured on what was learned from. */
export async function datasetOverlap({ terminal, config, words, flags }: Invocation): Promise<number> {
  const { compareDatasets } = await import('../../app/datasets.ts');
  const [one, two] = words as [string, string];
  const { exact, normalised, near } = await compareDatasets(await config(), one, two);
  terminal.document({ datasets: [one, two], exact, normalised, near });
  terminal.print(
    `${exact.length} problems are the same, ${normalised.length} the same but for their dress, ${near.length} alike`,
  );
  const groups = { same: exact, dress: normalised, alike: near };
  for (const [name, pairs] of Object.entries(groups)) {
    for (const { left, right } of pairs) terminal.print(`${name}\t${cleanLine(left)}\t${cleanLine(right)}`);
  }
  return flags['failOnOverlap'] === true && exact.length + normalised.length > 0 ? exitCode.regression : exitCode.done;
}
