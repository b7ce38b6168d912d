import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyMessage } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changePassword,
  createWallet,
  developmentAccount,
  findWallet,
  importWallet,
  listWallets,
  openWallet,
} from '../../../src/world/chain/keystores.ts';
import { readTypedData } from '../../../src/governance/typed-data.ts';
import { findCast } from './find-cast.ts';

const found = findCast();
const why = 'missing' in found ? ` (skipped: ${found.missing})` : '';
const password = 'correct horse';
/** Of the second development account, which everybody knows. */
const key = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const typedData = {
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'chainId', type: 'uint256' },
    ],
    Letter: [
      { name: 'to', type: 'Person[]' },
      { name: 'contents', type: 'string' },
    ],
    Person: [{ name: 'wallet', type: 'address' }],
  },
  primaryType: 'Letter',
  domain: { name: 'Post', chainId: 31_337 },
  message: { to: [{ wallet: developmentAccount(2).address }], contents: 'Hello' },
};

describe.skipIf('missing' in found)(`keystores and cast${why}`, () => {
  let ours: string;
  let theirs: string;
  beforeAll(() => {
    ours = mkdtempSync(join(tmpdir(), 'zoo-wallets-'));
    theirs = mkdtempSync(join(tmpdir(), 'zoo-cast-'));
  });
  afterAll(() => {
    for (const folder of [ours, theirs]) rmSync(folder, { recursive: true, force: true });
  });

  function cast(...words: string[]): { readonly status: number | null; readonly said: string } {
    const path = 'path' in found ? found.path : '';
    const { status, stdout, stderr } = spawnSync(path, words, {
      encoding: 'utf8',
      env: { ...process.env, HOME: theirs },
    });
    return { status, said: `${stdout}${stderr}`.trim() };
  }

  it('cast opens what zoo makes, and signs the same with it', async () => {
    const made = await createWallet(ours, 'main', password);
    const opening = ['--keystore', made.file, '--password', password];
    expect(cast('wallet', 'address', ...opening).said).toBe(made.address);
    const account = await openWallet(made, password);
    expect(cast('wallet', 'sign', 'I am main', ...opening).said).toBe(await account.signMessage('I am main'));
    const file = join(ours, 'data.json');
    writeFileSync(file, JSON.stringify(typedData));
    const { domain, types, message } = readTypedData(JSON.stringify(typedData), 'data.json', 31_337);
    const signature = await account.signTypedData(domain, types, message);
    expect(cast('wallet', 'sign', '--data', '--from-file', file, ...opening).said).toBe(signature);
    expect(cast('wallet', 'address', '--keystore', made.file, '--password', 'wrong').status).not.toBe(0);
  }, 60_000);

  it('zoo opens what cast makes, whose file does not tell its address', async () => {
    expect(cast('wallet', 'new', theirs, 'fresh', '--unsafe-password', password).status).toBe(0);
    const imported = cast(
      'wallet',
      'import',
      'known',
      '--keystore-dir',
      theirs,
      '--private-key',
      key,
      '--unsafe-password',
      password,
    );
    expect(imported.status).toBe(0);
    expect(listWallets(theirs).map(({ name, address }) => [name, address])).toEqual([
      ['fresh', null],
      ['known', null],
    ]);
    const account = await openWallet(findWallet(theirs, 'known'), password);
    expect(account.address).toBe(developmentAccount(1).address);
    const fresh = await openWallet(findWallet(theirs, 'fresh'), password);
    expect(verifyMessage('hello', await fresh.signMessage('hello'))).toBe(
      cast('wallet', 'address', '--keystore', join(theirs, 'fresh'), '--password', password).said,
    );
    await expect(openWallet(findWallet(theirs, 'known'), 'wrong')).rejects.toMatchObject({ code: 'wrong-password' });
    const kept = await importWallet(ours, 'from-cast', readFileSync(join(theirs, 'known'), 'utf8'), password);
    expect(kept.address).toBe(developmentAccount(1).address);
    expect(cast('wallet', 'address', '--keystore', kept.file, '--password', password).said).toBe(kept.address);
  }, 60_000);

  it('each opens what the other has changed the password of', async () => {
    const made = await createWallet(ours, 'changing', password);
    const before = readFileSync(made.file, 'utf8');
    await expect(changePassword(made, 'wrong', 'battery staple')).rejects.toMatchObject({ code: 'wrong-password' });
    expect(readFileSync(made.file, 'utf8')).toBe(before);
    await changePassword(made, password, 'battery staple');
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    expect(cast('wallet', 'address', '--keystore', made.file, '--password', 'battery staple').said).toBe(made.address);
    expect(cast('wallet', 'address', '--keystore', made.file, '--password', password).status).not.toBe(0);
    const changing = ['--unsafe-password', 'battery staple', '--unsafe-new-password', 'staple battery'];
    expect(cast('wallet', 'change-password', 'changing', '--keystore-dir', ours, ...changing).status).toBe(0);
    expect((await openWallet(findWallet(ours, 'changing'), 'staple battery')).address).toBe(made.address);
    await expect(openWallet(made, 'battery staple')).rejects.toMatchObject({ code: 'wrong-password' });
  }, 60_000);
});
