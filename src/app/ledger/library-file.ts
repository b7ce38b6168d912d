import { basename, join } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import { type Imported, type PaperDefaults, unknownModel } from '../../core/library/paper-form.ts';
import { type ImportForm, formOfFile } from '../../ledger/forms/import-form.ts';
import { gatherExperiences } from '../../ledger/forms/read-experiences.ts';
import { paths } from '../../ledger/layout.ts';
import { type StarterName, starterLibrary, starters } from '../../ledger/starters/starters.ts';
import { clock, files, sha256 } from '../wire/platform.ts';

/** What a file of experiences leaves open. */
export interface FileDefaults {
  readonly domain?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly embeddingModel?: string | undefined;
}

/**
 * Reads a file of experiences, or a starter (`starter:mathematics`).
 *
 * @param form as {@link formOfFile} tells unless given
 * @throws ZooError `no-such-file`, `is-a-library`, `unknown-format`, and those of `gatherExperiences`
 */
export async function readLibraryFile(
  path: string,
  form: ImportForm | undefined,
  defaults: FileDefaults = {},
): Promise<Imported> {
  const starter = /^starter:(.*)$/.exec(basename(path))?.[1];
  if (starter !== undefined) return { experiences: readStarter(starter).experiences, vectors: [] };
  if (!(await files.exists(path)))
    throw new ZooError('no-such-file', `there is no file ${path}`, {
      exitCode: exitCode.usage,
      hint: `Name a file, or a starter: ${starterNames()}.`,
    });
  if (await files.exists(join(path, paths.header)))
    throw new ZooError('is-a-library', `${path} is a library, and no file of experiences`, {
      exitCode: exitCode.usage,
      hint: 'Bring two libraries together with "zoo ledger merge <folder>".',
    });
  const chosen = form ?? formOfFile(path);
  if (chosen === undefined)
    throw new ZooError('unknown-format', `the name of ${path} does not tell how it is written`, {
      exitCode: exitCode.usage,
      hint: 'Say it with --format paper, json, jsonl, csv, markdown or prompt.',
    });
  return await gatherExperiences(files, path, chosen, completeDefaults(defaults), sha256);
}

export function completeDefaults(given: FileDefaults): PaperDefaults {
  return {
    domain: given.domain ?? 'general',
    createdAt: given.createdAt ?? new Date(clock.now()).toISOString(),
    createdBy: given.createdBy ?? 'import',
    embeddingModel: given.embeddingModel ?? unknownModel,
  };
}

function readStarter(name: string) {
  if (Object.hasOwn(starters, name)) return starterLibrary(name as StarterName, sha256);
  throw new ZooError('unknown-starter', `there is no starter library "${name}"`, {
    exitCode: exitCode.usage,
    hint: `There are ${starterNames()}.`,
  });
}

function starterNames(): string {
  return Object.keys(starters)
    .map((name) => `starter:${name}`)
    .join(', ');
}
