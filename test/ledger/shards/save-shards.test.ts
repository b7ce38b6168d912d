import { describe, expect, it } from 'vitest';
import type { Library } from '../../../src/core/library/library.ts';
import { fsck } from '../../../src/ledger/fsck.ts';
import { mergeLibraries } from '../../../src/ledger/merging/merge-libraries.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { mergeShards } from '../../../src/ledger/shards/merge-shards.ts';
import { saveShards } from '../../../src/ledger/shards/save-shards.ts';
import { createShardEdits } from '../../../src/ledger/shards/shard-edits.ts';
import { openAsShards, shardsOfLibrary } from '../../../src/ledger/shards/shards.ts';
import { createSpill } from '../../../src/ledger/shards/spill.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';

const folder = 'library';
const clock = { now: () => 0, sleep: () => Promise.resolve() };
const commit = { message: 'x', author: 'x', time: 0 };

async function mergeInto(ours: Library, theirs: Library, base: Library) {
  const files = memoryFiles();
  const ledger = openLedger({ files, sha256, clock, folder });
  await ledger.commitVersion(ours, commit);
  const [was, our, their] = [base, ours, theirs].map((library) => shardsOfLibrary(library, sha256));
  const sides = { base: was, ours: our, theirs: their } as Parameters<typeof mergeShards>[0];
  const { change } = await mergeShards(sides, createSpill(files, folder), sha256);
  const version = await saveShards({ files, clock, ledger, sha256 }, { ...change, whole: true }, commit);
  const merged = mergeLibraries(base, ours, theirs, sha256).library;
  expect(await ledger.library()).toEqual(merged);
  expect(await ledger.readVersion('v2')).toEqual(merged);
  expect(await ledger.state()).toMatchObject({ version: 'v2', root: version?.root, count: merged.experiences.length });
  expect((await fsck(files, folder, sha256)).filter(({ code }) => code !== 'unreferenced')).toEqual([]);
  return files;
}

describe('a change of a whole library', () => {
  it('puts shards where files lay', async () => {
    const files = await mergeInto(exampleLibrary(10, 5000), exampleLibrary(2100), { experiences: [] });
    expect([...files.contents.keys()].filter((path) => path.endsWith('.json') && path.includes('/records/'))).toEqual(
      [],
    );
  });

  it('puts files where shards lay, and leaves what did not change', async () => {
    const all = exampleLibrary(2100);
    const little = { experiences: all.experiences.slice(0, 20) };
    const files = await mergeInto(all, little, all);
    expect([...files.contents.keys()].filter((path) => path.includes('/records/'))).toHaveLength(20);
    await mergeInto(all, { experiences: [...all.experiences, exampleExperience(9001)] }, all);
  });
});

describe('a merge of more than anybody reads', () => {
  it('counts changes and conflicts', async () => {
    const base = exampleLibrary(8);
    const reworded = (from: number): Library => ({
      experiences: base.experiences.map(({ id }, place) => exampleExperience(from + place, { lineage: [id] })),
    });
    const sides = {
      base: shardsOfLibrary(base, sha256),
      ours: shardsOfLibrary(reworded(100), sha256),
      theirs: shardsOfLibrary(reworded(200), sha256),
    };
    const merge = async (side: 'theirs' | undefined, most: number) =>
      await mergeShards(sides, createSpill(memoryFiles(), folder), sha256, () => side, most);
    expect(await merge(undefined, 7)).toMatchObject({ conflicts: [], conflictCount: 8, resolvedCount: 0 });
    expect((await merge(undefined, 8)).conflicts).toHaveLength(8);
    const decided = await merge('theirs', 7);
    expect(decided).toMatchObject({ conflicts: [], conflictCount: 0, resolvedCount: 8 });
    const none = { added: [], removed: [], modified: [], reordered: false };
    expect(decided.changes).toEqual({ ...none, unlisted: { added: 0, removed: 0, modified: 8 } });
    expect((await merge('theirs', 8)).changes.modified).toHaveLength(8);
  });
});

describe('a change of shards that was decided', () => {
  it('is refused when the order alone was changed meanwhile', async () => {
    const files = memoryFiles();
    const ledger = openLedger({ files, sha256, clock, folder });
    const library = exampleLibrary(2100);
    await ledger.save(library);
    const current = await openAsShards(files, ledger, 'working', sha256);
    const roots = await current.roots();
    const turned = { experiences: library.experiences.toReversed() };
    // The last that is asked before the lock is taken.
    const turning = async () => {
      await ledger.save(turned);
      return roots;
    };
    const change = {
      current: { ...current, roots: turning },
      edits: createShardEdits(createSpill(files, folder)),
      growth: 0,
      order: new TextEncoder().encode(await current.order()),
    };
    const saving = saveShards({ files, clock, ledger, sha256 }, change, undefined);
    await expect(saving).rejects.toMatchObject({ code: 'library-busy' });
    expect(await ledger.library()).toEqual(turned);
  });
});
