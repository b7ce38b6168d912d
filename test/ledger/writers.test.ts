import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fsck } from '../../src/ledger/fsck.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { systemClock } from '../../src/world/clock/system.ts';
import { sha256 } from '../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import { exampleLibrary } from './experience.ts';

/** Processes, and experiences that each of them adds. */
const writers = 3;
const each = 12;

it('keeps everything that several processes write at once', { timeout: 120_000 }, async () => {
  const home = await mkdtemp(join(tmpdir(), 'zoo-writers-'));
  const folder = join(home, 'library');
  const script = join(import.meta.dirname, 'add-many.ts');
  const ends = Array.from({ length: writers }, (_, writer) => {
    const words = [script, folder, String(writer * each), String(each)];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    return new Promise((resolve) => child.on('close', resolve));
  });
  expect(await Promise.all(ends)).toEqual(ends.map(() => 0));
  const { experiences } = await openLedger({ files: diskFiles, sha256, clock: systemClock, folder }).library();
  expect(new Set(experiences)).toEqual(new Set(exampleLibrary(writers * each).experiences));
  expect(await fsck(diskFiles, folder, sha256)).toEqual([]);
  await rm(home, { recursive: true });
});
