import { JsonRpcProvider, type Wallet, parseEther } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followTransaction } from '../../../src/world/chain/follow-transaction.ts';
import { developmentAccount } from '../../../src/world/chain/keystores.ts';
import { type LocalChain, noAnvil, startLocalChain } from './local-chain.ts';

const account = developmentAccount(1) as unknown as Wallet;
const to = developmentAccount(2).address;
const call = { to, data: '0x', value: parseEther('0.001') };

describe.skipIf(noAnvil !== undefined)(
  `a transaction of a wallet elsewhere${noAnvil === undefined ? '' : ` (skipped: ${noAnvil})`}`,
  () => {
    let local: LocalChain;
    let provider: JsonRpcProvider;
    beforeAll(async () => {
      local = await startLocalChain();
      provider = new JsonRpcProvider(local.url, 31_337, { staticNetwork: true, cacheTimeout: -1 });
    });
    afterAll(async () => {
      provider.destroy();
      await local.close();
    });

    const send = (type: number) =>
      account.connect(provider).sendTransaction({ ...call, type, ...(type === 1 ? { accessList: [[to, []]] } : {}) });

    it.each([0, 1, 2])('is put together again from what the node tells, of type %i', async (type) => {
      const { hash, nonce } = await send(type);
      const signed = await local.chain.follow(hash, account.address, call);
      expect(signed).toMatchObject({ hash, from: account.address, nonce, address: null });
      expect(await local.chain.wait(signed)).toMatchObject({ hash });
    });

    it.each([
      ['another value', account.address, { ...call, value: 1n }],
      ['another receiver', account.address, { ...call, to: account.address }],
      ['other data', account.address, { ...call, data: '0x00' }],
      ['another account', to, call],
    ])('is refused for %s', async (_, from, asked) => {
      const { hash } = await send(2);
      await expect(local.chain.follow(hash, from, asked)).rejects.toMatchObject({ code: 'wallet-changed-call' });
    });

    it('is given up on when the node never hears of it', async () => {
      let now = 0;
      const clock = {
        now: () => now,
        sleep: (milliseconds: number) => {
          now += milliseconds;
          return Promise.resolve();
        },
      };
      const options = { provider, clock, pollEvery: 10_000, attempt: <T>(act: () => Promise<T>) => act() };
      const sent = { hash: `0x${'11'.repeat(32)}`, from: account.address, call };
      await expect(followTransaction(options, sent)).rejects.toMatchObject({ code: 'transaction-unknown' });
      expect(now).toBeGreaterThan(60_000);
    });
  },
);
