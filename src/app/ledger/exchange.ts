import type { LibraryState } from '../../core/learning/account.ts';
import type { Library } from '../../core/library/library.ts';
import { importFew } from '../../ledger/forms/import-few.ts';
import { importLines } from '../../ledger/forms/import-lines.ts';
import { type ImportForm, formOfFile } from '../../ledger/forms/import-form.ts';
import { type ExportForm, renderLibrary } from '../../ledger/forms/render-library.ts';
import type { Config } from '../config.ts';
import { files, sha256 } from '../wire/platform.ts';
import { completeDefaults, readLibraryFile } from './library-file.ts';
import { authorOf, configuredLedger, dateOf, isLargeFile, isLargeLibrary } from './open.ts';
import { readVector } from './read-vector.ts';

export interface ImportRequest {
  readonly path: string;
  readonly form: ImportForm | undefined;
  /** What happens to a record whose id the library has: ours stays, theirs comes instead, or the import is refused. */
  readonly existing: 'keep' | 'update' | 'refuse';
  /** Whether what was in the library goes first. */
  readonly replace: boolean;
  readonly embeddingModel: string | undefined;
  readonly dryRun: boolean;
}

export interface ImportResult {
  readonly added: number;
  readonly updated: number;
  /** Records that the library had already. */
  readonly kept: number;
  readonly library: LibraryState;
}

/**
 * Takes experiences from a file or a starter into the working library: all of them or none.
 *
 * @throws ZooError those of `readLibraryFile`; `experience-exists` when it is to be refused
 */
export async function importLibrary(config: Config, request: ImportRequest): Promise<ImportResult> {
  const ledger = configuredLedger(config);
  const { path, form, embeddingModel, ...rest } = request;
  const defaults = completeDefaults({
    domain: config.settings.domain,
    createdAt: dateOf(config),
    createdBy: authorOf(config),
    embeddingModel,
  });
  const written = form ?? formOfFile(path);
  const counts =
    (written !== undefined && (await isMany(config, path))
      ? await importLines(files, ledger, { ...rest, path, form: written, defaults }, sha256)
      : undefined) ?? (await importFew(files, ledger, await readLibraryFile(path, form, defaults), rest));
  return { ...counts, library: await ledger.state() };
}

/** Whether a file is long, or the library large. */
async function isMany(config: Config, path: string): Promise<boolean> {
  return (await isLargeFile(path, '')) || ((await files.exists(path)) && (await isLargeLibrary(config)));
}

/** A library as text. @param folder beside which its vectors lie */
export async function exportLibrary(
  folder: string,
  library: Library,
  form: ExportForm,
): Promise<{ readonly text: string; readonly count: number }> {
  const vectors = new Map<string, Uint8Array>();
  for (const { embedding } of form === 'paper' ? library.experiences : []) {
    const bytes = embedding === null ? undefined : await readVector(folder, embedding.sha256);
    if (embedding !== null && bytes !== undefined) vectors.set(embedding.sha256, bytes);
  }
  return {
    text: renderLibrary(library, form, sha256, (digest) => vectors.get(digest)),
    count: library.experiences.length,
  };
}

/** Writes an exported library to a file. */
export async function writeExport(path: string, text: string): Promise<void> {
  await files.writeAtomic(path, text);
}
