import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, type RunOptions, ensureBuilt, makeFolder, runZoo, startZoo } from './zoo.ts';
import { freePort, noAnvil } from '../world/chain/local-chain.ts';

const home = makeFolder();
const secret = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';

describe.skipIf(noAnvil !== undefined)(`the chain${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`, () => {
  let chain: { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  let port: number;
  let environment: Record<string, string>;

  async function up(): Promise<void> {
    chain = startZoo(['chain', 'up', '--port', String(port)], options());
    await new Promise<void>((resolve, reject) => {
      chain.child.stdout?.once('data', () => resolve());
      void chain.ended.then(({ stderr }) => reject(new Error(`the chain ended: ${stderr}`)));
    });
  }

  async function down(): Promise<Ended> {
    chain.child.kill('SIGINT');
    return await chain.ended;
  }

  function options(more: Record<string, string> = {}): RunOptions {
    return { folder: home.path, environment: { ...environment, ...more } };
  }

  async function zoo(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await runZoo(words, options());
    expect(code, `zoo ${words.join(' ')}\n${stderr}`).toBe(0);
    return stdout;
  }

  async function json<T>(...words: string[]): Promise<T> {
    return JSON.parse(await zoo(...words, '--json')) as T;
  }

  async function refused(words: string[], more: Record<string, string> = {}): Promise<string> {
    const { code, stderr } = await runZoo(words, options(more));
    expect(code, stderr).not.toBe(0);
    return stderr;
  }

  const warp = (time: string) => zoo('chain', 'up', '--port', String(port), '--warp', time);

  beforeAll(async () => {
    await ensureBuilt();
    port = await freePort();
    environment = {
      ...(process.env['ANVIL'] === undefined ? {} : { ANVIL: process.env['ANVIL'] }),
      ZOO_RPC_URL: `http://127.0.0.1:${port}`,
      ZOO_WALLET: 'dev:0',
      ZOO_WALLET_PASSWORD: 'correct horse battery',
    };
    await up();
  }, 60_000);
  afterAll(async () => {
    await down();
    home.remove();
  });

  interface Status {
    readonly inForce: { readonly seq: number; readonly recordsRoot: string; readonly cid: string } | null;
    readonly checks: readonly { readonly holds: boolean }[];
    readonly addresses: Readonly<Record<string, string>>;
    readonly time: number;
  }

  it('brings a trained library into force, from the simulator to the registry', async () => {
    await zoo('chain', 'deploy', '--yes');
    const few = ['--limit', '10', '--epochs', '1', '--group-size', '3'];
    const words = ['train', '--dataset', 'quickstart', '--provider', 'sim', ...few];
    const trained = await json<{ library: { after: { root: string } } }>(...words);
    const { root } = trained.library.after;
    expect(await refused(['propose', '--yes'])).toContain('[not-published]');
    await zoo('publish');
    for (const wallet of ['dev:0', 'dev:1', 'dev:2']) await zoo('delegate', '--yes', '--wallet', wallet);

    const seen = await json<{ dryRun: boolean; call: { function: string } }>('propose', '--dry-run');
    expect(seen).toMatchObject({ dryRun: true, call: { contract: 'ZooGovernor', function: 'proposeWithPermit' } });
    expect(await refused(['propose'])).toContain('[not-confirmed]');
    const proposed = await json<{ proposal: string; root: string }>('propose', '--yes');
    expect(proposed.root).toBe(root);
    const { proposal } = proposed;

    expect(await refused(['vote', proposal, 'for', '--yes'])).toContain('[vote-not-open]');
    await warp('25h');
    await zoo('vote', proposal, 'for', '--reason', 'It generalises', '--yes');
    await zoo('vote', proposal.slice(0, 12), 'for', '--yes', '--wallet', 'dev:1');
    await zoo('vote', 'latest', 'against', '--yes', '--wallet', 'dev:2');
    expect(await refused(['vote', 'latest', 'for', '--yes'])).toContain('has voted on proposal');
    expect(await refused(['vote', 'latest', 'for', '--yes', '--wallet', 'dev:4'])).toContain('[no-votes]');
    const [listed] = (await json<{ proposals: Record<string, unknown>[] }>('proposals')).proposals;
    expect(listed).toMatchObject({ id: proposal, state: 'active', tally: { quorumReached: true, approved: true } });

    const shown = await json<{ difference: { added: object[]; update: object } }>('proposal', 'show', 'latest');
    expect(shown.difference.update).toMatchObject({ seq: 1, recordsRoot: root });
    expect(shown.difference.added.length).toBeGreaterThan(0);

    expect(await refused(['execute', 'latest', '--yes'])).toContain('its vote ends at');
    await warp('7d');
    expect(await json('execute', 'latest', '--yes')).toMatchObject({ step: 'queue' });
    expect(await refused(['execute', 'latest', '--yes'])).toContain('[delay-running]');
    await warp('25h');
    expect(await json('execute', 'latest', '--yes', '--wallet', 'dev:4')).toMatchObject({ step: 'execute' });
    await zoo('settle', 'latest', '--yes', '--wallet', 'dev:4');
    await zoo('claim', '--yes');

    const status = await json<Status>('chain', 'status');
    expect(status.inForce).toMatchObject({ seq: 1, recordsRoot: root });
    expect(status.checks.every(({ holds }) => holds)).toBe(true);
    const difference = await json<{ equal: boolean; from: object }>('ledger', 'diff', 'chain');
    expect(difference).toMatchObject({ equal: true, from: { recordsRoot: root } });
    expect(await refused(['propose', '--yes'])).toContain('[nothing-to-propose]');
  }, 90_000);

  it('survives a restart with its contracts, its version in force and its clock', async () => {
    const before = await json<Status>('chain', 'status');
    expect((await down()).stderr).toContain('Stopping');
    await up();
    await warp('1h');
    const after = await json<Status>('chain', 'status');
    expect(after.inForce).toEqual(before.inForce);
    expect(after.time).toBeGreaterThan(before.time + 3599);
  }, 30_000);

  it('fetches and verifies the library in force in a fresh folder that knows the registry alone', async () => {
    const { addresses, inForce } = await json<Status>('chain', 'status');
    const fresh = makeFolder();
    const words = ['fetch', 'chain', '--registry', addresses['registry'] as string, '--output', 'got', '--json'];
    const { code, stdout, stderr } = await runZoo(words, {
      folder: fresh.path,
      environment: { ...environment, ZOO_IPFS_DIR: join(home.path, '.zoo/ipfs') },
    });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ root: inForce?.recordsRoot, cid: inForce?.cid });
    expect(existsSync(join(fresh.path, 'got/library.json'))).toBe(true);
    fresh.remove();
  }, 30_000);

  it('keeps keys encrypted, in files that only their owner reads, and signs with them', async () => {
    const made = await json<{ address: string; file: string }>('wallet', 'new', 'main');
    const stored = readFileSync(made.file, 'utf8');
    expect(Object.keys(JSON.parse(stored) as object)).toContain('crypto');
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    expect(statSync(join(made.file, '..')).mode & 0o777).toBe(0o700);

    writeFileSync(join(home.path, 'key.txt'), `${secret}\n`);
    const { stdout, stderr } = await runZoo(['wallet', 'import', 'second', 'key.txt', '-v'], options());
    expect(stdout.trim()).toBe('0x70997970C51812dc3A010C7d01b50e0d17dc79C8');
    expect(stdout + stderr).not.toContain(secret.slice(2, 20));
    expect((await json<{ wallets: object[] }>('wallet', 'list')).wallets).toHaveLength(2);
    await zoo('delegate', '--yes', '--wallet', 'second');
    const wrong = { ZOO_WALLET_PASSWORD: 'another password' };
    expect(await refused(['delegate', '--yes', '--wallet', 'second'], wrong)).toContain('[wrong-password]');
    expect(await refused(['wallet', 'new', 'main'])).toContain('[wallet-exists]');
    expect(await refused(['delegate', '--yes'], { ZOO_NETWORK: 'sepolia' })).toContain('[not-deployed]');
  }, 60_000);

  it('writes a batch for a multisig, and the bare call', async () => {
    const safe = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
    const batch = await json<{ chainId: string; transactions: { to: string }[] }>('delegate', '--safe', safe);
    const { addresses } = await json<Status>('chain', 'status');
    expect(batch).toMatchObject({ version: '1.0', chainId: '31337', meta: { createdFromSafeAddress: safe } });
    expect(batch.transactions.map(({ to }) => to)).toEqual([addresses['token']]);
    expect(await refused(['delegate', 'vitalik.eth', '--yes'])).toContain('[invalid-address]');
    const bare = await json<{ calls: { to: string; data: string }[] }>('delegate', '--calldata');
    expect(bare.calls[0]?.data).toMatch(/^0x5c19a95c/);
  }, 30_000);

  it('refuses a node of another chain, and says what does not answer', async () => {
    expect(await refused(['chain', 'status'], { ZOO_NETWORK: 'base' })).toContain('[wrong-chain]');
    const dead = { ZOO_RPC_URL: 'http://127.0.0.1:9/key-in-the-path' };
    const said = await refused(['chain', 'status', '-v'], dead);
    expect(said).toContain('[no-rpc]');
    expect(said).not.toContain('key-in-the-path');
    expect(await refused(['chain', 'up', '--port', String(port)])).toContain('[chain-not-started]');
  }, 30_000);
});
