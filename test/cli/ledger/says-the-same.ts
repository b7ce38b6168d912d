import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readHeader } from '../../../src/ledger/working.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { inBoth, makeBothLayouts } from './both-layouts.ts';

/** What writes much, piece by piece. */
const inPieces = new Set(['list', 'lint', 'blame', 'export']);

/** Asks a library in files and the same one in shards the same things. */
export function saysTheSame(reading: readonly (readonly string[])[]): void {
  let home: string;

  beforeAll(async () => {
    home = await makeBothLayouts();
  }, 120_000);

  afterAll(() => rm(home, { recursive: true, force: true }));

  it('is compared in two layouts', async () => {
    for (const layout of ['files', 'shards'])
      expect((await readHeader(diskFiles, join(home, layout, 'library')))?.layout).toBe(layout);
  });

  it.each(reading.map((words) => [words.join(' '), words] as const))(
    'says the same as one in files: %s',
    { timeout: 60_000 },
    async (_, words) => {
      const [small, large] = await inBoth(home, words);
      expect(large).toEqual(small);
      if (!inPieces.has(words[0] ?? '')) return;
      // These write their JSON by hand.
      const [smallJson, largeJson] = await inBoth(home, [...words, '--json']);
      expect(largeJson).toEqual(smallJson);
    },
  );
}
