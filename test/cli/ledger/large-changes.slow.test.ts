import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inBoth, makeBothLayouts, old, reworded } from './both-layouts.ts';

let home: string;

beforeAll(async () => {
  home = await makeBothLayouts();
}, 120_000);

afterAll(() => rm(home, { recursive: true, force: true }));

const keep = ['commit', '-m', 'Keep'];

describe('a library in shards', () => {
  it.each([
    [['revert', 'v2', '--no-commit']],
    [['revert', 'v1', '--whole', '--no-commit']],
    [keep, ['revert', 'v2'], ['revert', 'v1', '--whole']],
    [
      keep,
      ['merge', 'theirs'],
      ['merge', 'theirs', '--theirs', '--dry-run'],
      ['merge', 'theirs', '--ours', '-m', 'Both'],
    ],
    [keep, ['merge', 'theirs', '--base', 'v1', '--theirs']],
    [keep, ['merge', 'v1', '--base', 'v3']],
    [['dedupe']],
    [
      ['import', '../vectors.json', '--embedding-model', 'e5'],
      ['import', '../vectors.jsonl', '--existing', 'refuse', '--embedding-model', 'e5'],
      ['import', '../vectors.jsonl', '--existing', 'update', '--embedding-model', 'e5'],
      ['import', '../vectors.csv', '--format', 'csv', '--dry-run'],
      ['export', '--format', 'paper'],
    ],
    [['prune', '--keep', '1040']],
    [['prune', '--keep', '20']],
    [
      ['remove', old.id, reworded.id],
      ['remove', reworded.id],
    ],
    [['edit', reworded.id, '--text', 'When a bound is asked for, name it before computing anything else.']],
    [['add', 'When a scene drags, cut its first line.', '--domain', 'writing'], keep],
  ])('changes as one in files does: %j', { timeout: 120_000 }, async (...commands) => {
    const copies = ['files-copy', 'shards-copy'] as const;
    for (const copy of copies) {
      await rm(join(home, copy), { recursive: true, force: true });
      await cp(join(home, copy.replace('-copy', '')), join(home, copy), { recursive: true });
    }
    const after = [['export', '--format', 'jsonl'], ['status'], ['log'], ['fsck']];
    for (const words of [...commands, ...after]) {
      const [small, large] = await inBoth(home, words, copies);
      expect(large).toEqual(small);
    }
  });
});
