import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/tree/canonical.ts';
import { hasPython, python } from './judge.ts';
import { makeVectors } from './vectors.ts';

const path = join(import.meta.dirname, '../../fixtures/ledger/vectors.json');

describe('the vectors of the format', () => {
  it('are what the code writes (run with UPDATE_VECTORS=1 to write them anew)', async () => {
    const text = `${JSON.stringify(makeVectors(), null, 1)}\n`;
    if (process.env['UPDATE_VECTORS'] === '1') await writeFile(path, text);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('stand in the page, as far as it shows some', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../docs/ledger-format.md'), 'utf8');
    const { libraries } = makeVectors();
    const [library] = libraries.filter(({ records }) => records.length === 1);
    const { records = [], keys = [], digests = [], recordsRoot = '', mapRoot = '' } = library ?? {};
    for (const text of [canonicalJson(records[0]), ...keys, ...digests, recordsRoot, mapRoot])
      expect(page).toContain(text);
  });

  it.skipIf(!hasPython)('hold for a second implementation, in Python', { timeout: 60_000 }, () => {
    expect(python(['vectors', path])).toBe('ok');
  });
});
