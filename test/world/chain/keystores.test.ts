import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accountOfSecret,
  createWallet,
  developmentAccount,
  findWallet,
  importWallet,
  listWallets,
  openWallet,
} from '../../../src/world/chain/keystores.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoo-wallets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const phrase = 'test test test test test test test test test test test junk';

describe('wallets', () => {
  it('open with their password alone, and sign as the key that they keep', async () => {
    const made = await createWallet(folder, 'main', 'correct horse');
    const account = await openWallet(made, 'correct horse');
    expect(account.address).toBe(made.address);
    await expect(openWallet(made, 'wrong horse')).rejects.toMatchObject({ code: 'wrong-password' });
  }, 20_000);

  it('write the key of the format in lower case, as its definition has it', () => {
    const stored = JSON.parse(readFileSync(findWallet(folder, 'main').file, 'utf8')) as Record<string, unknown>;
    expect(stored).toMatchObject({ version: 3, crypto: { cipher: 'aes-128-ctr', kdf: 'scrypt' } });
    expect(Object.keys(stored)).not.toContain('Crypto');
  });

  it('take a recovery phrase, and a keystore of other tools with its own password', async () => {
    const fromPhrase = await importWallet(folder, 'phrase', `${phrase}\n`, 'correct horse');
    expect(fromPhrase.address).toBe(developmentAccount(0).address);
    const exported = readFileSync(fromPhrase.file, 'utf8');
    await expect(importWallet(folder, 'again', exported, 'wrong horse')).rejects.toMatchObject({
      code: 'wrong-password',
    });
    expect((await importWallet(folder, 'again', exported, 'correct horse')).address).toBe(fromPhrase.address);
  }, 20_000);

  it('are found by name and address; other files in the folder are passed over', () => {
    writeFileSync(join(folder, 'notes.txt'), 'not a wallet');
    expect(listWallets(folder).map(({ name }) => name)).toEqual(['again', 'main', 'phrase']);
    const { address } = findWallet(folder, 'main');
    expect(findWallet(folder, String(address).toLowerCase()).name).toBe('main');
    expect(() => findWallet(folder, 'nobody')).toThrow(expect.objectContaining({ code: 'unknown-wallet' }));
  });

  it('are never overwritten, and have names that are file names', async () => {
    await expect(createWallet(folder, 'main', 'correct horse')).rejects.toMatchObject({ code: 'wallet-exists' });
    for (const name of ['../out', '.hidden', 'a/b', '', 'x.new'])
      await expect(createWallet(folder, name, 'correct horse')).rejects.toMatchObject({ code: 'invalid-wallet-name' });
  });

  it.each(['0x1234', 'zz'.repeat(32), 'these words are no phrase at all', ''])(
    'do not repeat a key that is none: %s',
    (text) => {
      const thrown = (() => {
        try {
          return accountOfSecret(text);
        } catch (error) {
          return error as Error;
        }
      })();
      expect(thrown).toMatchObject({ code: 'invalid-key' });
      if (text !== '') expect((thrown as Error).message).not.toContain(text);
    },
  );
});
