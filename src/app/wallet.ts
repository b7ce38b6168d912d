import { ZooError, exitCode } from '../core/error.ts';
import type { Account } from '../world/chain/chain.ts';
import type { Config } from './config.ts';
import {
  type KeptWallet,
  type StoredWallet,
  accountOfSecret,
  changePassword,
  developmentAccount,
  findWallet,
  importWallet,
  listWallets,
  newWallet,
  openWallet,
} from './wire/chain.ts';
import { files } from './wire/platform.ts';

export { listWallets } from './wire/chain.ts';

/** Asks somebody for a password; undefined where nobody is there. */
export type AskPassword = ((question: string) => Promise<string>) | undefined;

/** Who signs, before a password was needed. */
export interface Signer {
  readonly address: string;
  /** Such as `wallet main`. */
  readonly title: string;
  readonly unlock: () => Promise<Account>;
}

/**
 * Who signs: the wallet that is named, the key of ZOO_PRIVATE_KEY, or the only wallet that there is.
 *
 * @param ask for the password; at once where a keystore keeps even its address to itself
 * @throws ZooError `no-wallet`, `unknown-wallet`, `development-account`
 */
export async function signerOf(config: Config, ask: AskPassword): Promise<Signer> {
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
  const title = `wallet ${stored.name}`;
  const unlock = async () => await openWallet(stored, await passwordOf(config, `Password of ${title}`, ask));
  const { address } = stored;
  return address === null ? signerFor(await unlock(), title) : { address, title, unlock };
}

/** A wallet by name, or the one that would sign. @throws ZooError as {@link signerOf} does */
export async function signerNamed(config: Config, name: string | undefined, ask: AskPassword): Promise<Signer> {
  return await signerOf(
    name === undefined ? config : { ...config, settings: { ...config.settings, wallet: name } },
    ask,
  );
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

/** Where a password may stand, with the names that a hint gives. */
interface PasswordSource {
  readonly file: string | undefined;
  readonly variable: string | undefined;
  readonly flagName: string;
  readonly variableName: string;
}

/** The password file, ZOO_WALLET_PASSWORD, or the prompt. @throws ZooError `no-password` */
async function passwordOf(config: Config, question: string, ask: AskPassword): Promise<string> {
  const source = {
    file: config.settings.passwordFile,
    variable: config.environment['ZOO_WALLET_PASSWORD'],
    flagName: '--password-file (ZOO_PASSWORD_FILE)',
    variableName: 'ZOO_WALLET_PASSWORD',
  };
  return await givenPassword(source, question, ask);
}

async function givenPassword(
  { file, variable, flagName, variableName }: PasswordSource,
  question: string,
  ask: AskPassword,
): Promise<string> {
  if (file !== undefined) {
    const text = await files.readText(file);
    if (text !== undefined) return text.replace(/\r?\n$/, '');
    throw new ZooError('no-password', `there is no password file ${file}`, {
      exitCode: exitCode.usage,
      hint: `${flagName} names it.`,
    });
  }
  if (variable !== undefined && variable !== '') return variable;
  if (ask !== undefined) return await ask(question);
  throw new ZooError('no-password', 'the wallet needs its password, and there is nobody to ask', {
    exitCode: exitCode.usage,
    hint: `Set ${variableName}, or name a file with ${flagName}.`,
  });
}

export async function makeWallet(config: Config, name: string, ask: AskPassword): Promise<KeptWallet> {
  return await newWallet(config, name, await newPassword(config, name, ask));
}

/** @param secret a private key, a recovery phrase, or a keystore, whose password stays as it is */
export async function keepWallet(config: Config, name: string, secret: string, ask: AskPassword): Promise<KeptWallet> {
  const isKeystore = secret.trim().startsWith('{');
  const password = isKeystore
    ? await passwordOf(config, 'Password of the keystore', ask)
    : await newPassword(config, name, ask);
  return await importWallet(config, name, secret, password);
}

/** Both passwords come from files or variables, or both from the prompt. @param newPasswordFile path of a file */
export async function renewPassword(
  config: Config,
  name: string,
  newPasswordFile: string | undefined,
  ask: AskPassword,
): Promise<KeptWallet> {
  const wallet = await findWallet(config, name);
  const before = await passwordOf(config, `Password of wallet ${wallet.name}`, ask);
  const source = {
    file: newPasswordFile,
    variable: config.environment['ZOO_NEW_WALLET_PASSWORD'],
    flagName: '--new-password-file',
    variableName: 'ZOO_NEW_WALLET_PASSWORD',
  };
  const after = await givenPassword(source, `New password of wallet ${wallet.name}`, twice(ask));
  return await changePassword(wallet, before, checkStrength(after));
}

async function newPassword(config: Config, name: string, ask: AskPassword): Promise<string> {
  return checkStrength(await passwordOf(config, `New password of wallet ${name}`, twice(ask)));
}

/** A slip of the finger in a new password would cost the key. */
function twice(ask: AskPassword): AskPassword {
  if (ask === undefined) return undefined;
  return async (question) => {
    const [first, second] = [await ask(question), await ask('The same again')];
    if (first === second) return first;
    throw new ZooError('passwords-differ', 'the two passwords differ', {
      exitCode: exitCode.usage,
      hint: 'Run the command again.',
    });
  };
}

function checkStrength(password: string): string {
  if (password.length >= 8) return password;
  throw new ZooError('weak-password', 'a password has at least 8 characters', {
    exitCode: exitCode.usage,
    hint: 'Whoever gets the file can try passwords as fast as a machine allows.',
  });
}
