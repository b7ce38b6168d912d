import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveConfig } from '../../../src/app/config.ts';
import { editExperience, removeExperiences } from '../../../src/app/ledger/change.ts';
import { ledgerAt } from '../../../src/app/wire/ledgers.ts';
import { files } from '../../../src/app/wire/platform.ts';
import { exampleExperience, exampleLibrary } from '../../ledger/experience.ts';

const { id } = exampleExperience(0);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-edited-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const configOf = () => resolveConfig({ flags: { library: folder }, environment: { ZOO_AUTHOR: 'me' }, folder });
const now = async () => (await ledgerAt(folder).library()).experiences.find((one) => one.id === id);

/** As another process acts, between what this one saw and its writing. */
function meanwhile(act: () => Promise<unknown>): void {
  const lock = files.lock.bind(files);
  vi.spyOn(files, 'lock').mockImplementationOnce(async (path, folders) => {
    await act();
    return await lock(path, folders);
  });
}

describe.each([3, 2100])('an edit of one among %i experiences', { timeout: 60_000 }, (count) => {
  it('keeps another edit of the same that came between', async () => {
    await ledgerAt(folder).save(exampleLibrary(count));
    const examples = [{ input: 'a', output: 'b' }];
    meanwhile(() => editExperience(configOf(), id, { examples }, true));
    await editExperience(configOf(), id, { confidence: 0.9 }, true);
    expect(await now()).toMatchObject({ confidence: 0.9, examples });
  });

  it('does not bring back what was removed', async () => {
    await ledgerAt(folder).save(exampleLibrary(count));
    meanwhile(() => removeExperiences(configOf(), [id]));
    const edit = editExperience(configOf(), id, { confidence: 0.9 }, true);
    await expect(edit).rejects.toMatchObject({ code: 'unknown-experience' });
    expect(await now()).toBeUndefined();
  });
});
