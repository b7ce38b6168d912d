import type { Experience } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import type { Imported } from '../../core/library/paper-form.ts';
import { sameRecord } from '../comparing/compare-libraries.ts';
import type { Files } from '../../world/files/files.ts';
import { whileLocked } from '../locking.ts';
import type { Ledger } from '../open-ledger.ts';
import { experienceExists } from './import-form.ts';
import { createVectorKeeper } from './keep-vectors.ts';
import { whileBusy } from '../undisturbed.ts';
import type { ImportedLines, LinesToImport } from './import-lines.ts';

/** Takes experiences that lie in memory into a small working library, all or none. @throws ZooError `experience-exists` */
export async function importFew(
  files: Files,
  ledger: Ledger,
  { experiences, vectors }: Imported,
  { replace, existing, dryRun }: Pick<LinesToImport, 'replace' | 'existing' | 'dryRun'>,
): Promise<ImportedLines> {
  const keeper = createVectorKeeper(files, ledger.folder);
  return await whileBusy(async () => {
    const current = await ledger.library();
    const { library, ...counts } = unite(replace ? { experiences: [] } : current, experiences, existing);
    if (dryRun) return counts;
    // Until the change is decided nothing names the vectors: no collection may come between.
    await whileLocked(ledger, async () => {
      try {
        await keeper.add(vectors);
        await keeper.flush();
      } catch (thrown) {
        await keeper.discard();
        throw thrown;
      }
      // Whatever fails from here on, the change may be decided, and then it needs them.
      await ledger.save(library, current);
    });
    return counts;
  });
}

function unite(current: Library, imported: readonly Experience[], existing: LinesToImport['existing']) {
  const records = new Map(current.experiences.map((experience) => [experience.id, experience]));
  let [added, updated, kept] = [0, 0, 0];
  for (const experience of imported) {
    const known = records.get(experience.id);
    if (known === undefined) added++;
    else if (sameRecord(known, experience) || existing === 'keep') kept++;
    else if (existing === 'update') updated++;
    else throw experienceExists(experience.id);
    if (known === undefined || existing === 'update') records.set(experience.id, experience);
  }
  return { library: { experiences: [...records.values()] }, added, updated, kept };
}
