import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader } from '../../../src/ledger/working.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { counted, inBoth, later, makeBothLayouts, old, reworded } from './both-layouts.ts';

let home: string;

beforeAll(async () => {
  home = await makeBothLayouts();
}, 120_000);

afterAll(() => rm(home, { recursive: true, force: true }));

const reading: readonly (readonly string[])[] = [
  ['status'],
  ['list'],
  ['list', '--in', 'math'],
  ['list', '--in', 'nothing'],
  ['list', '--limit', '7'],
  ['list', '--limit', '3', '--in', 'writing', '--at', 'v1'],
  ['search', 'parity', 'residue', 'kind'],
  ['search', 'c77', '--limit', '3', '--at', 'v1'],
  ['search', old.id.slice(0, 9)],
  ['search', 'zzz'],
  ['lint'],
  ['lint', '--at', 'v2'],
  ...['json', 'jsonl', 'paper', 'csv', 'markdown', 'prompt'].map((form) => ['export', '--format', form]),
  ['export', '--format', 'jsonl', '--at', 'HEAD~1'],
  ['diff'],
  ['diff', 'v1', 'v2'],
  ['diff', 'v3', 'v1'],
  ['diff', 'v1', 'working', '--markdown'],
  ['diff', 'v1', 'v1', '--exit-code'],
  ['log', '--patch'],
  ['show', old.id, '--at', 'v1'],
  ['show', later.id.slice(0, 14)],
  ['show', 'exp_nothing'],
  ['blame'],
  ['blame', later.id],
  ['blame', counted.id],
  ['blame', reworded.id.slice(0, 12)],
  ['blame', 'exp_nothing'],
  ['why', reworded.id],
  ['why', old.id, '--at', 'v1'],
  ['verify'],
  ['verify', '--at', 'v2'],
  ['verify', '--root', '00'.repeat(32)],
  ['fsck'],
  ['dedupe', '--dry-run'],
  ['prune', '--keep', '1040', '--dry-run'],
  ['prune', '--below', '0.2', '--dry-run'],
  ['merge', 'theirs', '--no-commit', '--dry-run'],
  ['merge', 'v1', '--base', 'v2', '--no-commit', '--dry-run'],
];

/** What writes much, piece by piece. */
const inPieces = new Set(['list', 'lint', 'blame', 'export']);

describe('a library in shards', () => {
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
});
