import * as fc from 'fast-check';
import { expect } from 'vitest';
import { ZooError } from '../../src/core/error.ts';
import { lintLibrary } from '../../src/core/library/lint.ts';
import { commitWorking } from '../../src/ledger/commit-working.ts';
import { importLines } from '../../src/ledger/forms/import-lines.ts';
import { renderLibrary } from '../../src/ledger/forms/render-library.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { collectGarbage } from '../../src/ledger/gc.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { lintShards } from '../../src/ledger/shards/lint-shards.ts';
import { listShards } from '../../src/ledger/shards/list-shards.ts';
import { findMostUsed } from '../../src/ledger/shards/most-used.ts';
import { renderInOrder } from '../../src/ledger/shards/render-in-order.ts';
import { searchShards } from '../../src/ledger/shards/search-shards.ts';
import { openAsShards } from '../../src/ledger/shards/shards.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, memoryFiles } from '../fakes/files.ts';
import { exampleLibrary } from './experience.ts';
import { importDefaults } from './forms/read-text.ts';
import { hostileBytes } from './hostile-bytes.ts';

export const openIn = (files: MemoryFiles): Ledger =>
  openLedger({ files, sha256, clock: systemClock, folder: 'library' });

const options = { message: '', author: 'zoo' };

/** Two versions, a tag and a change since, in files of its own. */
export async function libraryInFiles(): Promise<MemoryFiles> {
  const files = memoryFiles();
  const first = await openIn(files).commitVersion(exampleLibrary(2), options);
  await openIn(files).commitVersion(exampleLibrary(3), options);
  files.set('library/refs/tags/first', `${first.commit}\n`);
  await openIn(files).save(exampleLibrary(4));
  return files;
}

/** The same in shards. */
export async function libraryInShards(): Promise<MemoryFiles> {
  const files = memoryFiles();
  const { experiences } = exampleLibrary(2010);
  files.set('lines', renderLibrary({ experiences }, 'jsonl', sha256));
  const request = {
    path: 'lines',
    defaults: importDefaults,
    existing: 'update',
    replace: false,
    dryRun: false,
  } as const;
  await importLines(files, openIn(files), request, sha256);
  await files.remove('lines');
  await commitWorking(files, systemClock, openIn(files), options, sha256);
  await openIn(files).save({ experiences: experiences.slice(1) });
  await commitWorking(files, systemClock, openIn(files), options, sha256);
  return files;
}

/**
 * Puts something hostile in the place of a file of a library and reads the library in every way: right, or refused with an
 * error that is ours, and no file is changed by it but indexes, which are no truth. Returns how many readings refused.
 */
export async function readHostileLibraries(make: () => Promise<MemoryFiles>, runs: number): Promise<number> {
  const store = await make();
  const paths = Array.from(store.contents.keys()).filter((path) => !isIndex(path));
  // Of the many files of one kind none is as likely as the only one of another.
  const kinds = [
    ...Map.groupBy(paths, (path) =>
      path
        .split('/')
        .slice(0, path.includes('/packs/') ? 2 : -1)
        .join('/'),
    ).values(),
  ];
  const input = fc
    .oneof(...kinds.map((some) => fc.constantFrom(...some)))
    .chain((path) => fc.tuple(fc.constant(path), hostileBytes(store.text(path) ?? '')));
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(input, async ([path, bytes]) => {
      const files = store.restart();
      files.set(path, bytes);
      const before = contentOf(files);
      for (const read of readingsOf(files))
        try {
          await read();
        } catch (thrown) {
          if (!(thrown instanceof ZooError)) throw thrown;
          refused++;
        }
      // Reading a hostile library must not keep it from being looked through for damage.
      await fsck(files, 'library', sha256);
      expect(contentOf(files)).toEqual(before);
    }),
    { numRuns: runs },
  );
  return refused;
}

function readingsOf(files: MemoryFiles): readonly (() => Promise<unknown>)[] {
  const ledger = openIn(files);
  const shards = () => openAsShards(files, ledger, 'working', sha256);
  const all = async (items: AsyncIterable<unknown>) => {
    for await (const _ of items);
  };
  return [
    () => ledger.state(),
    () => ledger.tags(),
    () => ledger.readVersion('v1'),
    () => ledger.readVersion('first'),
    async () => lintLibrary(await ledger.library()),
    async () => await all(lintShards(await shards(), 1000, sha256)),
    async () =>
      await all(
        (
          await listShards(
            await shards(),
            { limit: 3 },
            async () => findMostUsed(files, 'library', await shards(), sha256),
            sha256,
          )
        ).records(),
      ),
    async () => await searchShards(await shards(), 'case', 3, sha256),
    async () => await all(renderInOrder(await shards(), 'csv', sha256, () => Promise.resolve(undefined))),
    () => collectGarbage(files, systemClock, ledger, sha256, { dryRun: true }),
  ];
}

function isIndex(path: string): boolean {
  return path.startsWith('library/.zoo/index/');
}

/** The bytes of every file that is no index, in a form that is fast to compare. */
function contentOf(files: MemoryFiles): ReadonlyMap<string, string> {
  const content = new Map<string, string>();
  for (const [path, bytes] of files.contents)
    if (!isIndex(path)) content.set(path, Buffer.from(bytes).toString('latin1'));
  return content;
}
