import { passwordPrompt } from '../chain/ask.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo wallet address [name]`: the address alone, for scripts. */
export async function walletAddress({ terminal, words, config }: Invocation): Promise<void> {
  const { signerNamed } = await import('../../app/wallet.ts');
  const { address } = await signerNamed(await config(), words[0], passwordPrompt(terminal));
  terminal.document({ address });
  terminal.print(address);
}
