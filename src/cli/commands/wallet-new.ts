import { passwordPrompt } from '../chain/ask.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo wallet new <name>`: a new key, encrypted. */
export async function walletNew({ terminal, words, config }: Invocation): Promise<void> {
  const { makeWallet } = await import('../../app/wallet.ts');
  const wallet = await makeWallet(await config(), words[0] as string, passwordPrompt(terminal));
  terminal.document(wallet);
  terminal.print(wallet.address);
  terminal.message('info', `kept in ${wallet.file}. Without this file and its password nobody can ever use it again.`);
}
