import { expect, it } from 'vitest';
import { importHostileFiles } from './hostile-imports.ts';

it(
  'imports or refuses hostile files of every form, and changes nothing where it refuses',
  { timeout: 120_000 },
  async () => {
    const { refused, taken } = await importHostileFiles(600);
    // Neither always this nor always that, which would show little.
    expect(refused).toBeGreaterThan(100);
    expect(taken).toBeGreaterThan(60);
  },
);
