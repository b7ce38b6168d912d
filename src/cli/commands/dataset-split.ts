import { resolve } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import { type Invocation, textFlag } from '../invocation.ts';

/** `zoo dataset split <name> --parts train=4,gate=1`: seeded, in proportion in every stratum, and no problem in two parts. */
export async function datasetSplit(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const { splitDataset } = await import('../../app/datasets.ts');
  const weights = parseParts(textFlag(invocation, 'parts') ?? 'train=4,gate=1');
  const folder = resolve(terminal.host.folder, textFlag(invocation, 'output') ?? '.');
  const parts = await splitDataset(await invocation.config(), words[0] as string, weights, folder);
  terminal.document({ parts });
  for (const { name, problems, path } of parts) terminal.print(`${name}: ${problems} problems in ${path}`);
}

function parseParts(text: string): Record<string, number> {
  const parts = text.split(',').map((part) => /^([\w-]+)=(\d+(?:\.\d+)?)$/.exec(part.trim()));
  if (parts.length >= 2 && parts.every((part) => part !== null)) {
    return Object.fromEntries(parts.map(([, name = '', weight = '']) => [name, Number(weight)]));
  }
  throw new ZooError('invalid-parts', `--parts takes names with weights, not "${text}"`, {
    exitCode: exitCode.usage,
    hint: 'Such as --parts train=4,gate=1.',
  });
}
