import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const planted: string[] = [];

/** Writes a file into the house, lints it, and says what the linter found. */
async function plant(path: string, source: string): Promise<string> {
  planted.push(path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, source);
  try {
    await run('node_modules/.bin/oxlint', [path]);
    return '';
  } catch (thrown) {
    return (thrown as { stdout: string }).stdout;
  }
}

afterEach(async () => {
  await Promise.all(planted.splice(0).map((path) => rm(path, { force: true })));
});

describe('a planted violation of the layers is found', () => {
  test.each([
    ['core reaches for the runtime', 'src/core/planted-a.ts', 'node:fs'],
    ['core knows a port', 'src/core/learning/planted-b.ts', '../../world/model/model.ts'],
    ['an adapter knows a feature', 'src/world/model/planted-c.ts', '../../grpo/train.ts'],
    ['a feature knows an adapter', 'src/grpo/planted-d.ts', '../world/model/openai.ts'],
    ['a feature knows another', 'src/evaluation/planted-e.ts', '../grpo/train.ts'],
    ['a feature knows the command line', 'src/ledger/planted-f.ts', '../cli/main.ts'],
    ['the application knows the command line', 'src/app/planted-g.ts', '../cli/main.ts'],
    ['the command line knows an adapter', 'src/cli/planted-h.ts', '../world/files/disk.ts'],
  ])('%s', async (_, path, target) => {
    expect(await plant(path, `export * from '${target}';\n`)).toContain('no-restricted-imports');
  });

  test.each([
    ['core knows itself', 'src/core/learning/planted-i.ts', '../error.ts'],
    ['a feature knows core and ports', 'src/grpo/planted-j.ts', '../world/model/model.ts'],
    ['the wiring knows adapters', 'src/app/wire/planted-k.ts', '../../world/files/disk.ts'],
  ])('and no more than that: %s', async (_, path, target) => {
    expect(await plant(path, `export * from '${target}';\n`)).toBe('');
  });
});
