import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalRecord, recordKey } from '../../../src/core/tree/library-roots.ts';
import { amendLibrary } from '../../../src/ledger/amend.ts';
import { keepRecords } from '../../../src/ledger/keep-records.ts';
import { readParts } from '../../../src/ledger/pack.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import type { MemoryFiles } from '../../fakes/files.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';
import { libraryInShards, openIn } from '../hostile-libraries.ts';

describe('a part that was damaged', { timeout: 60_000 }, () => {
  let whole: MemoryFiles;
  beforeAll(async () => {
    whole = await libraryInShards();
  }, 60_000);

  /** One bit of every part of every version is turned; the packs themselves, which name them, are left. */
  async function damaged(): Promise<MemoryFiles> {
    const files = whole.restart();
    const packs = new Set((await openIn(files).history()).map(({ commit }) => `library/packs/${commit.packCid}.jsonl`));
    for (const [path, bytes] of whole.contents)
      if (path.startsWith('library/packs/') && !packs.has(path)) files.set(path, bytes.with(0, (bytes[0] ?? 0) ^ 1));
    return files;
  }

  it('is written anew by a change that makes the same', async () => {
    const files = await damaged();
    await amendLibrary(files, openIn(files), { puts: [exampleExperience(0)] }, sha256);
    expect((await openIn(files).library()).experiences).toHaveLength(2010);
  });

  it('is written anew by a version of what lies in memory', async () => {
    const files = await damaged();
    const { version } = await openIn(files).commitVersion(exampleLibrary(2010), { message: '', author: 'zoo' });
    expect(await openIn(files).readVersion(version)).toEqual(exampleLibrary(2010));
  });

  it('is written anew by what comes from elsewhere, and stays when that is given up', async () => {
    const files = await damaged();
    const before = [...files.contents.keys()];
    const keeper = keepRecords(files, 'library', sha256);
    const records = exampleLibrary(2010).experiences.map((experience) => ({
      experience,
      key: recordKey(sha256, experience.id),
      bytes: new TextEncoder().encode(canonicalRecord(experience)),
    }));
    for (const record of records.sort((one, other) => Buffer.compare(one.key, other.key))) await keeper.put(record);
    const kept = await keeper.finish();
    if (!('parts' in kept)) throw new Error('so many lie in parts');
    expect(await readParts(files, 'library', kept.parts, sha256)).toHaveLength(2010);
    await keeper.discardParts();
    expect([...files.contents.keys()]).toEqual(expect.arrayContaining(before));
  });
});
