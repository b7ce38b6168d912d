import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Chain, Signed } from '../../../src/world/chain/chain.ts';
import { developmentAccount } from '../../../src/world/chain/keystores.ts';
import { type FaultyNode, startFaultyNode } from './faulty-node.ts';
import { type LocalChain, askNode, connect, noAnvil, startLocalChain } from './local-chain.ts';

const account = developmentAccount(3);
const transfer = { to: developmentAccount(4).address, data: '0x', value: 1n };

describe.skipIf(noAnvil !== undefined)(`a node${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`, () => {
  let local: LocalChain;
  let node: FaultyNode;
  let chain: Chain;
  beforeAll(async () => {
    local = await startLocalChain();
    node = await startFaultyNode(local.url);
    chain = await connect(node.url, { patience: 400 });
  });
  afterEach(() => {
    node.fault = () => undefined;
  });
  afterAll(async () => {
    await node.close();
    await local.close();
  });

  async function sign(): Promise<Signed> {
    return await chain.sign(account, transfer, await chain.simulate(account.address, transfer));
  }

  /** Does something to the first call of a method alone. */
  function once(method: string, fault: ReturnType<FaultyNode['fault']>): void {
    let done = false;
    node.fault = (request) => {
      if (done || request.method !== method) return undefined;
      done = true;
      return fault;
    };
  }

  it('knows that a transaction arrived, though the answer was lost', async () => {
    const before = await chain.sentBy(account.address);
    const signed = await sign();
    once('eth_sendRawTransaction', 'lose');
    await chain.broadcast(signed);
    expect((await chain.wait(signed)).hash).toBe(signed.hash);
    expect(await chain.sentBy(account.address)).toBe(before + 1);
  });

  it('says that nothing answers when a transaction did not arrive, and sends the same one again', async () => {
    const signed = await sign();
    node.fault = ({ method }) => (method === 'eth_sendRawTransaction' ? 'drop' : undefined);
    await expect(chain.broadcast(signed)).rejects.toMatchObject({ code: 'no-rpc' });
    node.fault = () => undefined;
    await chain.broadcast(signed);
    await chain.broadcast(signed);
    expect((await chain.wait(signed)).hash).toBe(signed.hash);
  });

  it('does not believe a node that names another transaction than the one that was sent', async () => {
    const other = `0x${'ab'.repeat(32)}`;
    const signed = await sign();
    once('eth_sendRawTransaction', { result: other });
    await expect(chain.broadcast(signed)).rejects.toMatchObject({ code: 'rpc-lies', exitCode: 5 });
    await chain.broadcast(signed);
    await chain.wait(signed);
  });

  it('tells a transaction that another one replaced', async () => {
    const [first, second] = [await sign(), await sign()];
    expect(second.nonce).toBe(first.nonce);
    const estimate = await chain.simulate(account.address, transfer);
    const replacing = await chain.sign(account, { ...transfer, value: 2n }, estimate);
    await chain.broadcast(replacing);
    await chain.wait(replacing);
    await expect(chain.wait(first)).rejects.toMatchObject({ code: 'transaction-replaced' });
  });

  it('tells a transaction that stays out of every block', async () => {
    const signed = await sign();
    await expect(chain.wait(signed)).rejects.toMatchObject({ code: 'not-mined', data: { hash: signed.hash } });
  });

  it('waits on when the block of a transaction goes away', async () => {
    const signed = await sign();
    await chain.broadcast(signed);
    const patient = await connect(node.url);
    let looks = 0;
    node.fault = ({ method }) =>
      method === 'eth_getTransactionReceipt' && ++looks === 1
        ? { result: null }
        : method === 'eth_getTransactionCount' && looks === 1
          ? { result: '0x0' }
          : undefined;
    expect((await patient.wait(signed)).hash).toBe(signed.hash);
    expect(looks).toBeGreaterThan(1);
  });

  it.each([
    ['insufficient funds for gas * price + value', 'insufficient-funds'],
    ['nonce too low: next nonce 5, tx nonce 4', 'nonce-used'],
    ['replacement transaction underpriced', 'underpriced'],
    ['something else', 'no-rpc'],
  ])('tells "%s" as %s', async (message, code) => {
    const signed = await sign();
    node.fault = ({ method }) =>
      method === 'eth_sendRawTransaction' ? { error: { code: -32_000, message } } : undefined;
    await expect(chain.broadcast(signed)).rejects.toMatchObject({ code });
    if (code === 'no-rpc') await expect(chain.broadcast(signed)).rejects.toThrow(message);
  });

  it('finds the block that a contract was made in, or begins with the first where the past is not kept', async () => {
    const token = await makeToken();
    const made = await chain.blockNumber();
    await askNode(local.url, 'anvil_mine', ['0x20']);
    expect(await chain.firstBlock(token)).toBe(made);
    node.fault = ({ method, params }) =>
      method === 'eth_getCode' && params[1] !== 'latest'
        ? { error: { code: -32_000, message: 'missing trie node' } }
        : undefined;
    expect(await chain.firstBlock(token)).toBe(0);
  });

  it('does not believe a node that gives the events of something else', async () => {
    const token = await makeToken();
    expect(await chain.events('token', token, 'Transfer', 0)).toHaveLength(1);
    const other = `0x${'cd'.repeat(20)}`;
    node.fault = ({ method }) =>
      method === 'eth_getLogs' ? (logs) => (logs as object[]).map((log) => ({ ...log, address: other })) : undefined;
    await expect(chain.events('token', token, 'Transfer', 0)).rejects.toMatchObject({ code: 'rpc-lies', exitCode: 5 });
  });

  it('reads all events where a node answers few blocks at a time', async () => {
    const token = await makeToken();
    let refused = 0;
    node.fault = ({ method, params }) => {
      const { fromBlock, toBlock } = (params[0] ?? {}) as { fromBlock?: string; toBlock?: string };
      if (method !== 'eth_getLogs' || Number(toBlock) - Number(fromBlock) < 3) return undefined;
      refused++;
      return { error: { code: -32_005, message: 'query returned more than 10000 results' } };
    };
    expect(await chain.events('token', token, 'Transfer', 0)).toHaveLength(1);
    expect(refused).toBeGreaterThan(0);
  });

  async function makeToken(): Promise<string> {
    const creation = chain.creation('token', [account.address, '5']);
    const signed = await chain.sign(account, creation, await chain.simulate(account.address, creation));
    await chain.broadcast(signed);
    await chain.wait(signed);
    return signed.address ?? '';
  }

  it('asks again when a connection breaks, three times in all', async () => {
    let asked = 0;
    node.fault = ({ method }) => (method === 'eth_blockNumber' && ++asked < 3 ? 'lose' : undefined);
    expect(await chain.blockNumber()).toBeGreaterThan(0);
    expect(asked).toBe(3);
    asked = -9;
    await expect(chain.blockNumber()).rejects.toMatchObject({ code: 'no-rpc' });
    expect(asked).toBe(-6);
  });

  it('refuses a node of another chain', async () => {
    once('eth_chainId', { result: '0x1' });
    await expect(connect(node.url)).rejects.toMatchObject({ code: 'wrong-chain', data: { found: 1 } });
  });

  it('never shows what stands behind the host of the URL', async () => {
    const url = 'http://127.0.0.1:9/v3/secret-key?token=secret-token';
    const thrown = await connect(url).catch((error: unknown) => error as Error);
    const shown = `${(thrown as Error).message} ${String((thrown as Error).cause)} ${JSON.stringify(thrown)}`;
    expect(thrown).toMatchObject({ code: 'no-rpc' });
    expect(shown).not.toContain('secret');
  });
});
