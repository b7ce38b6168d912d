import { ZooError, exitCode } from '../core/error.ts';
import type { Account } from '../world/chain/chain.ts';
import type { Config } from './config.ts';
import {
  type StoredWallet,
  accountOfSecret,
  developmentAccount,
  findWallet,
  importWallet,
  listWallets,
  newWallet,
  openWallet,
} from './wire/chain.ts';
import { files } from './wire/platform.ts';

export { findWallet, listWallets } from './wire/chain.ts';

/** Asks somebody for a password; undefined where nobody is there. */
export type AskPassword = ((question: string) => Promise<string>) | undefined;

/** Who signs, before a password was needed. */
export interface Signer {
  readonly address: string;
  /** Such as `wallet main`. */
  readonly title: string;
  unlock(ask: AskPassword): Promise<Account>;
}

/**
 * Who signs: the wallet that is named, the key of ZOO_PRIVATE_KEY, or the only wallet that there is.
 *
 * @throws ZooError `no-wallet`, `unknown-wallet`, `development-account`
 */
export async function signerOf(config: Config): Promise<Signer> {
  const { wallet, network } = config.settings;
  const index = /^dev:(\d)$/.exec(wallet ?? '')?.[1];
  if (index !== undefined) {
    // Everybody knows these keys: what such an account holds elsewhere is lost.
    if (network !== 'local')
      throw new ZooError('development-account', `${wallet} is an account of the local chain alone; its key is public`, {
        exitCode: exitCode.usage,
        hint: 'Choose a wallet of your own with --wallet (ZOO_WALLET); "zoo wallet new" makes one.',
      });
    return signerFor(await developmentAccount(Number(index)), `development account ${index}`);
  }
  const key = config.environment['ZOO_PRIVATE_KEY'];
  if (wallet === undefined && key !== undefined && key !== '')
    return signerFor(await accountOfSecret(key), 'the key of ZOO_PRIVATE_KEY');
  const stored = wallet === undefined ? await onlyWallet(config) : await findWallet(config, wallet);
  return {
    address: stored.address,
    title: `wallet ${stored.name}`,
    unlock: async (ask) => await openWallet(stored, await passwordOf(config, `Password of wallet ${stored.name}`, ask)),
  };
}

function signerFor(account: Account, title: string): Signer {
  return { address: account.address, title, unlock: () => Promise.resolve(account) };
}

async function onlyWallet(config: Config): Promise<StoredWallet> {
  const [first, ...more] = await listWallets(config);
  if (first !== undefined && more.length === 0) return first;
  throw new ZooError(
    'no-wallet',
    first === undefined ? 'there is no wallet to sign with' : 'there are several wallets',
    {
      exitCode: exitCode.usage,
      hint:
        config.settings.network === 'local'
          ? 'On the local chain use --wallet dev:0 (ZOO_WALLET); "zoo wallet new" makes a wallet of your own.'
          : 'Name one with --wallet (ZOO_WALLET); "zoo wallet new" makes one, "zoo wallet list" shows them.',
    },
  );
}

/** ZOO_WALLET_PASSWORD, the password file, or the prompt. @throws ZooError `no-password` */
export async function passwordOf(config: Config, question: string, ask: AskPassword): Promise<string> {
  const { passwordFile } = config.settings;
  if (passwordFile !== undefined) {
    const text = await files.readText(passwordFile);
    if (text !== undefined) return text.replace(/\r?\n$/, '');
    throw new ZooError('no-password', `there is no password file ${passwordFile}`, {
      exitCode: exitCode.usage,
      hint: '--password-file (ZOO_PASSWORD_FILE) names it.',
    });
  }
  const told = config.environment['ZOO_WALLET_PASSWORD'];
  if (told !== undefined && told !== '') return told;
  if (ask !== undefined) return await ask(question);
  throw new ZooError('no-password', 'the wallet needs its password, and there is nobody to ask', {
    exitCode: exitCode.usage,
    hint: 'Set ZOO_WALLET_PASSWORD, or name a file with --password-file (ZOO_PASSWORD_FILE).',
  });
}

export async function makeWallet(config: Config, name: string, ask: AskPassword): Promise<StoredWallet> {
  return await newWallet(config, name, await newPassword(config, name, ask));
}

/** @param secret a private key, a recovery phrase, or a keystore, whose password stays as it is */
export async function keepWallet(
  config: Config,
  name: string,
  secret: string,
  ask: AskPassword,
): Promise<StoredWallet> {
  const isKeystore = secret.trim().startsWith('{');
  const password = isKeystore
    ? await passwordOf(config, 'Password of the keystore', ask)
    : await newPassword(config, name, ask);
  return await importWallet(config, name, secret, password);
}

async function newPassword(config: Config, name: string, ask: AskPassword): Promise<string> {
  const password = await passwordOf(config, `New password of wallet ${name}`, ask);
  if (password.length < 8)
    throw new ZooError('weak-password', 'a password has at least 8 characters', {
      exitCode: exitCode.usage,
      hint: 'Whoever gets the file can try passwords as fast as a machine allows.',
    });
  return password;
}
