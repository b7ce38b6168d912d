import { resolve } from 'node:path';
import { passwordPrompt } from '../chain/ask.ts';
import { type Invocation, textFlag } from '../invocation.ts';

/** `zoo wallet change-password <name>`: its key, encrypted anew. */
export async function walletChangePassword(invocation: Invocation): Promise<void> {
  const { terminal, words, config } = invocation;
  const { renewPassword } = await import('../../app/wallet.ts');
  const named = textFlag(invocation, 'newPasswordFile');
  const file = named === undefined ? undefined : resolve(terminal.host.folder, named);
  const wallet = await renewPassword(await config(), words[0] as string, file, passwordPrompt(terminal));
  terminal.document(wallet);
  terminal.print(wallet.address);
  terminal.message(
    'info',
    `${wallet.file} opens with the new password alone. Copies of the old file still open with the old one.`,
  );
}
