import { expect, it } from 'vitest';
import { importHostileFiles } from './hostile-imports.ts';

it('imports or refuses 10,000 hostile files of every form', { timeout: 3_600_000 }, async () => {
  const { refused, taken } = await importHostileFiles(10_000);
  expect(refused).toBeGreaterThan(2000);
  expect(taken).toBeGreaterThan(1000);
});
