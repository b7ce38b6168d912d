import type { Addresses, Signatory } from '../../world/chain/chain.ts';
import { messageOf } from '../../core/error.ts';
import type { Invocation } from '../invocation.ts';
import { passwordPrompt } from './ask.ts';

/** Who signs, with a key of this machine or with a wallet of the browser. */
export interface Signing {
  readonly address: string;
  /** Such as `wallet main`. */
  readonly title: string;
  /** The wallet asks by itself before it signs, so that nobody need be asked here. */
  readonly asks: boolean;
  readonly unlock: () => Promise<Signatory>;
}

export interface SigningOptions {
  readonly signal: AbortSignal;
  /** Contracts that the page in the browser names. */
  readonly addresses?: Addresses | undefined;
}

/** Finds who signs and acts for them; a page in the browser is told how it went, and ended. */
export async function withSigner<T>(
  invocation: Invocation,
  { signal, addresses }: SigningOptions,
  act: (who: Signing) => Promise<T>,
): Promise<T> {
  const { terminal } = invocation;
  const config = await invocation.config();
  if (!config.settings.browser) {
    const { signerOf } = await import('../../app/wallet.ts');
    const { address, title, unlock } = await signerOf(config, passwordPrompt(terminal));
    return await act({ address, title, asks: false, unlock });
  }
  const { openBrowserSigner } = await import('../../app/browser-signer.ts');
  const { account, title, close } = await openBrowserSigner(config, {
    signal,
    addresses,
    onOpen: (url) => {
      // Told to those who want to hear of errors alone, too: without it nothing can go on.
      terminal.message('error', `Open this in the browser of your wallet: ${url}`);
      terminal.event({ type: 'browser', url });
    },
    launch: terminal.host.canAsk,
  });
  try {
    const done = await act({ address: account.address, title, asks: true, unlock: () => Promise.resolve(account) });
    await close('Done. You can close this page.');
    return done;
  } catch (thrown) {
    await close(`zoo has ended: ${messageOf(thrown).slice(0, 500)}. You can close this page.`);
    throw thrown;
  }
}
