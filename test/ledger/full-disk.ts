import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Layout } from '../../src/ledger/layout.ts';

/** Linux lets everybody mount in a user namespace of his own, unless it was told otherwise. */
const unshare = ['-Urm'];
export const canMount = spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;

interface Attempt {
  readonly outcome: string;
  /** What is there when the disk is full, and when there was room again. */
  readonly found: Look;
  readonly later: Look;
}

interface Look {
  readonly version: string;
  readonly root: string;
  readonly count: number;
  readonly errors: readonly string[];
}

/** Changes a library of `count` experiences, on a real file system that is full, until that has room enough. */
export function changeOnFullDisks(layout: Layout, count: number, leastAttempts: number): void {
  const disk = mkdtempSync(join(tmpdir(), 'zoo-full-'));
  const words = [...unshare, process.execPath, join(import.meta.dirname, 'fill-the-disk.ts'), disk, layout];
  const { stdout, stderr, status } = spawnSync('unshare', words, { encoding: 'utf8' });
  rmSync(disk, { recursive: true });
  rmSync(`${disk}.jsonl`, { force: true });
  expect([status, stderr]).toEqual([0, '']);
  const attempts = stdout.split('\n').slice(0, -1);
  const results = attempts.map((line) => JSON.parse(line) as Attempt);
  expect(results.pop()).toMatchObject({ outcome: 'done', found: { version: 'v2', count: 2 * count, errors: [] } });
  expect(results.length).toBeGreaterThanOrEqual(leastAttempts);
  for (const { outcome, found, later } of results) {
    expect(outcome).toBe('disk-full');
    expect([count, 2 * count]).toContain(found.count);
    expect(found.errors).toEqual([]);
    expect(later).toMatchObject({ count: 2 * count, errors: [] });
  }
}
