import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { randomFor } from '../../../src/core/random.ts';
import { certifyDifference } from '../../../src/core/tree/certify-difference.ts';
import { libraryRoots } from '../../../src/core/tree/library-roots.ts';
import { proveIds } from '../../../src/core/tree/proof.ts';
import { commitWorking } from '../../../src/ledger/commit-working.ts';
import { importLines } from '../../../src/ledger/forms/import-lines.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { systemClock } from '../../../src/world/clock/system.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, memoryFiles } from '../../fakes/files.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';
import { certify, prove } from '../in-shards.ts';

const folder = 'library';
const options = { message: '', author: 'zoo', time: 0 };
const open = (files: MemoryFiles) => openLedger({ files, sha256, clock: systemClock, folder });
const mapRootOf = ({ experiences }: Library) => toHex(libraryRoots(sha256, experiences).mapRoot);

/** Edits, removals and additions of some records. */
function changed({ experiences }: Library, edits: number, seed: number): Library {
  const random = randomFor(seed, 'changes');
  const next = new Map(experiences.map((experience) => [experience.id, experience]));
  for (let edit = 0; edit < edits; edit++) {
    const one = experiences[Math.floor(random() * experiences.length)];
    if (one !== undefined && random() < 0.4) next.set(one.id, { ...one, confidence: 0.25 + edit / 1000 });
    else if (one !== undefined && random() < 0.5) next.delete(one.id);
    else next.set(`n${seed}.${edit}`, exampleExperience(edit, { id: `n${seed}.${edit}` }));
  }
  return { experiences: [...next.values()] };
}

/** Takes a library in as lines, so that it lies in shards, and makes it a version. */
async function commitLines(files: MemoryFiles, library: Library): Promise<void> {
  files.set('lines', library.experiences.map((experience) => `${JSON.stringify(experience)}\n`).join(''));
  const defaults = { domain: 'general', createdAt: '', createdBy: '', embeddingModel: '' };
  const request = { path: 'lines', defaults, existing: 'update', replace: true, dryRun: false } as const;
  await importLines(files, open(files), request, sha256);
  await commitWorking(files, systemClock, open(files), options, sha256);
}

describe('the certificate of two libraries', { timeout: 120_000 }, () => {
  it('is that of the whole libraries, whether they lie in shards, in a pack or as changes', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    const libraries = [exampleLibrary(2), exampleLibrary(2100)];
    for (const [seed, edits] of [3, 60, 700].entries())
      libraries.push(changed(libraries.at(-1) as Library, edits, seed));
    const [small = exampleLibrary(0), large = exampleLibrary(0), ...others] = libraries;
    await ledger.commitVersion(small, options);
    await commitLines(files, large);
    for (const [place, library] of others.entries())
      await (place === 1 ? commitLines(files, library) : ledger.commitVersion(library, options));
    await ledger.commitVersion(exampleLibrary(0), options);
    libraries.push(exampleLibrary(0));
    for (const [one, before] of libraries.entries())
      for (const [other, after] of libraries.entries()) {
        // Those next to one another, and some that are far apart, both ways.
        if (other !== one + 1 && one + other !== 5) continue;
        const names = [`v${one + 1}`, `v${other + 1}`] as const;
        const certified = await certify(files, ledger, ...names, sha256);
        expect(
          Buffer.from(certified.bytes).equals(certifyDifference(before, after, sha256).bytes),
          names.join(' '),
        ).toBe(true);
        expect([certified.before, certified.after]).toEqual([mapRootOf(before), mapRootOf(after)]);
      }
  });

  it('may be one with the working library, and reads the shards that differ alone', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    const library = exampleLibrary(3000);
    await commitLines(files, library);
    await commitLines(files, changed(library, 2, 1));
    const next = changed(library, 4, 2);
    await ledger.save(next);
    await certify(files, ledger, 'v1', 'v2', sha256);
    const read: string[] = [];
    const watched = {
      ...files,
      read: (path: string) => files.read(path),
      readText: (path: string) => {
        read.push(path);
        return files.readText(path);
      },
    };
    await certify(watched, ledger, 'v1', 'v2', sha256);
    expect(read.filter((path) => path.includes('/packs/'))).toEqual([]);
    const { changes, before, after } = await certify(files, ledger, 'v1', 'working', sha256);
    expect(changes.map(({ id }) => id)).toEqual(certifyDifference(library, next, sha256).changes.map(({ id }) => id));
    expect([before, after]).toEqual([mapRootOf(library), mapRootOf(next)]);
  });

  it('does without an index, makes a damaged one anew, and is not made of parts that are not the version', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    const library = exampleLibrary(2500);
    await commitLines(files, library);
    await commitLines(files, changed(library, 5, 3));
    const expected = await certify(files, ledger, 'v1', 'v2', sha256);
    const indexes = () => [...files.contents.keys()].filter((path) => path.includes('.zoo/index/'));
    for (const place of [3, 20, 60, 200]) {
      for (const path of indexes()) files.set(path, (files.contents.get(path) as Uint8Array).with(place, 0xa5));
      expect(await certify(files, ledger, 'v1', 'v2', sha256)).toEqual(expected);
    }
    for (const path of indexes()) await files.remove(path);
    expect(await certify(files, ledger, 'v1', 'v2', sha256)).toEqual(expected);
    // Two indexes, each whole, in one another's place.
    const [one = '', other = ''] = indexes().filter((path) => path.endsWith('.part'));
    const bytes = files.contents.get(one) as Uint8Array;
    files.set(one, files.contents.get(other) as Uint8Array);
    files.set(other, bytes);
    await expect(certify(files, ledger, 'v1', 'v2', sha256)).rejects.toMatchObject({ code: 'root-mismatch' });
  });

  it('and proofs do without the packs that a clone lacks, and tell of the working library', async () => {
    const files = memoryFiles();
    const ledger = open(files);
    const library = exampleLibrary(2400);
    const ids = [library.experiences[7]?.id ?? '', 'exp_nothere'];
    await commitLines(files, exampleLibrary(2));
    await commitLines(files, library);
    const entry = await ledger.findVersion('v2');
    for (const path of Array.from(files.contents.keys()))
      if (/library\/(packs|\.zoo)\//.test(path) && !path.endsWith('generation')) await files.remove(path);
    const [recordOnly, readAll] = [open(files), { library: () => Promise.reject(new Error('all of it was read')) }];
    const clone = { ...recordOnly, ...readAll };
    const whole = proveIds(library, ids, entry.commit, sha256);
    expect(await prove(files, clone, ids, 'v2', sha256)).toEqual(whole);
    expect(await prove(files, clone, ids, 'working', sha256)).toEqual(whole);
    expect((await certify(files, clone, 'v2', 'working', sha256)).changes).toEqual([]);
    const next = changed(library, 9, 4);
    await ledger.save(next);
    expect(await prove(files, clone, ids, 'working', sha256)).toEqual(proveIds(next, ids, null, sha256));
    await expect(prove(files, clone, ids, 'v2', sha256)).rejects.toMatchObject({ code: 'pack-missing' });
    expect((await certify(files, clone, 'working', 'working', sha256)).changes).toEqual([]);
    const missing = certify(files, clone, 'v2', 'working', sha256);
    await expect(missing).rejects.toMatchObject({ code: 'pack-missing' });
  });
});
