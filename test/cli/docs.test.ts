import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { exitCode } from '../../src/core/error.ts';
import { renewTables } from './docs-tables.ts';

const path = fileURLToPath(new URL('../../docs/cli.md', import.meta.url));
if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(path, renewTables(readFileSync(path, 'utf8')));
const page = readFileSync(path, 'utf8');

describe('docs/cli.md', () => {
  it('lists every command and every setting as they are (mend: UPDATE_DOCS=1 npx vitest run test/cli/docs.test.ts)', () => {
    expect(page).toBe(renewTables(page));
  });

  it.each(Object.values(exitCode))('tells what exit code %i means', (code) =>
    expect(page).toMatch(new RegExp(`^\\| ${code} \\|`, 'm')),
  );

  it.each(['train', 'eval'])('tells the flags of zoo %s', (name) => {
    const own = commandTable.find((entry) => entry.name === name)?.flags ?? [];
    for (const [flag] of own) expect(page).toContain(flag);
  });
});
