import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergedInterface } from '../../src/world/chain/artifacts.ts';
import { developmentAccount } from '../../src/world/chain/keystores.ts';
import { askNode, noAnvil } from '../world/chain/local-chain.ts';
import { type ChainHome, makeChainHome } from './chain-home.ts';
import { type Typed, hasPseudoTerminal, runOnTerminal } from './pseudo-terminal.ts';

interface Status {
  readonly addresses: Readonly<Record<string, string>>;
}

interface Listed {
  readonly state: string;
  readonly bond: { readonly status: string };
}

const contracts = mergedInterface();
const controlC = '\u0003';
const enter = '\r';

describe.skipIf(noAnvil !== undefined)(`governance${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`, () => {
  let home: ChainHome;

  beforeAll(async () => {
    home = await makeChainHome();
    await home.up();
    await home.zoo('chain', 'deploy', '--yes');
    await commit('When a sum telescopes, write out its first and last terms before adding.');
  }, 240_000);
  afterAll(() => home.close());

  const proposals = async () => (await home.json<{ proposals: Listed[] }>('proposals')).proposals;
  const propose = (typed: readonly Typed[]) =>
    runOnTerminal(
      ['propose', '--without-gate'],
      { folder: home.path, environment: { ...home.environment, NO_COLOR: '1' } },
      typed,
    );

  describe.skipIf(!hasPseudoTerminal)('the question of zoo propose at a terminal', () => {
    const offered = 'Delegate them first?';

    it('is left by Ctrl-C, and nothing is sent', async () => {
      const { written, code } = await propose([[offered, controlC]]);
      expect(code, written).toBe(130);
      expect(written).toContain('nothing was sent');
      expect(await proposals()).toEqual([]);
    }, 120_000);

    it('is declined, and what votes then is told; Ctrl-C at the next question sends nothing', async () => {
      const { written, code } = await propose([
        [offered, 'n'],
        ['Propose', controlC],
      ]);
      expect(code, written).toBe(130);
      expect(written).toContain('--delegate, or "zoo delegate" before the vote opens');
      expect(await proposals()).toEqual([]);
    }, 120_000);

    it('is accepted: two transactions, each asked for', async () => {
      const { written, code } = await propose([
        [offered, enter],
        ['Delegate to the account itself?', 'y'],
        ['Propose', 'y'],
      ]);
      expect(code, written).toBe(0);
      expect(await proposals()).toMatchObject([{ state: 'pending', bond: { status: 'held' } }]);
      const again = await propose([['Propose', controlC]]);
      expect(again.written).not.toContain(offered);
    }, 120_000);
  });

  it('pays those who voted against their shares in the stake of what was defeated', async () => {
    const { zoo, refused, warp } = home;
    const opponents = ['dev:1', 'dev:2'];
    for (const wallet of ['dev:0', ...opponents]) await zoo('delegate', '--yes', '--wallet', wallet);
    await letStakesBeShared();
    await commit('When a bound is asked, name a case that attains it.');
    await zoo('propose', '--without-gate', '--yes');
    await warp('25h');
    for (const wallet of opponents) await zoo('vote', 'latest', 'against', '--yes', '--wallet', wallet);
    const claim = ['claim', 'latest', '--yes', '--wallet'];
    expect(await refused([...claim, 'dev:1'])).toContain('has no share in the stake');
    await warp('8d');
    await zoo('settle', 'latest', '--yes', '--wallet', 'dev:4');
    expect((await proposals())[0]).toMatchObject({ state: 'defeated', bond: { status: 'shared' } });

    const held = await keeperOf(1);
    for (const wallet of opponents) expect(await zoo(...claim, wallet)).toContain('done in block');
    for (const wallet of ['dev:1', 'dev:0']) expect(await refused([...claim, wallet])).toContain('has no share');
    expect(await keeperOf(1)).toBe(held);
    for (const wallet of opponents) await zoo('claim', '--yes', '--wallet', wallet);
    // Both hold as much, so that each has half of the stake of 1,000.
    expect((await keeperOf(1)) - held).toBe(500n * 10n ** 18n);
  }, 400_000);

  async function commit(text: string): Promise<void> {
    await home.zoo('ledger', 'add', text, '--domain', 'math');
    await home.zoo('ledger', 'commit', '-m', 'Add one by hand');
    await home.zoo('publish');
  }

  /** By a vote, as everything that the contracts go by; stakes are burned unless one changed that. */
  async function letStakesBeShared(): Promise<void> {
    const { zoo, warp } = home;
    const { addresses } = await home.json<Status>('chain', 'status');
    const { governor = '', token = '', vault = '' } = addresses;
    const change = contracts.encodeFunctionData('setDefeatMode', [1]);
    await send(token, contracts.encodeFunctionData('approve', [vault, 1000n * 10n ** 18n]));
    const terms = [[governor], [0], [change], 'Share the stakes of what is defeated'];
    await send(governor, contracts.encodeFunctionData('propose(address[],uint256[],bytes[],string)', terms));
    await warp('25h');
    for (const wallet of ['dev:0', 'dev:1', 'dev:2']) await zoo('vote', 'latest', 'for', '--yes', '--wallet', wallet);
    await warp('7d');
    await zoo('queue', 'latest', '--yes');
    await warp('25h');
    await zoo('execute', 'latest', '--yes');
  }

  /** From the first development account. */
  async function send(to: string, data: string): Promise<void> {
    const hash = await askNode(home.url, 'eth_sendTransaction', [{ from: developmentAccount(0).address, to, data }]);
    const receiptOf = () => askNode(home.url, 'eth_getTransactionReceipt', [hash]);
    await expect.poll(receiptOf, { timeout: 60_000 }).toMatchObject({ status: '0x1' });
  }

  async function keeperOf(index: number): Promise<bigint> {
    const { addresses } = await home.json<Status>('chain', 'status');
    const data = contracts.encodeFunctionData('balanceOf(address)', [developmentAccount(index).address]);
    return BigInt((await askNode(home.url, 'eth_call', [{ to: addresses['token'], data }, 'latest'])) as string);
  }
});
