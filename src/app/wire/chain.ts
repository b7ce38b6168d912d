import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import type { RunningChain } from '../../world/chain/anvil.ts';
import type { BrowserAccountOptions } from '../../world/chain/browser/browser-account.ts';
import type { PageOptions } from '../../world/chain/browser/wallet-page.ts';
import type { Account, Chain } from '../../world/chain/chain.ts';
import type { KeptWallet, StoredWallet } from '../../world/chain/keystores.ts';
import type { Config } from '../config.ts';
import { localRpcUrl, networks } from '../networks.ts';
import { clock } from './platform.ts';

export type { RunningChain } from '../../world/chain/anvil.ts';
export type { KeptWallet, StoredWallet } from '../../world/chain/keystores.ts';

/** @throws ZooError `no-rpc-url`, `no-rpc`, `wrong-chain` */
export async function connectChain({ settings }: Config): Promise<Chain> {
  const { ethersChain } = await import('../../world/chain/ethers.ts');
  const { chainId, confirmations, pollEvery, title } = networks[settings.network];
  const url = settings.rpcUrl ?? (settings.network === 'local' ? localRpcUrl : undefined);
  if (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new ZooError('no-rpc-url', `${title} needs a node to ask, at an http or https URL`, {
      exitCode: exitCode.usage,
      hint: 'Give its URL with --rpc-url or, as it may hold a key, better with ZOO_RPC_URL.',
    });
  return await ethersChain({ url, clock, chainId, confirmations, pollEvery });
}

export interface ChainUpOptions {
  readonly port: number;
  readonly state: string;
  readonly accounts: number;
}

export async function startChain(config: Config, options: ChainUpOptions): Promise<RunningChain> {
  const { startAnvil } = await import('../../world/chain/anvil.ts');
  const { chainId } = networks.local;
  return await startAnvil({ ...options, chainId, environment: config.environment });
}

/** Addresses of the development accounts. */
export async function developmentAddresses(count: number): Promise<readonly string[]> {
  const { developmentAccount } = await import('../../world/chain/keystores.ts');
  return Array.from({ length: count }, (_, index) => developmentAccount(index).address);
}

export async function warp(url: string, seconds: number): Promise<number> {
  const { warpChain } = await import('../../world/chain/development.ts');
  return await warpChain(url, networks.local.chainId, seconds);
}

function walletFolder({ settings, environment }: Config): string {
  return settings.walletDir ?? join(environment['HOME'] ?? homedir(), '.zoo', 'keystores');
}

export async function listWallets(config: Config): Promise<readonly StoredWallet[]> {
  return (await import('../../world/chain/keystores.ts')).listWallets(walletFolder(config));
}

export async function findWallet(config: Config, name: string): Promise<StoredWallet> {
  return (await import('../../world/chain/keystores.ts')).findWallet(walletFolder(config), name);
}

export async function newWallet(config: Config, name: string, password: string): Promise<KeptWallet> {
  return await (await import('../../world/chain/keystores.ts')).createWallet(walletFolder(config), name, password);
}

export async function importWallet(
  config: Config,
  name: string,
  secret: string,
  password: string,
): Promise<KeptWallet> {
  const { importWallet: keep } = await import('../../world/chain/keystores.ts');
  return await keep(walletFolder(config), name, secret, password);
}

export async function openWallet(wallet: StoredWallet, password: string): Promise<Account> {
  return await (await import('../../world/chain/keystores.ts')).openWallet(wallet, password);
}

export async function changePassword(wallet: StoredWallet, before: string, after: string): Promise<KeptWallet> {
  return await (await import('../../world/chain/keystores.ts')).changePassword(wallet, before, after);
}

export async function accountOfSecret(secret: string): Promise<Account> {
  return (await import('../../world/chain/keystores.ts')).accountOfSecret(secret);
}

export async function developmentAccount(index: number): Promise<Account> {
  return (await import('../../world/chain/keystores.ts')).developmentAccount(index);
}

/** A page on this machine, and what connects a wallet by it. */
export async function openBrowserWallet(options: PageOptions) {
  const { serveWalletPage } = await import('../../world/chain/browser/wallet-page.ts');
  const { openBrowserAccount } = await import('../../world/chain/browser/browser-account.ts');
  const page = await serveWalletPage(options);
  return { page, connect: (about: BrowserAccountOptions) => openBrowserAccount(page, about) };
}

/** Opens an address as the system does. Where that fails people open it themselves: it is told to them as well. */
export function openInBrowser(url: string): void {
  // Not from .env: a project that was cloned must not bring a command along.
  const [command, ...words] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    process.env['BROWSER'] || 'xdg-open',
  ];
  const child = spawn(command as string, [...words, url], { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}
