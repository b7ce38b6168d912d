import type { Imported, PaperDefaults } from '../../../src/core/library/paper-form.ts';
import type { ImportForm } from '../../../src/ledger/forms/import-form.ts';
import { gatherExperiences } from '../../../src/ledger/forms/read-experiences.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';

export const importDefaults: PaperDefaults = {
  domain: 'general',
  createdAt: '2026-01-01T00:00:00Z',
  createdBy: 'import',
  embeddingModel: 'unknown',
};

/** What an import finds in a file that holds this. */
export async function readText(
  data: string | Uint8Array,
  form: ImportForm,
  defaults: PaperDefaults = importDefaults,
): Promise<Imported> {
  const files = memoryFiles();
  files.set('the file', data);
  return await gatherExperiences(files, 'the file', form, defaults, sha256);
}
