import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { revertVersion } from '../../../src/app/ledger/revert.ts';
import { mergeSides } from '../../../src/app/ledger/decide-merge.ts';
import { withSpill } from '../../../src/app/ledger/with-spill.ts';
import { nothingYet, openReference } from '../../../src/app/library-reference.ts';
import { resolveConfig } from '../../../src/app/config.ts';
import { ledgerAt } from '../../../src/app/wire/ledgers.ts';
import { files, sha256 } from '../../../src/app/wire/platform.ts';
import { amendLibrary } from '../../../src/ledger/amend.ts';
import { exampleExperience, exampleLibrary } from '../../ledger/experience.ts';

const commit = { message: 'x', author: 'x' };
const added = exampleExperience(77_777);
let folder: string;
let library: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-meanwhile-'));
  library = join(folder, 'ours');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** As another process does it, between what was decided and its writing. */
const addMeanwhile = () => amendLibrary(files, ledgerAt(library), { puts: [added] }, sha256);
const configOf = () => resolveConfig({ flags: { library }, environment: {}, folder });
const ids = async () => (await ledgerAt(library).library()).experiences.map(({ id }) => id);

describe.each([
  [5, 5],
  [2100, 2100],
  [5, 2100],
  [2100, 5],
])('what another process adds to %i experiences', (ours, other) => {
  it(`stays when ${other} are merged into them`, { timeout: 60_000 }, async () => {
    const ledger = ledgerAt(library);
    await ledger.save(exampleLibrary(ours));
    await ledgerAt(join(folder, 'theirs')).save(exampleLibrary(other, 10));
    const context = { config: configOf(), ledger, folder };
    await withSpill(ledger, async (spill) => {
      const [working, theirs] = [await openReference('working', context), await openReference('theirs', context)];
      const merge = await mergeSides({ base: nothingYet, ours: working, theirs }, ledger, spill)(() => 'ours');
      await addMeanwhile();
      await expect(merge.save(commit)).rejects.toMatchObject({ code: 'library-busy' });
    });
    expect(await ids()).toContain(added.id);
  });

  it(`stays when they go back to ${other}`, { timeout: 60_000 }, async () => {
    const ledger = ledgerAt(library);
    await ledger.commitVersion(exampleLibrary(other), commit);
    await ledger.commitVersion(exampleLibrary(ours, 1), commit);
    const lock = files.lock.bind(files);
    vi.spyOn(files, 'lock').mockImplementationOnce(async (path, folders) => {
      await addMeanwhile();
      return await lock(path, folders);
    });
    const reverted = revertVersion(configOf(), 'v1', { whole: true, commit: true });
    await expect(reverted).rejects.toMatchObject({ code: 'library-busy' });
    expect(await ids()).toContain(added.id);
  });
});
