import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import { canonicalRecord, libraryRoots, recordKey } from '../../src/core/tree/library-roots.ts';
import { rawCid } from '../../src/core/tree/cid.ts';
import type { Commit } from '../../src/core/tree/commit.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { collectGarbage } from '../../src/ledger/gc.ts';
import { keepRecords } from '../../src/ledger/keep-records.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { restoreVersion } from '../../src/ledger/restore-version.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { type MemoryFiles, Stopped, memoryFiles } from '../fakes/files.ts';
import { exampleLibrary } from './experience.ts';

const library = exampleLibrary(2010);

/** What a network brings: the records, in the order of their keys, and the commit. */
async function fetched(files: MemoryFiles) {
  const keeper = keepRecords(files, 'library', sha256);
  const records = library.experiences.map((experience) => ({
    experience,
    key: recordKey(sha256, experience.id),
    bytes: new TextEncoder().encode(canonicalRecord(experience)),
  }));
  for (const record of records.sort((one, other) => Buffer.compare(one.key, other.key))) await keeper.put(record);
  const { recordsRoot, mapRoot, size } = libraryRoots(sha256, library.experiences);
  const commit: Commit = {
    v: 1,
    seq: 1,
    parents: [],
    size,
    recordsRoot: toHex(recordsRoot),
    mapRoot: toHex(mapRoot),
    packCid: rawCid(sha256('elsewhere')),
    author: 'another',
    time: '2026-01-02T03:04:05.000Z',
    message: '',
    evidence: null,
  };
  return { log: [commit], signatures: [], records: await keeper.finish() };
}

describe('restoreVersion', () => {
  const open = (files: MemoryFiles) => openLedger({ files, sha256, clock: systemClock, folder: 'library' });

  it('makes a version of many records the working library', async () => {
    const files = memoryFiles();
    await restoreVersion(files, 'library', await fetched(files), sha256);
    expect(await open(files).state()).toMatchObject({ version: 'v1', count: library.experiences.length });
    expect((await fsck(files, 'library', sha256)).filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('refuses one of which a collection took away parts meanwhile', async () => {
    const files = memoryFiles();
    const version = await fetched(files);
    await collectGarbage(files, systemClock, open(files), sha256, { grace: 0 });
    await expect(restoreVersion(files, 'library', version, sha256)).rejects.toMatchObject({ code: 'library-busy' });
    expect(await open(files).state()).toMatchObject({ version: null, count: 0 });
  });

  it('leaves an earlier version or the new one wherever it stops, and can be done again', async () => {
    const origin = open(memoryFiles());
    for (let count = 1; count <= 4; count++)
      await origin.commitVersion(exampleLibrary(count), { message: '', author: 'another' });
    const log = (await origin.history()).map(({ commit }) => commit);
    const restore = (files: MemoryFiles, count: number) =>
      restoreVersion(
        files,
        'library',
        { log: log.slice(0, count), signatures: [], records: exampleLibrary(count) },
        sha256,
      );
    const first = memoryFiles();
    await restore(first, 1);
    const whole = first.restart();
    await restore(whole, 4);
    const found = new Set<string>();
    for (let at = 0; at < whole.steps; at++) {
      const broken = first.restart({ at, kind: 'stop' });
      await expect(restore(broken, 4)).rejects.toThrow(Stopped);
      const files = broken.restart();
      const { version, count } = await open(files).state();
      const versions = (await open(files).history()).map((entry) => entry.version);
      expect(versions).toEqual(['v1', 'v2', 'v3', 'v4'].slice(0, count));
      expect(version).toBe(`v${count}`);
      found.add(`v${count}`);
      await restore(files, 4);
      expect(await open(files).state()).toEqual(await origin.state());
      expect(files.text('library/log.txt')).toBe(whole.text('library/log.txt'));
    }
    expect([...found]).toEqual(['v1', 'v4']);
  });
});
