import { expect, it } from 'vitest';
import type { Experience } from '../../../src/core/library/experience.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { mergeShards } from '../../../src/ledger/shards/merge-shards.ts';
import { saveShards } from '../../../src/ledger/shards/save-shards.ts';
import { openAsShards, shardsOfLibrary } from '../../../src/ledger/shards/shards.ts';
import { createSpill } from '../../../src/ledger/shards/spill.ts';
import { systemClock } from '../../../src/world/clock/system.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../../fakes/files.ts';
import { exampleExperience, exampleLibrary } from '../experience.ts';

const base = exampleLibrary(2001);

/** Merges a library that has one experience more into a large one. */
async function mergeOneMore(experience: Experience) {
  const files = memoryFiles();
  const ledger = openLedger({ files, sha256, clock: systemClock, folder: 'library' });
  await ledger.save(base);
  const ours = await openAsShards(files, ledger, 'working', sha256);
  const theirs = shardsOfLibrary({ experiences: [...base.experiences, experience] }, sha256);
  const sides = { base: shardsOfLibrary(base, sha256), ours, theirs };
  const { change } = await mergeShards(sides, createSpill(files, 'library'), sha256);
  const commit = { message: '', author: 'zoo', time: 0 };
  return await saveShards({ files, clock: systemClock, ledger, sha256 }, change, commit);
}

it('makes a version of what was merged into a large library, but of no record that breaks the rules', async () => {
  expect(await mergeOneMore(exampleExperience(5000))).toMatchObject({ version: 'v1' });
  const bad = exampleExperience(5000, { text: 'When \u202Ereading, look twice.' });
  await expect(mergeOneMore(bad)).rejects.toMatchObject({ code: 'unsafe-text' });
});
