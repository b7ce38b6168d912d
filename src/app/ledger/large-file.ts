import { importLines } from '../../ledger/forms/import-lines.ts';
import { formOfFile } from '../../ledger/forms/import-form.ts';
import type { Config } from '../config.ts';
import { keepHeapSmall } from '../wire/keep-heap-small.ts';
import { type Ledger, ledgerAt } from '../wire/ledgers.ts';
import { files, sha256 } from '../wire/platform.ts';
import { makeScratch } from '../wire/scratch.ts';
import { completeDefaults } from './library-file.ts';
import { isLargeFile } from './open.ts';

/** By path: a command may come back to a file, and none is imported twice. */
const imported = new Map<string, Promise<Ledger | undefined>>();

/**
 * A large file of experiences as a library of its own, which goes when this process ends; undefined for a file that is
 * little enough to be read as a whole.
 *
 * @throws ZooError as an import of it does
 */
export async function openLargeFile(path: string, config: Config): Promise<Ledger | undefined> {
  const known = imported.get(path);
  if (known !== undefined) return await known;
  const importing = importFile(path, config);
  imported.set(path, importing);
  return await importing;
}

async function importFile(path: string, config: Config): Promise<Ledger | undefined> {
  const form = formOfFile(path);
  if (form === undefined || !(await isLargeFile(path, ''))) return undefined;
  keepHeapSmall();
  const ledger = ledgerAt(await makeScratch(config));
  const found = await importLines(
    files,
    ledger,
    {
      path,
      form,
      defaults: completeDefaults({}),
      existing: 'refuse',
      replace: false,
      dryRun: false,
    },
    sha256,
  );
  return found === undefined ? undefined : ledger;
}
