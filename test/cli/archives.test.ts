import { chmodSync, copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { walletAddress } from '../../src/world/archive/arweave-key.ts';
import { type ArweaveEmulator, startArweaveEmulator } from '../emulators/arweave/start-emulator.ts';
import { arweaveKey } from '../publishing/archive-setting.ts';
import { fakeHost } from './fake-host.ts';

const keyFile = fileURLToPath(new URL('../emulators/arweave/test-key.json', import.meta.url));
const payer = walletAddress(arweaveKey);
const secretKey = '22'.repeat(32);
const ethereumPayer = '0x1563915e194d8cfba1943570603f7606a3115508';
let folder: string;
let emulator: ArweaveEmulator;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-archives-'));
  emulator = await startArweaveEmulator();
  emulator.weave.wallet(payer).balance = 10n ** 12n;
  emulator.bundler.credits.set(ethereumPayer, 10n ** 12n);
  copyFileSync(keyFile, join(folder, 'key.json'));
  chmodSync(join(folder, 'key.json'), 0o600);
});
afterEach(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

async function zoo(words: readonly string[], environment: Record<string, string> = {}) {
  const host = fakeHost({
    folder,
    environment: {
      ZOO_AUTHOR: 'ada',
      ZOO_ARWEAVE_GATEWAY: emulator.url,
      ZOO_BUNDLER_URL: emulator.bundlerUrl,
      ZOO_BUNDLER_PAYMENTS: emulator.bundlerUrl,
      ZOO_ARWEAVE_KEY: join(folder, 'key.json'),
      ZOO_PRIVATE_KEY: secretKey,
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_STATE_HOME: join(folder, 'state'),
      ...environment,
    },
  });
  const code = await main([...words], host);
  return { code, stdout: host.written.stdout(), stderr: host.written.stderr() };
}

async function json(words: readonly string[], environment: Record<string, string> = {}) {
  const { stdout, code } = await zoo([...words, '--json'], environment);
  return { code, ...JSON.parse(stdout) };
}

/** A version more, of a given day. */
async function commit(day: number, ...more: readonly string[]) {
  await zoo(['ledger', 'add', `When case ${day} comes up, check the units of day ${day} first.`, '--domain', 'math']);
  const { code } = await zoo(['ledger', 'commit', '-m', `day ${day}`, ...more], {
    SOURCE_DATE_EPOCH: String(Date.UTC(2025, 9, day) / 1000),
    ZOO_SIGNING_KEY: secretKey,
  });
  expect(code).toBe(0);
}

describe('zoo publish --arweave and --bundler', () => {
  it('show price and balance, ask, and pay once', async () => {
    await commit(1);
    const asked = await zoo(['publish', '--arweave']);
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain(`0.0000015 AR; ${payer} has 1 AR`);
    expect(asked.stderr).toContain('not-confirmed');
    const dry = await json(['publish', '--arweave', '--bundler', '--dry-run']);
    expect(dry.offers).toMatchObject([
      { target: 'arweave:zoo.emulator', price: '1500000', balance: '1000000000000', payer },
      { price: '1500001', payer: ethereumPayer },
    ]);
    expect(await json(['publish', '--arweave', '--yes', '--max-cost', '0.000001'])).toMatchObject({
      code: 4,
      error: { code: 'over-budget' },
    });
    expect(emulator.count('tx')).toBe(0);
    const paid = await json(['publish', '--arweave', '--bundler', '--yes', '--max-cost', '0.01']);
    expect(paid.code).toBe(0);
    expect(paid.targets.map(({ state }: { state: string }) => state)).toEqual(['pinned', 'pinning', 'pinning']);
    await zoo(['publish', '--arweave', '--bundler']);
    emulator.mine(12);
    expect([emulator.weave.payments.length, emulator.bundler.charged.length]).toEqual([1, 1]);
    const status = await json(['publish', '--arweave', '--bundler', '--status']);
    expect(status.targets.map(({ state }: { state: string }) => state)).toEqual(['pinned', 'pinned', 'pinned']);
    const anchors = readdirSync(join(folder, 'library/anchors')).map((name) =>
      readFileSync(join(folder, 'library/anchors', name), 'utf8'),
    );
    expect(anchors.join()).toContain(paid.targets[1].remoteId);
  });

  it('treat the key as a key', async () => {
    await commit(1);
    chmodSync(join(folder, 'key.json'), 0o644);
    const warned = await zoo(['publish', '--arweave', '--yes', '--log-level', 'debug']);
    expect(warned.stderr).toContain('chmod 600');
    const kept = readdirSync(join(folder, 'library/.zoo/outbox')).map((name) =>
      readFileSync(join(folder, 'library/.zoo/outbox', name), 'latin1'),
    );
    writeFileSync(join(folder, 'key.json'), readFileSync(keyFile, 'utf8').slice(0, -30));
    const brokenKey = await json(['publish', '--arweave', '--dry-run', '--log-level', 'debug']);
    expect(brokenKey).toMatchObject({ code: 2, error: { code: 'arweave-key-invalid' } });
    const missing = await json(['publish', '--arweave', '--dry-run'], { ZOO_ARWEAVE_KEY: '' });
    expect(missing).toMatchObject({ code: 2, error: { code: 'no-arweave-key' } });
    const told = `${warned.stderr}${warned.stdout}${kept.join()}${JSON.stringify(brokenKey)}`;
    for (const secret of [arweaveKey.d, arweaveKey.p, arweaveKey.qi, secretKey])
      for (let at = 0; at + 12 <= secret.length; at += 12) expect(told).not.toContain(secret.slice(at, at + 12));
  });

  it('tell a gateway that does not answer, and keep the version all the same', async () => {
    await commit(1);
    const { code, targets } = await json(['publish', '--arweave', '--yes', '--arweave-gateway', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(targets).toMatchObject([
      { state: 'pinned' },
      { target: 'arweave', state: 'failed', error: 'archive-unreachable' },
    ]);
  });
});

describe('from nothing but archives', () => {
  async function threeVersions(): Promise<string> {
    for (const [day, way] of [
      [1, '--arweave'],
      [8, '--bundler'],
      [15, '--arweave'],
    ] as const) {
      await commit(day, '--sign', 'secp256k1');
      expect((await zoo(['publish', way, '--yes'])).code).toBe(0);
      emulator.mine(12);
    }
    const { versions } = await json(['ledger', 'log']);
    return versions.at(-1).id as string;
  }
  const elsewhere = () => ({
    ZOO_LIBRARY: join(folder, 'nothing'),
    XDG_CACHE_HOME: join(folder, 'elsewhere'),
    ZOO_IPFS_DIR: join(folder, 'no-blocks'),
  });

  it('the log and the library of any moment come back', async () => {
    const first = await threeVersions();
    const log = await json(['ledger', 'log', '--arweave', '--of', first], elsewhere());
    expect(log.versions.map(({ commit: { message } }: { commit: { message: string } }) => message)).toEqual([
      'day 15',
      'day 8',
      'day 1',
    ]);
    expect(log.rejected).toEqual([]);
    for (const [time, count] of [
      ['2025-10-01T00:00:00Z', 1],
      ['2025-10-12T12:00:00Z', 2],
      ['2025-10-17T12:00:00Z', 3],
    ] as const) {
      const back = await json(
        ['fetch', '--at', time, '--of', first, '--output', join(folder, `back-${count}`)],
        elsewhere(),
      );
      expect(back).toMatchObject({ code: 0, experiences: count, version: `v${count}` });
      expect(await zoo(['ledger', 'verify', '--library', join(folder, `back-${count}`)])).toMatchObject({ code: 0 });
    }
    expect(await json(['fetch', '--at', '2025-09-30T00:00:00Z', '--of', first], elsewhere())).toMatchObject({
      code: 1,
      error: { code: 'before-history' },
    });
    expect(await json(['fetch', '--at', '2025-10-17'], elsewhere())).toMatchObject({ code: 2 });
    expect(await json(['fetch', '--at', '2025-10-17T12:00:00Z'], elsewhere())).toMatchObject({
      code: 2,
      error: { code: 'no-library' },
    });
  });

  it('a version comes back by its root or its commit, and nothing else that says so', async () => {
    const first = await threeVersions();
    const { versions } = await json(['ledger', 'log', '--arweave', '--of', first], elsewhere());
    const { recordsRoot } = versions[1].commit as { recordsRoot: string };
    expect(await json(['fetch', `0x${recordsRoot}`], elsewhere())).toMatchObject({
      code: 0,
      version: 'v2',
      root: recordsRoot,
    });
    expect(await json(['fetch', versions[0].id as string], elsewhere())).toMatchObject({ code: 0, version: 'v3' });
    expect(await json(['fetch', `0x${'ab'.repeat(32)}`], elsewhere())).toMatchObject({
      error: { code: 'unknown-version' },
    });
    // An archive with the tags of another version.
    const id = versions[1].archives[0].id as string;
    const lie = { ...elsewhere(), XDG_CACHE_HOME: join(folder, 'third') };
    emulator.tamper = (path, body) =>
      path === 'graphql'
        ? Buffer.from(body.toString().replaceAll(id, versions[2].archives[0].id as string))
        : undefined;
    const refused = await json(['fetch', `0x${recordsRoot}`], lie);
    expect(refused).toMatchObject({ code: 5, error: { code: 'wrong-version' } });
  });

  it('what earlier versions held comes back with --history, as far as it lies anywhere', async () => {
    const first = await threeVersions();
    const { versions } = await json(['ledger', 'log', '--arweave', '--of', first], elsewhere());
    emulator.weave.listed.delete(versions[1].archives[0].id as string);
    const back = join(folder, 'back');
    const reference = `ar://${versions[0].archives[0].id}`;
    const told = await zoo(['fetch', reference, '--output', back], elsewhere());
    expect(told.stderr).toContain('what they held comes with --history');
    const fetched = await json(['fetch', reference, '--output', back, '--history'], elsewhere());
    expect(fetched.history).toEqual([
      expect.objectContaining({ version: 'v1', state: 'restored', from: `ar://${versions[2].archives[0].id}` }),
      expect.objectContaining({ version: 'v2', state: 'missing', from: null }),
    ]);
    const there = { ...elsewhere(), ZOO_LIBRARY: back };
    expect(await json(['ledger', 'diff', 'v1', 'v3'], there)).toMatchObject({ code: 0, added: [{}, {}] });
    expect(await json(['ledger', 'diff', 'v2', 'v3'], there)).toMatchObject({ error: { code: 'pack-missing' } });
    // What somebody changed in what was restored is not taken.
    const restored = join(back, '.zoo/restored', `${first}.jsonl`);
    writeFileSync(restored, readFileSync(restored, 'utf8').replace('check the units', 'skip the units'));
    expect(await json(['ledger', 'diff', 'v1', 'v3'], there)).toMatchObject({ error: { code: 'root-mismatch' } });
  });

  it('an author is whoever signed the archive, or the commit', async () => {
    const first = await threeVersions();
    const count = async (author: string) => {
      const log = await json(['ledger', 'log', '--arweave', '--of', first, '--author', author], elsewhere());
      return (
        log.error?.code ?? log.versions.filter(({ archives }: { archives: unknown[] }) => archives.length > 0).length
      );
    };
    expect(await count(ethereumPayer)).toBe(3);
    expect(await count(payer)).toBe(2);
    expect(await count(`0x${'ab'.repeat(20)}`)).toBe('history-unverified');
    expect(await count('nobody')).toBe('usage');
    const { versions } = await json(['ledger', 'log']);
    expect(await count(versions[0].signatures[0].publicKey)).toBe(3);
    const byWallet = await json(['ledger', 'log', '--arweave', '--author', payer], elsewhere());
    expect(byWallet.library).toBe(first);
    const [{ archives }] = byWallet.versions;
    expect(await json(['fetch', `ar://${archives[0].id}`, '--author', ethereumPayer], elsewhere())).toMatchObject({
      code: 0,
    });
    expect(
      await json(['fetch', `ar://${archives[0].id}`, '--author', `0x${'ab'.repeat(20)}`], elsewhere()),
    ).toMatchObject({ code: 5, error: { code: 'not-by-author' } });
  });

  it('what does not verify is refused, and what is withheld is told', async () => {
    const first = await threeVersions();
    const log = await json(['ledger', 'log', '--arweave', '--of', first], elsewhere());
    const [{ archives }] = log.versions;
    const [{ id }] = archives;
    emulator.tamper = (path, body) =>
      path === `raw/${id}` ? body.fill(1, body.length - 400, body.length - 390) : undefined;
    expect(await json(['fetch', `ar://${id}`], elsewhere())).toMatchObject({ code: 5 });
    expect(await json(['fetch', '--at', '2025-10-17T12:00:00Z', '--of', first], elsewhere())).toMatchObject({
      code: 5,
    });
    const ask = await json(['ask', 'What is 2 + 2?', '--library', `ar://${id}`, '--provider', 'sim'], elsewhere());
    expect(ask).toMatchObject({ code: 5, error: { code: 'block-mismatch' } });
    // One that is broken at its beginning cannot be placed; that it is there is told.
    emulator.tamper = (path, body) => (path === `raw/${id}` ? body.fill(1, 300, 310) : undefined);
    const older = await zoo(['fetch', '--at', '2025-10-17T12:00:00Z', '--of', first], elsewhere());
    expect(older.stderr).toContain(`ar://${id} does not count`);
    expect(older.stderr).toContain('v2: 2 experiences');
    emulator.tamper = undefined;
    emulator.weave.listed.delete(log.versions[1].archives[0].id as string);
    const { stdout } = await zoo(['ledger', 'log', '--arweave', '--of', first], elsewhere());
    expect(stdout).toContain('MISSING');
    expect(await json(['fetch', '--at', '2025-10-12T12:00:00Z', '--of', first], elsewhere())).toMatchObject({
      code: 1,
      error: { code: 'archive-missing' },
    });
  });
});
