import { chmodSync, copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergedInterface } from '../../src/world/chain/artifacts.ts';
import { developmentAccount } from '../../src/world/chain/keystores.ts';
import { walletAddress } from '../../src/world/archive/arweave-key.ts';
import { type ArweaveEmulator, startArweaveEmulator } from '../emulators/arweave/start-emulator.ts';
import { arweaveKey } from '../publishing/archive-setting.ts';
import { startFaultyNode } from '../world/chain/faulty-node.ts';
import { askNode, noAnvil } from '../world/chain/local-chain.ts';
import { type ChainHome, makeChainHome, startLyingGateway } from './chain-home.ts';
import { type Ended, makeFolder, runZoo, startZoo, whenSaid } from './zoo.ts';

const secret = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const keyFile = fileURLToPath(new URL('../emulators/arweave/test-key.json', import.meta.url));

interface Status {
  readonly inForce: { readonly seq: number; readonly recordsRoot: string; readonly cid: string } | null;
  readonly checks: readonly { readonly holds: boolean }[];
  readonly addresses: Readonly<Record<string, string>>;
  readonly time: number;
}

interface Verified {
  readonly valid: boolean;
  readonly root: string;
  readonly verified: readonly string[];
  readonly unknown: readonly string[];
}

describe.skipIf(noAnvil !== undefined)(`the chain${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`, () => {
  let home: ChainHome;
  let weave: ArweaveEmulator;
  /** Of `zoo ipfs serve` in the home. */
  let gateway: string;
  let registry: string;

  beforeAll(async () => {
    home = await makeChainHome();
    weave = await startArweaveEmulator();
    weave.weave.wallet(walletAddress(arweaveKey)).balance = 10n ** 12n;
    copyFileSync(keyFile, join(home.path, 'key.json'));
    chmodSync(join(home.path, 'key.json'), 0o600);
    home.environment['ZOO_ARWEAVE_GATEWAY'] = weave.url;
    home.environment['ZOO_ARWEAVE_KEY'] = 'key.json';
    await home.up();
  }, 180_000);
  afterAll(async () => {
    await home.close();
    await weave.close();
  });

  /** A folder of somebody else, who knows the address of the registry, a node and a gateway. */
  async function elsewhere(words: string[], more: Record<string, string> = {}): Promise<Ended> {
    const fresh = makeFolder();
    const { ANVIL: _, ZOO_WALLET: __, ...environment } = home.environment;
    const known = { ZOO_GATEWAY: gateway, ZOO_REGISTRY: registry };
    const ended = await runZoo(words, { folder: fresh.path, environment: { ...environment, ...known, ...more } });
    fresh.remove();
    return ended;
  }

  it('brings a trained library into force, from the simulator to whoever knows the registry alone', async () => {
    const { zoo, json, refused, warp } = home;
    const deployed = await json<{ contracts: Record<string, { address: string }> }>('chain', 'deploy', '--yes');
    registry = deployed.contracts['registry']?.address ?? '';

    // Train, commit, publish to the embedded IPFS and to the Arweave emulator.
    const few = ['--limit', '40', '--epochs', '1', '--group-size', '3'];
    const words = ['train', '--dataset', 'quickstart', '--provider', 'sim', ...few];
    const trained = await json<{ library: { after: { root: string; count: number } } }>(...words);
    const { root, count } = trained.library.after;
    expect(await refused(['propose', '--yes'])).toContain('[not-published]');
    interface Published {
      readonly targets: readonly { readonly target: string; readonly remoteId: string | null }[];
    }
    const published = await json<Published>('publish', '--arweave', '--yes');
    weave.mine(12);
    const archive = published.targets.find(({ target }) => target.startsWith('arweave'))?.remoteId as string;
    gateway = await home.serve();

    // Propose: what it says is what it is, and what it stakes votes with what is delegated.
    for (const wallet of ['dev:1', 'dev:2']) await zoo('delegate', '--yes', '--wallet', wallet);
    const seen = await json<object>('propose', '--dry-run');
    expect(seen).toMatchObject({ dryRun: true, call: { contract: 'ZooGovernor', function: 'proposeWithPermit' } });
    expect(await refused(['propose'])).toContain('[not-confirmed]');
    const batch = await json<{ transactions: object[] }>('propose', '--safe', `0x${'ab'.repeat(20)}`, '--delegate');
    expect(batch.transactions).toHaveLength(3);
    const bare = await json<{ calls: { data: string }[] }>('propose', '--calldata');
    expect(bare.calls.at(-1)?.data).toMatch(/^0x[0-9a-f]{1000,}$/);
    const proposed = await json<{ proposal: string }>('propose', '--yes', '--delegate');
    expect(proposed).toMatchObject({ root, gate: { state: 'accepted' } });
    const { proposal } = proposed;
    const anchor = readFileSync(join(home.path, `library/anchors/${await headOf(home)}.json`), 'utf8');
    expect(JSON.parse(anchor)).toMatchObject({ proposals: [{ chainId: 31_337, id: proposal }] });

    // Anybody sees what it changes, from a gateway that is not believed.
    interface Shown {
      readonly difference: { added: object[]; update: { recordsRoot: string; arweaveId: string | null } } | null;
      readonly failure: { readonly code: string } | null;
    }
    const shown = JSON.parse((await elsewhere(['proposal', 'show', 'latest', '--json'])).stdout) as Shown;
    expect(shown.difference).toMatchObject({ update: { seq: 1, recordsRoot: root, arweaveId: archive } });
    expect(shown.difference?.added).toHaveLength(count);
    const liar = await startLyingGateway(gateway);
    const noArchive = { ZOO_ARWEAVE_GATEWAY: 'http://127.0.0.1:9' };
    const lied = await elsewhere(['proposal', 'show', 'latest'], { ZOO_GATEWAY: liar.url, ...noArchive });
    expect(lied.code, lied.stderr).toBe(5);
    expect(lied.stdout).toContain('pending; the vote opens');
    expect(lied.stdout).not.toContain('Wham');
    expect(lied.stderr).toContain('What it changes is not shown');
    const both = { ZOO_GATEWAY: `${liar.url},${gateway}`, ...noArchive };
    const mixed = await elsewhere(['proposal', 'show', 'latest'], both);
    expect(mixed.code, mixed.stderr).toBe(0);
    expect(mixed.stdout).toContain(`verified against root ${root}`);
    expect(mixed.stdout).not.toContain('Wham');
    await liar.close();
    const node = await startFaultyNode(home.url);
    node.fault = ({ method }) =>
      method === 'eth_getLogs'
        ? (logs) => JSON.parse(JSON.stringify(logs).replaceAll(hex('Library'), hex('Lubrary')))
        : undefined;
    expect(await refused(['proposals'], { ZOO_RPC_URL: node.url })).toContain('[rpc-lies]');
    await node.close();

    // Vote with several accounts.
    expect(await refused(['vote', proposal, 'for', '--yes'])).toContain('[vote-not-open]');
    await warp('25h');
    await zoo('vote', proposal, 'for', '--reason', 'It generalises', '--yes');
    await zoo('vote', proposal.slice(0, 12), 'for', '--yes', '--wallet', 'dev:1');
    await zoo('vote', 'latest', 'against', '--yes', '--wallet', 'dev:2');
    expect(await refused(['vote', 'latest', 'for', '--yes'])).toContain('has voted on proposal');
    expect(await refused(['vote', 'latest', 'for', '--yes', '--wallet', 'dev:4'])).toContain('[no-votes]');
    const [listed] = (await json<{ proposals: Record<string, unknown>[] }>('proposals')).proposals;
    expect(listed).toMatchObject({ id: proposal, state: 'active', tally: { quorumReached: true, approved: true } });
    expect(await zoo('proposals')).toMatch(/active; the vote ends \S+, in 6 d 2[23] h/);

    // Queue, execute, settle.
    expect(await refused(['execute', 'latest', '--yes'])).toContain('its vote ends at');
    await warp('7d');
    await zoo('queue', 'latest', '--yes');
    expect(await refused(['queue', 'latest', '--yes'])).toMatch(/\[(already-queued|delay-running)\]/);
    expect(await refused(['execute', 'latest', '--yes'])).toContain('[delay-running]');
    await warp('25h');
    expect(await json('execute', 'latest', '--yes', '--wallet', 'dev:4')).toMatchObject({ step: 'execute' });
    expect(await zoo('settle', 'latest', '--yes', '--wallet', 'dev:4')).toContain('is refunded');
    await zoo('claim', '--yes');
    expect(await refused(['claim', '--yes'])).toMatch(/owes this account nothing|nothing is due/i);

    const status = await json<Status>('chain', 'status');
    expect(status.inForce).toMatchObject({ seq: 1, recordsRoot: root });
    expect(status.checks.every(({ holds }) => holds)).toBe(true);
    expect(await json('ledger', 'diff', 'chain')).toMatchObject({ equal: true, from: { recordsRoot: root } });
    expect(await json('ledger', 'verify', '--chain')).toMatchObject({ valid: true, root });
    expect(await refused(['propose', '--yes'])).toContain('[nothing-to-propose]');

    // A fresh folder that knows the registry's address.
    const fresh = await elsewhere(['ledger', 'verify', '--chain', '--json']);
    expect(fresh.code, fresh.stderr).toBe(0);
    const verified = JSON.parse(fresh.stdout) as Verified;
    expect(verified).toMatchObject({ valid: true, root });
    expect(verified.verified).toHaveLength(count);
    const fetched = await elsewhere(['fetch', 'chain', '--output', 'got', '--json']);
    expect(JSON.parse(fetched.stdout)).toMatchObject({ root, experiences: count, cid: status.inForce?.cid });
    const nowhere = await elsewhere(['ledger', 'verify', '--chain'], { ZOO_GATEWAY: 'http://127.0.0.1:9' });
    expect(nowhere.code, nowhere.stderr).toBe(0);
    expect(nowhere.stderr).toContain('its archive is asked for');
    const archived = await elsewhere(['fetch', `ar://${archive}`, '--output', 'got', '--json']);
    expect(JSON.parse(archived.stdout)).toMatchObject({ root, cid: status.inForce?.cid });
  }, 600_000);

  it('tells of each experience whether it is in force, and proposes nothing that no gate has seen', async () => {
    const { zoo, json, refused, options } = home;
    const text = 'When a sum telescopes, write out its first and last terms before adding.';
    await zoo('ledger', 'add', text, '--domain', 'math');
    const { code, stdout } = await runZoo(['ledger', 'verify', '--chain', '--json'], options());
    expect(code).toBe(5);
    const verified = JSON.parse(stdout) as Verified;
    expect(verified).toMatchObject({ valid: false, unknown: [expect.stringMatching(/^exp_/)] });
    expect(await refused(['propose', '--yes'])).toContain('[uncommitted-changes]');
    await zoo('ledger', 'commit', '-m', 'Add one by hand');
    await zoo('publish');
    expect(await refused(['propose', '--yes'])).toContain('[not-gated]');
    expect(await zoo('propose', '--dry-run', '--without-gate')).toContain('dry run');
    expect(await json('ledger', 'diff', 'chain')).toMatchObject({ equal: false });
    expect(await refused(['propose', '--yes', '--version', 'v1'])).toContain('[nothing-to-propose]');
  }, 180_000);

  it('cancels what is pending, and gives the stake back', async () => {
    const { zoo, json, refused } = home;
    await zoo('propose', '--yes', '--without-gate');
    expect(await refused(['cancel', 'latest', '--yes', '--wallet', 'dev:3'])).toContain('may not cancel');
    await zoo('cancel', 'latest', '--yes');
    expect(await zoo('settle', 'latest', '--yes')).toContain('is refunded');
    await zoo('claim', '--yes');
    const [listed] = (await json<{ proposals: Record<string, unknown>[] }>('proposals')).proposals;
    expect(listed).toMatchObject({ state: 'cancelled', bond: { status: 'refunded' } });
  }, 180_000);

  it('tells how decentralised the government is, and what of that is not known', async () => {
    interface Stats {
      readonly targets: readonly {
        readonly name: string;
        readonly value: number | null;
        readonly met: boolean | null;
      }[];
    }
    const stats = await home.json<Stats>('network', 'stats');
    expect(stats).toMatchObject({
      read: { complete: true },
      holders: { count: 5 },
      turnout: { counted: 1, mean: expect.closeTo(0.6, 1) as number },
      votes: { accounts: 3, majority: 1 },
    });
    expect(stats.targets.map(({ met }) => met)).toEqual([false, true, null, null]);
    const node = await startFaultyNode(home.url);
    node.fault = ({ method }) => (method === 'eth_getLogs' ? (logs) => (logs as object[]).slice(0, 4) : undefined);
    const forgetful = await runZoo(['network', 'stats'], home.options({ ZOO_RPC_URL: node.url }));
    await node.close();
    expect(forgetful.stdout).toContain('targets of the paper (12.2)');
    expect(forgetful.stderr).toContain('do not add up to the supply');
  }, 180_000);

  it('is checked by the doctor: its id, its contracts and their code', async () => {
    type Checks = { checks: { name: string; state: string; message: string }[] };
    const ask = async (more: Record<string, string> = {}) => {
      const { stdout } = await runZoo(['doctor', '--provider', 'sim', '--json'], home.options(more));
      const { checks } = JSON.parse(stdout) as Checks;
      return Object.fromEntries(checks.map(({ name, state, message }) => [name, `${state}: ${message}`]));
    };
    expect(await ask()).toMatchObject({
      chain: expect.stringMatching(/^ok: .*chain 31337/),
      contracts: expect.stringMatching(/^ok: 7 contracts/),
    });
    expect(await ask({ ZOO_NETWORK: 'base' })).toMatchObject({
      chain: expect.stringMatching(/^failed: .*chain 31337, not of 8453/),
    });
    expect(await ask({ ZOO_RPC_URL: 'http://127.0.0.1:9' })).toMatchObject({
      chain: expect.stringMatching(/^warning: .*does not answer/),
    });
    const record = join(home.path, 'deployments/local.json');
    const text = readFileSync(record, 'utf8');
    writeFileSync(record, text.replace(/"codeHash": "0x[0-9a-f]{4}/, '"codeHash": "0x0000'));
    expect(await ask()).toMatchObject({ contracts: expect.stringMatching(/^failed: .*not that of the record/) });
    writeFileSync(record, text);
  }, 180_000);

  it('takes the place of a transaction that is stuck', async () => {
    await askNode(home.url, 'evm_setAutomine', [false]);
    const stuck = startZoo(['delegate', '--yes', '--wallet', 'dev:6'], home.options());
    await whenSaid(stuck.child, 'sent 0x');
    stuck.child.kill('SIGINT');
    expect((await stuck.ended).code).toBe(130);
    const replacing = startZoo(['delegate', '--yes', '--wallet', 'dev:6', '--replace'], home.options());
    await whenSaid(replacing.child, 'sent 0x');
    await askNode(home.url, 'evm_mine');
    const { code, stderr } = await replacing.ended;
    expect(code, stderr).toBe(0);
    await askNode(home.url, 'evm_setAutomine', [true]);
  }, 180_000);

  it('survives a restart with its contracts, its version in force and its clock', async () => {
    const before = await home.json<Status>('chain', 'status');
    expect((await home.down()).stderr).toContain('Stopping');
    await home.up();
    await home.warp('1h');
    const after = await home.json<Status>('chain', 'status');
    expect(after.inForce).toEqual(before.inForce);
    expect(after.time).toBeGreaterThan(before.time + 3599);
  }, 180_000);

  it('keeps keys encrypted, in files that only their owner reads, and signs with them', async () => {
    const { zoo, json, refused, options } = home;
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
  }, 180_000);

  it('writes a batch for a multisig, and the bare call', async () => {
    const { json, refused } = home;
    const safe = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
    const batch = await json<{ chainId: string; transactions: { to: string }[] }>('delegate', '--safe', safe);
    const { addresses } = await json<Status>('chain', 'status');
    expect(batch).toMatchObject({ version: '1.0', chainId: '31337', meta: { createdFromSafeAddress: safe } });
    expect(batch.transactions.map(({ to }) => to)).toEqual([addresses['token']]);
    expect(await refused(['delegate', 'vitalik.eth', '--yes'])).toContain('[invalid-address]');
    const bare = await json<{ calls: { to: string; data: string }[] }>('delegate', '--calldata');
    expect(bare.calls[0]?.data).toMatch(/^0x5c19a95c/);
  }, 180_000);

  it('proposes by the batch of a multisig, which delegates, approves and proposes', async () => {
    const { json, url } = home;
    const { addresses } = await json<Status>('chain', 'status');
    const safe = `0x${'ab'.repeat(20)}`;
    const send = async (from: string, to: string, data: string) => {
      const hash = await askNode(url, 'eth_sendTransaction', [{ from, to, data, gas: '0xf4240' }]);
      const receiptOf = () => askNode(url, 'eth_getTransactionReceipt', [hash]);
      await expect.poll(receiptOf, { timeout: 60_000 }).toMatchObject({ status: '0x1' });
    };
    const transfer = mergedInterface().encodeFunctionData('transfer', [safe, 2000n * 10n ** 18n]);
    await send(developmentAccount(1).address, addresses['token'] as string, transfer);
    const words = ['propose', '--without-gate', '--delegate', '--safe', safe];
    const batch = await json<{ transactions: { to: string; data: string }[] }>(...words);
    await askNode(url, 'anvil_impersonateAccount', [safe]);
    await askNode(url, 'anvil_setBalance', [safe, '0xde0b6b3a7640000']);
    for (const { to, data } of batch.transactions) await send(safe, to, data);
    const [listed] = (await json<{ proposals: { proposer: string; bond: object }[] }>('proposals')).proposals;
    expect(listed).toMatchObject({ state: 'pending', bond: { status: 'held' } });
    expect(listed?.proposer.toLowerCase()).toBe(safe);
  }, 180_000);

  it('refuses a node of another chain, a fee beyond the limit, and says what does not answer', async () => {
    const { refused, url } = home;
    expect(await refused(['chain', 'status'], { ZOO_NETWORK: 'base' })).toContain('[wrong-chain]');
    expect(await refused(['delegate', '--yes', '--max-fee', '0.0000000001'])).toContain('[fee-too-high]');
    const dead = { ZOO_RPC_URL: 'http://127.0.0.1:9/key-in-the-path' };
    const said = await refused(['chain', 'status', '-v'], dead);
    expect(said).toContain('[no-rpc]');
    expect(said).not.toContain('key-in-the-path');
    expect(await refused(['chain', 'up', '--port', new URL(url).port])).toContain('[chain-not-started]');
    expect(existsSync(join(home.path, '.zoo/chain/state.json'))).toBe(true);
  }, 180_000);
});

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

async function headOf(home: ChainHome): Promise<string> {
  return (await home.json<{ versions: { id: string }[] }>('ledger', 'log')).versions[0]?.id ?? '';
}
