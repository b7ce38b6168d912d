import { expect, it } from 'vitest';
import { encodeVector } from '../../src/core/library/vector.ts';
import { importFew } from '../../src/ledger/forms/import-few.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { collectGarbage } from '../../src/ledger/gc.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { keepRestored } from '../../src/ledger/restored-version.ts';
import { shardsOfLibrary } from '../../src/ledger/shards/shards.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { memoryFiles } from '../fakes/files.ts';
import { exampleExperience, exampleLibrary } from './experience.ts';

/** A library, and what another process does that collects everything in it which nothing names. */
function place() {
  const files = memoryFiles();
  const open = () => openLedger({ files, sha256, clock: systemClock, folder: 'library' });
  const collect = () => collectGarbage(files, systemClock, open(), sha256, { grace: 0 });
  return { files, ledger: open(), collect };
}

it('is no vector of an import whose records are not there yet', async () => {
  const { files, ledger, collect } = place();
  const vector = encodeVector([0.5, 0.25], 'a-model', sha256);
  const busy = {
    ...ledger,
    save: async (...saved: Parameters<typeof ledger.save>) => {
      await expect(collect()).rejects.toMatchObject({ code: 'library-locked' });
      await ledger.save(...saved);
    },
  };
  const record = exampleExperience(9, { embedding: vector.reference });
  const request = { replace: false, existing: 'keep', dryRun: false } as const;
  await importFew(files, busy, { experiences: [record], vectors: [vector] }, request);
  await collect();
  expect(await fsck(files, 'library', sha256)).toEqual([]);
});

it('is no part of a version that is coming back', async () => {
  const { files, ledger, collect } = place();
  const library = exampleLibrary(2100);
  const { commit } = await ledger.commitVersion(library, { message: '', author: 'a' });
  const fetched = shardsOfLibrary(library, sha256);
  let read = 0;
  const slow = {
    ...fetched,
    text: async (shard: string) => {
      if (++read === 100) await expect(collect()).rejects.toMatchObject({ code: 'library-locked' });
      return await fetched.text(shard);
    },
  };
  await keepRestored(files, ledger, commit, slow, sha256);
  expect(read).toBeGreaterThan(100);
});
