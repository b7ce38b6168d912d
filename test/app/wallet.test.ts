import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/app/config.ts';
import { keepWallet, makeWallet, renewPassword, signerNamed, signerOf } from '../../src/app/wallet.ts';
import { developmentAccount } from '../../src/world/chain/keystores.ts';

const key = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const address = developmentAccount(1).address;

/** Somebody at the prompt, who answers in turn and remembers what was asked. */
function person(...answers: string[]) {
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answers[asked.length - 1] ?? 'nothing');
  };
  return { ask, asked };
}

describe('who signs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'zoo-wallet-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const config = (environment: Record<string, string> = {}) =>
    resolveConfig({ flags: {}, environment: { HOME: folder, ...environment }, folder });

  it('is asked for a new password twice, since a slip would cost the key', async () => {
    const { ask, asked } = person('correct horse', 'correct hose');
    await expect(makeWallet(config(), 'main', ask)).rejects.toMatchObject({ code: 'passwords-differ' });
    expect(asked).toEqual(['New password of wallet main', 'The same again']);
    await expect(makeWallet(config(), 'main', person('short', 'short').ask)).rejects.toMatchObject({
      code: 'weak-password',
    });
    expect(() => readFileSync(join(folder, '.zoo/keystores/main'))).toThrow('ENOENT');
  });

  it('is the only wallet there is, with its password; and has to be named among several', async () => {
    await keepWallet(config(), 'one', key, person('correct horse', 'correct horse').ask);
    const { ask, asked } = person('correct horse');
    const signer = await signerOf(config(), ask);
    expect([signer.address, signer.title, asked]).toEqual([address, 'wallet one', []]);
    expect((await signer.unlock()).address).toBe(address);
    expect(asked).toEqual(['Password of wallet one']);
    await makeWallet(config({ ZOO_WALLET_PASSWORD: 'correct horse' }), 'two', undefined);
    await expect(signerOf(config(), undefined)).rejects.toMatchObject({ code: 'no-wallet' });
    expect((await signerNamed(config(), 'one', undefined)).address).toBe(address);
    expect((await signerOf(config({ ZOO_WALLET: address }), undefined)).title).toBe('wallet one');
  }, 60_000);

  it('is unlocked at once where a keystore does not tell its address', async () => {
    const file = join(folder, '.zoo/keystores/one');
    const { address: _, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify(rest));
    const { ask, asked } = person('correct horse');
    const signer = await signerNamed(config(), 'one', ask);
    expect([signer.address, asked]).toEqual([address, ['Password of wallet one']]);
    await signer.unlock();
    expect(asked).toHaveLength(1);
    await expect(signerNamed(config(), 'one', undefined)).rejects.toMatchObject({ code: 'no-password' });
  }, 60_000);

  it('gives a new password by the prompt or a variable', async () => {
    const { ask, asked } = person('correct horse', 'battery staple', 'battery staple');
    await renewPassword(config(), 'one', undefined, ask);
    expect(asked).toEqual(['Password of wallet one', 'New password of wallet one', 'The same again']);
    const both = { ZOO_WALLET_PASSWORD: 'battery staple', ZOO_NEW_WALLET_PASSWORD: 'horse correct' };
    const missing = renewPassword(config(both), 'one', join(folder, 'nowhere'), undefined);
    await expect(missing).rejects.toMatchObject({ code: 'no-password' });
    await renewPassword(config(both), 'one', undefined, undefined);
    const opened = await signerNamed(config({ ZOO_WALLET_PASSWORD: 'horse correct' }), 'one', undefined);
    expect(opened.address).toBe(address);
  }, 60_000);

  it('is the key of ZOO_PRIVATE_KEY where no wallet is named, and no development account on a true chain', async () => {
    const signer = await signerOf(config({ ZOO_PRIVATE_KEY: key.slice(2) }), undefined);
    expect([signer.address, signer.title]).toEqual([address, 'the key of ZOO_PRIVATE_KEY']);
    await expect(signerOf(config({ ZOO_PRIVATE_KEY: `${key}1` }), undefined)).rejects.toMatchObject({
      code: 'invalid-key',
      message: expect.not.stringContaining(key.slice(2)) as string,
    });
    const base = config({ ZOO_WALLET: 'dev:1', ZOO_NETWORK: 'base' });
    await expect(signerOf(base, undefined)).rejects.toMatchObject({ code: 'development-account' });
  });
});
