import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPrompts } from '../../src/app/prompts.ts';
import { files, sha256 } from '../../src/app/wire/platform.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-prompts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("takes the user's prompts and zoo's own for the rest, under another hash", async () => {
  writeFileSync(join(folder, 'extract.md'), '---\nversion: 7\n---\n# system\nMine.\n# user\nTask: {{problem}}\n');
  const own = await readPrompts(files, sha256);
  const mixed = await readPrompts(files, sha256, folder);
  expect(mixed.templates.extract).toEqual({ version: 7, system: 'Mine.', user: 'Task: {{problem}}' });
  expect(mixed.templates.solve).toEqual(own.templates.solve);
  expect(mixed.hash).not.toBe(own.hash);
});

test('refuses a folder that holds no prompt, and a file that is none', async () => {
  await expect(readPrompts(files, sha256, folder)).rejects.toMatchObject({
    code: 'missing-prompt',
    hint: expect.stringContaining('--prompts'),
  });
  writeFileSync(join(folder, 'solve.md'), 'Solve it.');
  await expect(readPrompts(files, sha256, folder)).rejects.toMatchObject({
    code: 'invalid-prompt',
    message: expect.stringContaining('solve.md'),
  });
});
