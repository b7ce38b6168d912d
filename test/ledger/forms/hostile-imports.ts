import * as fc from 'fast-check';
import { expect } from 'vitest';
import { ZooError } from '../../../src/core/error.ts';
import { lintLibrary } from '../../../src/core/library/lint.ts';
import { encodeVector } from '../../../src/core/library/vector.ts';
import { commitWorking } from '../../../src/ledger/commit-working.ts';
import { importFew } from '../../../src/ledger/forms/import-few.ts';
import { type ImportForm, importForms } from '../../../src/ledger/forms/import-form.ts';
import { type ImportedLines, type LinesToImport, importLines } from '../../../src/ledger/forms/import-lines.ts';
import { gatherExperiences } from '../../../src/ledger/forms/read-experiences.ts';
import { renderLibrary } from '../../../src/ledger/forms/render-library.ts';
import { fsck } from '../../../src/ledger/fsck.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { systemClock } from '../../../src/world/clock/system.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, memoryFiles } from '../../fakes/files.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';
import { hostileBytes } from '../hostile-bytes.ts';
import { anyExperience } from './any-library.ts';
import { importDefaults } from './read-text.ts';

const openIn = (files: MemoryFiles) => openLedger({ files, sha256, clock: systemClock, folder: 'library' });
const request = { path: 'file', defaults: importDefaults, existing: 'update', replace: false, dryRun: false } as const;

/** A library in files of its own, and one in shards, each with a version and with changes since. */
async function someStores(): Promise<readonly [small: MemoryFiles, large: MemoryFiles]> {
  const small = memoryFiles();
  await openIn(small).commitVersion(exampleLibrary(3), { message: '', author: 'zoo' });
  await openIn(small).save(exampleLibrary(4));
  const large = memoryFiles();
  large.set('file', renderLibrary(exampleLibrary(2010), 'jsonl', sha256));
  await importLines(large, openIn(large), { ...request, form: 'jsonl' }, sha256);
  await commitWorking(large, systemClock, openIn(large), { message: '', author: 'zoo' }, sha256);
  await large.remove('file');
  return [small, large];
}

/** What an honest file of this form holds: records that the stores have and others, one with a vector. */
function honestFile(form: ImportForm): string {
  const vector = encodeVector([0.5, -0.25, 0.1], 'm', sha256);
  const others = new Map(fc.sample(anyExperience, { seed: 7, numRuns: 3 }).map((one) => [one.id, one]));
  const changed = { ...exampleExperience(2), confidence: 0.75 };
  const embedded = exampleExperience(3000, { embedding: vector.reference });
  const experiences = [exampleExperience(1), changed, ...others.values(), embedded];
  return renderLibrary({ experiences }, form, sha256, () => vector.bytes);
}

/**
 * Imports hostile files of every form into libraries of both layouts, on all ways that an import may take. Each is refused
 * with an error that says how to mend it and leaves every file as it was, byte for byte; or it is taken, and the library
 * is whole and holds what was told. Returns how many were refused and taken.
 */
export async function importHostileFiles(runs: number): Promise<{ readonly refused: number; readonly taken: number }> {
  const [small, large] = await someStores();
  const counts = { refused: 0, taken: 0 };
  const input = fc
    .constantFrom(...importForms)
    .chain((form) => fc.tuple(fc.constant(form), hostileBytes(honestFile(form))));
  const options = fc.record({
    store: fc.oneof({ weight: 9, arbitrary: fc.constant(small) }, { weight: 1, arbitrary: fc.constant(large) }),
    streamed: fc.boolean(),
    existing: fc.constantFrom('keep', 'update', 'refuse'),
    replace: fc.boolean(),
    dryRun: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(input, options, async ([form, bytes], { store, streamed, ...others }) => {
      const files = store.restart();
      files.set('file', bytes);
      const before = new Map(files.contents);
      const made = await take(files, { ...request, ...others, form }, streamed || store === large);
      if (made instanceof ZooError) {
        counts.refused++;
        expect(made.hint, made.message).toMatch(/\w/);
      } else counts.taken++;
      if (made instanceof ZooError || others.dryRun) return expectSame(files.contents, before);
      await expectWhole(files, made, others.replace ? 0 : store === large ? 2010 : 4);
    }),
    { numRuns: runs },
  );
  return counts;
}

/** As `zoo ledger import` does. Whatever is no ZooError goes through. */
async function take(
  files: MemoryFiles,
  how: LinesToImport & { readonly form: ImportForm },
  streamed: boolean,
): Promise<ImportedLines | ZooError> {
  const ledger = openIn(files);
  try {
    const many = streamed ? await importLines(files, ledger, how, sha256) : undefined;
    if (many !== undefined) return many;
    const imported = await gatherExperiences(files, how.path, how.form, how.defaults, sha256);
    return await importFew(files, ledger, imported, how);
  } catch (thrown) {
    if (thrown instanceof ZooError) return thrown;
    throw thrown;
  }
}

function expectSame(after: ReadonlyMap<string, Uint8Array>, before: ReadonlyMap<string, Uint8Array>): void {
  expect([...after.keys()]).toEqual([...before.keys()]);
  const changed = [...before].filter(([path, bytes]) => !Buffer.from(bytes).equals(after.get(path) as Uint8Array));
  expect(changed).toEqual([]);
}

async function expectWhole(files: MemoryFiles, { added }: ImportedLines, count: number): Promise<void> {
  const library = await openIn(files).library();
  expect(library.experiences).toHaveLength(count + added);
  for (const { id } of library.experiences) expect(id).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
  lintLibrary(library);
  for (const path of files.contents.keys())
    if (path !== 'file') expect(path).toMatch(/^library\/(?:[a-z]+\/|refs\/tags\/|\.zoo\/(?:index\/)?)?[\w.%-]+$/);
  // Of a large library it takes a second.
  if (library.experiences.length > 1000) return;
  expect((await fsck(files, 'library', sha256)).filter(({ level }) => level === 'error')).toEqual([]);
}
