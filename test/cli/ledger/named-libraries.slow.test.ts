import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/app/config.ts';
import { openReference } from '../../../src/app/library-reference.ts';
import { ledgerAt } from '../../../src/app/wire/ledgers.ts';
import { main } from '../../../src/cli/main.ts';
import { lintLibrary } from '../../../src/core/library/lint.ts';
import { proveIds } from '../../../src/core/tree/proof.ts';
import { compareLibraries } from '../../../src/ledger/comparing/compare-libraries.ts';
import { searchLibrary } from '../../../src/ledger/comparing/search.ts';
import { renderLibrary } from '../../../src/ledger/forms/render-library.ts';
import { walletAddress } from '../../../src/world/archive/arweave-key.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { type ArweaveEmulator, startArweaveEmulator } from '../../emulators/arweave/start-emulator.ts';
import { arweaveKey } from '../../publishing/archive-setting.ts';
import { fakeHost } from '../fake-host.ts';
import { counted, forget, fresh, gone, nameLibrary, named, old, working } from './named-libraries.ts';

/** How the library is named, and where that is said. */
interface Place {
  readonly reference: string;
  readonly library?: string;
}

/** Those that were published are named once their names are known. */
const places: Record<string, Place> = {
  'a version': { reference: 'v2' },
  'a git revision': { reference: 'git:before' },
  'a folder': { reference: 'folder' },
  'a file': { reference: 'file.jsonl' },
  'a version in changes since its parts': { reference: 'v2', library: 'packs' },
  'a version in a clone, which has no packs': { reference: 'HEAD', library: 'clone/library' },
  'a CID': { reference: '' },
  'an archive on Arweave': { reference: '' },
};

let home: string;
let emulator: ArweaveEmulator;

beforeAll(async () => {
  home = await nameLibrary();
  emulator = await startArweaveEmulator();
  emulator.weave.wallet(walletAddress(arweaveKey)).balance = 10n ** 13n;
  const key = join(home, 'key.json');
  await copyFile(fileURLToPath(new URL('../../emulators/arweave/test-key.json', import.meta.url)), key);
  await chmod(key, 0o600);
  const published = await json(['publish', 'v2', '--arweave', '--yes', '--max-cost', '1']);
  emulator.mine(12);
  const archive = published.targets.find(({ target }: { target: string }) => target.startsWith('arweave'));
  places['a CID'] = { reference: `ipfs://${published.cid}` };
  places['an archive on Arweave'] = { reference: `ar://${archive.remoteId}` };
}, 240_000);

afterAll(async () => {
  await emulator.close();
  await forget(home);
});

const environment = () => ({
  ZOO_AUTHOR: 'ada',
  ZOO_GATEWAY: 'http://127.0.0.1:1',
  ZOO_ARWEAVE_GATEWAY: emulator.url,
  ZOO_ARWEAVE_KEY: join(home, 'key.json'),
  XDG_CACHE_HOME: join(home, 'cache'),
  XDG_STATE_HOME: join(home, 'state'),
});

async function run(words: readonly string[]) {
  const host = fakeHost({ folder: home, environment: environment() });
  const code = await main([...words], host);
  return { code, stdout: host.written.stdout(), stderr: host.written.stderr() };
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they need
async function json(words: readonly string[]): Promise<any> {
  const { stdout } = await run([...words, '--json']);
  return JSON.parse(stdout) as unknown;
}

describe.each(Object.keys(places))('%s of a large library', { timeout: 120_000 }, (kind) => {
  const at = (...words: string[]) => {
    const { reference, library = 'library' } = places[kind] as Place;
    return ['ledger', ...words, '--at', reference, '--library', library];
  };

  it('is opened by its shards', async () => {
    const { reference, library = 'library' } = places[kind] as Place;
    const config = resolveConfig({ flags: { library }, environment: environment(), folder: home });
    const ledger = ledgerAt(join(home, library));
    const opened = await openReference(reference, { config, ledger, folder: home });
    expect(opened.small).toBeUndefined();
    const [one = ''] = opened.shards.names;
    expect((await opened.shards.read(one)).length).toBeGreaterThan(0);
  });

  it('is told as from memory', async () => {
    expect((await json(at('list'))).experiences).toEqual(named.experiences);
    expect((await json(at('show', old.id, gone.id.slice(0, 14)))).experiences).toEqual([old, gone]);
    expect((await json(at('search', 'bound', 'c77'))).found).toEqual(searchLibrary(named, 'bound c77').slice(0, 10));
    expect((await json(at('lint'))).findings).toEqual(lintLibrary(named, { capacity: 1000 }));
    expect((await json(at('why', old.id))).experience).toEqual(old);
    for (const form of ['jsonl', 'paper'] as const)
      expect((await run(at('export', '--format', form))).stdout.trimEnd(), form).toBe(
        renderLibrary(named, form, sha256).trimEnd(),
      );
  });

  it('is proven and verified', async () => {
    const { recordsRoot, mapRoot, included, absent } = proveIds(named, [old.id, 'exp_nothere'], null, sha256);
    const proven = await json(at('prove', old.id, 'exp_nothere'));
    expect(proven).toMatchObject({ recordsRoot, mapRoot, included, absent });
    expect(await json(at('verify', '--root', recordsRoot))).toMatchObject({ valid: true, count: 2100, recordsRoot });
    await run(at('prove', old.id, '--output', 'proof.json'));
    expect((await run(['ledger', 'verify', 'proof.json', '--root', recordsRoot])).code).toBe(0);
  });

  it('is compared and certified', async () => {
    const { reference, library = 'library' } = places[kind] as Place;
    const both = [reference, join(home, 'library'), '--library', library];
    const expected = JSON.parse(JSON.stringify(compareLibraries(named, working)));
    expect(await json(['ledger', 'diff', ...both])).toMatchObject({ ...expected, equal: false });
    expect((await run(['ledger', 'diff', ...both, '--markdown'])).stdout).toContain(fresh.text);
    const certified = await json(['ledger', 'diff', ...both, '--proof', 'difference']);
    expect(certified.changes.map(({ id }: { id: string }) => id).sort()).toEqual(
      [gone.id, counted.id, old.id, ...working.experiences.slice(-1).map(({ id }) => id)]
        .concat(working.experiences.find(({ lineage }) => lineage.length > 0)?.id ?? [])
        .sort(),
    );
    const roots = ['--before', certified.before, '--after', certified.after];
    expect(await json(['ledger', 'verify', 'difference', ...roots])).toMatchObject({ valid: true });
  });

  it('is merged', async () => {
    // What the working library changed of it stays; of what it changed nothing is new.
    const { reference, library = 'library' } = places[kind] as Place;
    const words = ['ledger', 'merge', reference, '--base', reference, '--no-commit', '--dry-run'];
    const merged = await run([...words, '--library', library]);
    expect(merged.stderr).toContain('already-merged');
  });
});

describe('files that were named', () => {
  it(
    'leave nothing behind, and clear away what was left by a process that was killed',
    { timeout: 120_000 },
    async () => {
      const killed = join(home, 'other/zoo/scratch/killed');
      await mkdir(killed, { recursive: true });
      // As a process leaves it that is killed.
      const dead = {
        pid: 2 ** 22 + 1,
        host: hostname(),
        started: null,
        since: '2026-01-01T00:00:00.000Z',
        nonce: '00',
      };
      await writeFile(`${killed}.lock`, JSON.stringify(dead));
      const zoo = join(import.meta.dirname, '../../../bench/zoo-from-source.ts');
      const { stdout } = spawnSync(process.execPath, [zoo, 'ledger', 'list', '--at', 'file.jsonl', '--limit', '2'], {
        cwd: home,
        encoding: 'utf8',
        env: { ...process.env, ...environment(), XDG_CACHE_HOME: join(home, 'other') },
      });
      expect(stdout).toContain(named.experiences[1]?.id);
      expect(await readdir(join(home, 'other/zoo/scratch'))).toEqual([]);
    },
  );
});
