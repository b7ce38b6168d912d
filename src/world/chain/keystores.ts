import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { scrypt as nodeScrypt } from 'node:crypto';
import { join } from 'node:path';
import { HDNodeWallet, Wallet, decryptKeystoreJson, encryptKeystoreJson, getAddress, scrypt } from 'ethers';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Account } from './chain.ts';

export interface StoredWallet {
  readonly name: string;
  /** Checksummed; null where the file keeps it to whoever has the password, as those of cast do. */
  readonly address: string | null;
  readonly file: string;
}

/** One whose key was seen a moment ago. */
export interface KeptWallet extends StoredWallet {
  readonly address: string;
}

let registered = false;

/** Node's scrypt is native; that of ethers is JavaScript. */
function useNativeScrypt(): void {
  if (registered) return;
  registered = true;
  const room = (N: number, r: number) => ({ maxmem: 256 * N * r });
  scrypt.register(
    (password, salt, N, r, p, length, progress) =>
      new Promise((resolve, reject) => {
        nodeScrypt(password, salt, length, { N, r, p, ...room(N, r) }, (error, key) => {
          progress?.(1);
          if (error === null) resolve(`0x${key.toString('hex')}`);
          else reject(error);
        });
      }),
  );
}

/** Makes a wallet with a new key. @throws ZooError `wallet-exists`, `invalid-wallet-name` */
export async function createWallet(folder: string, name: string, password: string): Promise<KeptWallet> {
  const { address, privateKey } = Wallet.createRandom();
  return await store(folder, name, address, privateKey, password);
}

/**
 * Keeps a key that was made elsewhere.
 *
 * @param secret a private key in hexadecimal, a recovery phrase, or the JSON of a keystore of that password
 * @throws ZooError `invalid-key`, which repeats nothing of it
 */
export async function importWallet(
  folder: string,
  name: string,
  secret: string,
  password: string,
): Promise<KeptWallet> {
  useNativeScrypt();
  const text = secret.trim();
  if (text.startsWith('{')) {
    const { address, privateKey } = await decrypt(text, password, 'the keystore');
    return await store(folder, name, address, privateKey, password);
  }
  const { address, privateKey } = accountOfSecret(text);
  return await store(folder, name, address, privateKey, password);
}

/** @throws ZooError `invalid-key`, which repeats nothing of it */
export function accountOfSecret(secret: string): Account & { readonly privateKey: string } {
  const text = secret.trim();
  try {
    if (/\s/.test(text)) {
      const { address, privateKey } = HDNodeWallet.fromPhrase(text.replaceAll(/\s+/g, ' '));
      if (address !== '') return new Wallet(privateKey);
    }
    return new Wallet(text.startsWith('0x') ? text : `0x${text}`);
  } catch {
    throw new ZooError(
      'invalid-key',
      'that is neither a private key of 32 bytes in hexadecimal nor a recovery phrase',
      {
        exitCode: exitCode.usage,
        hint: 'Give the key, the phrase or the keystore file as it was exported.',
      },
    );
  }
}

/** Accounts of a development chain, whose recovery phrase is public. Never for anything of value. */
export function developmentAccount(index: number): Account {
  const phrase = 'test test test test test test test test test test test junk';
  return new Wallet(HDNodeWallet.fromPhrase(phrase, '', `m/44'/60'/0'/0/${index}`).privateKey);
}

export function listWallets(folder: string): readonly StoredWallet[] {
  if (!existsSync(folder)) return [];
  const found: StoredWallet[] = [];
  for (const name of readdirSync(folder).sort()) {
    const address = isWalletName(name) ? addressIn(join(folder, name)) : undefined;
    if (address !== undefined) found.push({ name, address, file: join(folder, name) });
  }
  return found;
}

/** @throws ZooError `unknown-wallet` */
export function findWallet(folder: string, name: string): StoredWallet {
  const found = listWallets(folder).find(
    (one) => one.name === name || one.address?.toLowerCase() === name.toLowerCase(),
  );
  if (found !== undefined) return found;
  throw new ZooError('unknown-wallet', `there is no wallet "${name}" in ${folder}`, {
    exitCode: exitCode.usage,
    hint: '"zoo wallet list" shows them; "zoo wallet new <name>" makes one. --wallet-dir (ZOO_WALLET_DIR) names the folder.',
  });
}

/** @throws ZooError `wrong-password` */
export async function openWallet({ file, name }: StoredWallet, password: string): Promise<Account> {
  useNativeScrypt();
  const { privateKey } = await decrypt(readFileSync(file, 'utf8'), password, `the wallet ${name}`);
  return new Wallet(privateKey);
}

/**
 * Encrypts a wallet's key anew. The file is replaced once the new one was seen to open.
 *
 * @throws ZooError `wrong-password`, and the old file stays
 */
export async function changePassword(wallet: StoredWallet, before: string, after: string): Promise<KeptWallet> {
  useNativeScrypt();
  const { name, file } = wallet;
  const { address, privateKey } = await decrypt(readFileSync(file, 'utf8'), before, `the wallet ${name}`);
  const text = await encrypt(address, privateKey, after);
  await decrypt(text, after, `the wallet ${name}`);
  replace(file, text);
  return { name, address, file };
}

async function store(
  folder: string,
  name: string,
  address: string,
  privateKey: string,
  password: string,
): Promise<KeptWallet> {
  if (!isWalletName(name))
    throw new ZooError('invalid-wallet-name', 'a wallet is named with up to 64 letters, digits, -, _ and dots within', {
      exitCode: exitCode.usage,
    });
  const file = join(folder, name);
  if (existsSync(file))
    throw new ZooError('wallet-exists', `there is a wallet ${name} already, and a key is never overwritten`, {
      hint: 'Choose another name.',
      data: { file },
    });
  const text = await encrypt(address, privateKey, password);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  replace(file, text);
  return { name, address, file };
}

/** A keystore of version 3 (Web3 Secret Storage). */
async function encrypt(address: string, privateKey: string, password: string): Promise<string> {
  useNativeScrypt();
  const json = JSON.parse(await encryptKeystoreJson({ address, privateKey }, password)) as Record<string, unknown>;
  // Other tools, cast among them, read this key in lower case only, as the format's definition has it.
  const { Crypto, ...rest } = json;
  return `${JSON.stringify({ ...rest, crypto: rest['crypto'] ?? Crypto })}\n`;
}

/** All or nothing, and never readable by others. */
function replace(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.new`;
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(temporary, file);
}

async function decrypt(json: string, password: string, what: string): Promise<{ address: string; privateKey: string }> {
  try {
    return await decryptKeystoreJson(json, password);
  } catch {
    throw new ZooError('wrong-password', `${what} does not open with this password`, {
      exitCode: exitCode.usage,
      hint: 'Give it at the prompt, with ZOO_WALLET_PASSWORD, or with --password-file (ZOO_PASSWORD_FILE).',
    });
  }
}

/** Null for a keystore that does not tell its address, undefined for what is no keystore. */
function addressIn(file: string): string | null | undefined {
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const { address, version } = found;
    if (version !== 3 || typeof (found['crypto'] ?? found['Crypto']) !== 'object') return undefined;
    if (typeof address !== 'string') return null;
    return getAddress(address.startsWith('0x') ? address : `0x${address}`);
  } catch {
    return undefined;
  }
}

function isWalletName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) && !name.endsWith('.new') && !name.includes('..');
}
