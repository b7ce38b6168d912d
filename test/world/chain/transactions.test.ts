import { Transaction } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mergedInterface } from '../../../src/world/chain/artifacts.ts';
import type { Chain, Estimate, SignOptions, Signed } from '../../../src/world/chain/chain.ts';
import { developmentAccount } from '../../../src/world/chain/keystores.ts';
import { type FaultyNode, startFaultyNode } from './faulty-node.ts';
import { type LocalChain, askNode, connect, noAnvil, startLocalChain } from './local-chain.ts';

const account = developmentAccount(5);
const transfer = { to: developmentAccount(6).address, data: '0x', value: 1n };

describe.skipIf(noAnvil !== undefined)(`transactions${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`, () => {
  let local: LocalChain;
  let node: FaultyNode;
  let chain: Chain;
  beforeAll(async () => {
    local = await startLocalChain();
    node = await startFaultyNode(local.url);
    chain = await connect(node.url, { patience: 400 });
  }, 60_000);
  afterEach(async () => {
    node.fault = () => undefined;
    await ask('evm_setAutomine', [true]);
    await ask('evm_mine');
  });
  afterAll(async () => {
    await node.close();
    await local.close();
  });

  const ask = (method: string, params: readonly unknown[] = []) => askNode(local.url, method, params);

  async function sign(options: SignOptions = {}, change: (estimate: Estimate) => Estimate = (same) => same) {
    return await chain.sign(account, transfer, change(await chain.simulate(account.address, transfer)), options);
  }

  async function send(options?: SignOptions, change?: (estimate: Estimate) => Estimate): Promise<Signed> {
    const signed = await sign(options, change);
    await chain.broadcast(signed);
    return signed;
  }

  function doubled({ gas, gasPrice, tip, fee }: Estimate): Estimate {
    return { gas, gasPrice: gasPrice * 2n, tip: (tip ?? 0n) * 2n, fee: fee * 2n };
  }

  it('never pays more than what was shown, though the node asks for more by then', async () => {
    const estimate = await chain.simulate(account.address, transfer);
    node.fault = ({ method }) => (method === 'eth_gasPrice' ? { result: '0xffffffffffff' } : undefined);
    const { raw } = await chain.sign(account, transfer, estimate);
    const { maxFeePerGas, gasLimit } = Transaction.from(raw);
    expect((maxFeePerGas ?? 0n) * gasLimit).toBe(estimate.fee);
  });

  it('tells a stuck transaction, puts nothing behind it, and another one in its place', async () => {
    await ask('evm_setAutomine', [false]);
    const first = await send();
    await expect(chain.wait(first)).rejects.toMatchObject({
      code: 'not-mined',
      hint: expect.stringContaining('--replace'),
    });
    await expect(sign()).rejects.toMatchObject({ code: 'transactions-waiting', data: { waiting: 1 } });
    const cheap = await sign({ replace: true }, (estimate) => ({ ...estimate, gas: estimate.gas + 1n }));
    await expect(chain.broadcast(cheap)).rejects.toMatchObject({ code: 'underpriced' });
    const second = await send({ replace: true }, doubled);
    expect(second.nonce).toBe(first.nonce);
    await ask('evm_mine');
    expect((await chain.wait(second)).hash).toBe(second.hash);
    await expect(chain.wait(first)).rejects.toMatchObject({ code: 'transaction-replaced' });
  });

  it('tells a transaction that waits for a number which nobody has sent', async () => {
    node.fault = ({ method }) =>
      method === 'eth_getTransactionCount' ? (count) => `0x${(Number(count) + 1).toString(16)}` : undefined;
    const ahead = await send();
    node.fault = () => undefined;
    await expect(chain.wait(ahead)).rejects.toMatchObject({ code: 'nonce-gap', data: { missing: ahead.nonce - 1 } });
    const filling = await send();
    expect(filling.nonce).toBe(ahead.nonce - 1);
    await chain.wait(filling);
    expect((await chain.wait(ahead)).hash).toBe(ahead.hash);
  });

  it('waits through a reorganisation that drops the transaction, and sends it again', async () => {
    const deep = await connect(local.url, { confirmations: 2, patience: 30_000 });
    const signed = await send();
    const waited = deep.wait(signed);
    await waitUntil(async () => (await ask('eth_getTransactionReceipt', [signed.hash])) !== null);
    const { blockNumber } = (await ask('eth_getTransactionReceipt', [signed.hash])) as { blockNumber: string };
    await ask('anvil_reorg', [1, []]);
    expect(await ask('eth_getTransactionReceipt', [signed.hash])).toBeNull();
    await waitUntil(async () => (await ask('eth_getTransactionReceipt', [signed.hash])) !== null);
    await ask('evm_mine');
    const { hash, block } = await waited;
    expect(hash).toBe(signed.hash);
    expect(block).toBeGreaterThan(Number(blockNumber));
  });

  it('waits through a return to a state from before the transaction', async () => {
    const snapshot = await ask('evm_snapshot');
    const deep = await connect(local.url, { confirmations: 2, patience: 30_000 });
    const signed = await send();
    const waited = deep.wait(signed);
    await ask('evm_revert', [snapshot]);
    await waitUntil(async () => (await ask('eth_getTransactionReceipt', [signed.hash])) !== null);
    await ask('evm_mine');
    expect((await waited).hash).toBe(signed.hash);
  });

  it.each([
    ['of another transaction', (receipt: object) => ({ ...receipt, transactionHash: `0x${'ab'.repeat(32)}` })],
    ['of another sender', (receipt: object) => ({ ...receipt, from: transfer.to })],
    ['of a block that is not in the chain', (receipt: object) => ({ ...receipt, blockHash: `0x${'ab'.repeat(32)}` })],
    ['of a block that is without it', (receipt: object) => ({ ...receipt, ...genesis })],
  ])('does not believe a receipt %s', async (_, lie) => {
    const signed = await send();
    genesis.blockHash = await chain.genesis();
    node.fault = ({ method }) =>
      method === 'eth_getTransactionReceipt' ? (receipt) => lie(receipt as object) : undefined;
    await expect(chain.wait(signed)).rejects.toMatchObject({ code: 'rpc-lies', exitCode: 5 });
  });
  const genesis = { blockNumber: '0x0', blockHash: '' };

  it('tells why a transaction failed that was in a block already', async () => {
    const creation = chain.creation('token', [account.address, '5']);
    const made = await chain.sign(account, creation, await chain.simulate(account.address, creation));
    await chain.broadcast(made);
    await chain.wait(made);
    const data = mergedInterface().encodeFunctionData('transfer', [transfer.to, 10n ** 18n]);
    const { gasPrice, tip } = await chain.simulate(account.address, transfer);
    const failing = (gas: bigint) =>
      chain.sign(account, { to: made.address, data, value: 0n }, { gas, gasPrice, tip, fee: gas * gasPrice });
    const refused = await failing(200_000n);
    await chain.broadcast(refused);
    await expect(chain.wait(refused)).rejects.toMatchObject({
      code: 'reverted',
      message: expect.stringContaining('this takes 1.0 KEEPER'),
      data: { error: 'ERC20InsufficientBalance', hash: refused.hash },
    });
    const short = await failing(22_000n);
    await chain.broadcast(short);
    await expect(chain.wait(short)).rejects.toMatchObject({ message: expect.stringContaining('ran out of gas') });
  });

  it('signs nothing once the node turns out to be one of another chain', async () => {
    const estimate = await chain.simulate(account.address, transfer);
    node.fault = ({ method }) => (method === 'eth_chainId' ? { result: '0x1' } : undefined);
    await expect(chain.sign(account, transfer, estimate)).rejects.toMatchObject({ code: 'wrong-chain' });
  });

  it.each(['stall', 'drip'] as const)('gives up on a node that answers nothing whole (%s)', async (fault) => {
    const hasty = await connect(node.url, { timeout: 300 });
    node.fault = () => fault;
    await expect(hasty.blockNumber()).rejects.toMatchObject({
      code: 'no-rpc',
      message: expect.stringContaining('in time'),
    });
  });

  it('goes on waiting when the node comes back, and else says that the transaction may be on its way', async () => {
    const signed = await send();
    const hurried = await connect(node.url, { absence: 100 });
    node.fault = () => 'drop';
    await expect(hurried.wait(signed)).rejects.toMatchObject({ code: 'no-rpc', data: { hash: signed.hash } });
    const patient = (await withNode(() => connect(node.url))).wait(signed);
    await new Promise((resolve) => setTimeout(resolve, 100));
    node.fault = () => undefined;
    expect((await patient).hash).toBe(signed.hash);
  });

  async function withNode<T>(act: () => Promise<T>): Promise<T> {
    const { fault } = node;
    node.fault = () => undefined;
    const done = await act();
    node.fault = fault;
    return done;
  }

  it('says so when the node dies while it takes the transaction', async () => {
    const signed = await sign();
    node.fault = ({ method }) => (method === 'eth_sendRawTransaction' ? 'lose' : 'drop');
    await expect(chain.broadcast(signed)).rejects.toMatchObject({
      code: 'no-rpc',
      message: expect.stringContaining('may be on its way'),
      data: { hash: signed.hash },
    });
    node.fault = () => undefined;
    expect((await chain.wait(signed)).hash).toBe(signed.hash);
  });
});

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
