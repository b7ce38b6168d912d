import { basename, resolve } from 'node:path';
import { type Invocation, textFlag } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';

/** `zoo dataset import <file>`: turns JSONL, JSON, CSV, TSV or parquet into the JSONL that zoo trains on. */
export async function datasetImport(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const { importDataset } = await import('../../app/datasets.ts');
  const source = words[0] as string;
  const output = resolve(
    terminal.host.folder,
    textFlag(invocation, 'output') ?? `${basename(source).replace(/\.\w+$/, '')}.zoo.jsonl`,
  );
  const { problems, notes } = await importDataset(await invocation.config(), source, output);
  terminal.document({ source, output, problems, notes });
  terminal.print(`${problems} problems written to ${output}`);
  for (const note of notes) terminal.message('warn', `note: ${cleanLine(note)}`);
}
