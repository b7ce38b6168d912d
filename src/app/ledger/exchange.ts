import { join } from 'node:path';
import { toHex } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import type { LibraryState } from '../../core/learning/account.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import type { EncodedVector } from '../../core/library/vector.ts';
import { sameRecord } from '../../ledger/comparing/compare-libraries.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import { importLines } from '../../ledger/forms/import-lines.ts';
import { type ImportForm, formOfFile } from '../../ledger/forms/import-form.ts';
import { type ExportForm, renderLibrary } from '../../ledger/forms/render-library.ts';
import type { Config } from '../config.ts';
import { files, sha256 } from '../wire/platform.ts';
import { readLibraryFile } from './library-file.ts';
import { authorOf, configuredLedger, dateOf, isLargeFile, isLargeLibrary } from './open.ts';

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
  const streamed = await importMany(config, ledger, request);
  if (streamed !== undefined) return { ...streamed, library: await ledger.state() };
  const { experiences, vectors } = await readLibraryFile(request.path, request.form, {
    domain: config.settings.domain,
    createdAt: dateOf(config),
    createdBy: authorOf(config),
    embeddingModel: request.embeddingModel,
  });
  const current = request.replace ? { experiences: [] } : await ledger.library();
  const { library, ...counts } = unite(current, experiences, request.existing);
  if (!request.dryRun) {
    await writeVectors(ledger, vectors);
    await ledger.save(library);
  }
  return { ...counts, library: await ledger.state() };
}

/** Of a long file, or into a large library; undefined where all of it is little enough to lie in memory. */
async function importMany(
  config: Config,
  ledger: Ledger,
  { path, form, existing, replace, embeddingModel, dryRun }: ImportRequest,
): Promise<Omit<ImportResult, 'library'> | undefined> {
  const written = form ?? formOfFile(path);
  if (written === undefined || !(await files.exists(path))) return undefined;
  if (!(await isLargeFile(path, '')) && !(await isLargeLibrary(config))) return undefined;
  return await importLines(
    files,
    ledger,
    {
      path,
      form: written,
      defaults: {
        domain: config.settings.domain ?? 'general',
        createdAt: dateOf(config),
        createdBy: authorOf(config),
        embeddingModel: embeddingModel ?? 'unknown',
      },
      existing,
      replace,
      dryRun,
      keepVectors: (vectors) => writeVectors(ledger, vectors),
    },
    sha256,
  );
}

function unite(current: Library, imported: readonly Experience[], existing: ImportRequest['existing']) {
  const records = new Map(current.experiences.map((experience) => [experience.id, experience]));
  let [added, updated, kept] = [0, 0, 0];
  for (const experience of imported) {
    const known = records.get(experience.id);
    if (known === undefined) added++;
    else if (sameRecord(known, experience) || existing === 'keep') kept++;
    else if (existing === 'update') updated++;
    else
      throw new ZooError('experience-exists', `the library has ${experience.id} already, with other content`, {
        hint: 'Keep what is there (leave --existing out), or take what comes with --existing update.',
      });
    if (known === undefined || existing === 'update') records.set(experience.id, experience);
  }
  return { library: { experiences: [...records.values()] }, added, updated, kept };
}

/** Vectors lie beside the library, each named by its SHA-256. */
async function writeVectors(ledger: Ledger, vectors: readonly EncodedVector[]): Promise<void> {
  await files.writeAll(vectors.map(({ reference, bytes }) => [vectorPath(ledger, reference.sha256), bytes] as const));
}

function vectorPath(ledger: Ledger, digest: string): string {
  return join(ledger.folder, 'vectors', digest);
}

/** A library as text. */
export async function exportLibrary(
  config: Config,
  library: Library,
  form: ExportForm,
): Promise<{ readonly text: string; readonly count: number }> {
  const ledger = configuredLedger(config);
  const vectors = form === 'paper' ? await readVectors(ledger, library) : new Map<string, Uint8Array>();
  return {
    text: renderLibrary(library, form, sha256, (digest) => vectors.get(digest)),
    count: library.experiences.length,
  };
}

async function readVectors(ledger: Ledger, library: Library): Promise<ReadonlyMap<string, Uint8Array>> {
  const vectors = new Map<string, Uint8Array>();
  for (const { embedding } of library.experiences) {
    if (embedding === null || vectors.has(embedding.sha256)) continue;
    const path = vectorPath(ledger, embedding.sha256);
    if (!(await files.exists(path))) continue;
    const bytes = await files.read(path);
    if (toHex(sha256(bytes)) === embedding.sha256) vectors.set(embedding.sha256, bytes);
  }
  return vectors;
}

/** Writes an exported library to a file. */
export async function writeExport(path: string, text: string): Promise<void> {
  await files.writeAtomic(path, text);
}
