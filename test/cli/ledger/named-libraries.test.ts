import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/app/config.ts';
import { openReference } from '../../../src/app/library-reference.ts';
import { ledgerAt } from '../../../src/app/wire/ledgers.ts';
import { compareLibraries } from '../../../src/ledger/comparing/compare-libraries.ts';
import { forget, nameLibrary, named, working } from './named-libraries.ts';
import { ledgerJson } from './run-ledger.ts';

let home: string;

beforeAll(async () => {
  home = await nameLibrary();
}, 120_000);

afterAll(() => forget(home));

/** All that is told of each, and what was published: named-libraries.slow.test.ts. */
describe('a large library', { timeout: 120_000 }, () => {
  it.each([
    ['a git revision', 'git:before', 'library'],
    ['a file', 'file.jsonl', 'library'],
    ['changes since a version in parts', 'v2', 'packs'],
    ['a version in a clone, which has no packs', 'HEAD', 'clone/library'],
  ])('is read by its shards as %s', async (_, reference, library) => {
    const environment = { XDG_CACHE_HOME: join(home, 'cache') };
    const config = resolveConfig({ flags: { library }, environment, folder: home });
    const opened = await openReference(reference, { config, ledger: ledgerAt(join(home, library)), folder: home });
    expect(opened.small).toBeUndefined();
    const words = ['diff', reference, join(home, 'library'), '--library', library];
    const expected = JSON.parse(JSON.stringify(compareLibraries(named, working)));
    expect(await ledgerJson(home, words, environment)).toMatchObject({ ...expected, equal: false });
  });
});
