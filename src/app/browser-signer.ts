import { ZooError, exitCode } from '../core/error.ts';
import { type Addresses, type RemoteAccount, contractNames, contractRoles } from '../world/chain/chain.ts';
import type { Config } from './config.ts';
import { networks } from './networks.ts';
import { findWallet, openBrowserWallet, openInBrowser } from './wire/chain.ts';

export interface BrowserSigner {
  readonly account: RemoteAccount;
  /** Such as `MetaMask in the browser`. */
  readonly title: string;
  /** Ends the page with its last words. */
  readonly close: (text: string) => Promise<void>;
}

export interface BrowserSignerOptions {
  readonly signal: AbortSignal;
  /** Contracts that people are told the names of. */
  readonly addresses: Addresses | undefined;
  /** Told the address of the page. */
  readonly onOpen: (url: string) => void;
  /** Whether to open it in the browser of the system. */
  readonly launch: boolean;
}

/**
 * A wallet of the user's browser, by a page on this machine. `--account` names the account that it must be.
 *
 * @throws ZooError `wallet-refused`, `browser-closed`, `browser-timeout`, `account-mismatch`
 */
export async function openBrowserSigner(config: Config, options: BrowserSignerOptions): Promise<BrowserSigner> {
  const { browserTimeout = 600_000, network } = config.settings;
  const { chainId, title, currency } = networks[network];
  const address = await wantedAddress(config);
  const { page, connect } = await openBrowserWallet({ patience: browserTimeout, grace: 5000, signal: options.signal });
  try {
    options.onOpen(page.url);
    if (options.launch) openInBrowser(page.url);
    const names = new Map(
      contractRoles.map((role) => [options.addresses?.[role].toLowerCase() ?? '', contractNames[role]]),
    );
    const account = await connect({ chainId, network: title, currency, address, names });
    return { account, title: `${account.wallet} in the browser`, close: page.close };
  } catch (thrown) {
    await page.close('zoo has ended; see the terminal. You can close this page.');
    throw thrown;
  }
}

/** The account that `--account` names: an address, or that of a keystore. */
async function wantedAddress(config: Config): Promise<string | undefined> {
  const { wallet } = config.settings;
  if (wallet === undefined || /^0x[0-9a-fA-F]{40}$/.test(wallet)) return wallet;
  const { address } = wallet.startsWith('dev:') ? { address: null } : await findWallet(config, wallet);
  if (address !== null) return address;
  throw new ZooError('usage', `with --browser, --account takes the address of the account, not ${wallet}`, {
    exitCode: exitCode.usage,
    hint: 'Give its address, or leave it out and choose the account in the browser.',
  });
}
