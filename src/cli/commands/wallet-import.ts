import { resolve } from 'node:path';
import { ZooError, exitCode } from '../../core/error.ts';
import { passwordPrompt } from '../chain/ask.ts';
import type { Invocation } from '../invocation.ts';

/** `zoo wallet import <name> [file]`: a key, a recovery phrase or a keystore, from a file or the prompt. */
export async function walletImport(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const config = await invocation.config();
  const { keepWallet } = await import('../../app/wallet.ts');
  const ask = passwordPrompt(terminal);
  const file = words[1];
  const secret = file === undefined ? await typed(ask) : await readSecret(resolve(terminal.host.folder, file));
  const wallet = await keepWallet(config, words[0] as string, secret, ask);
  terminal.document(wallet);
  terminal.print(wallet.address);
  terminal.message('info', `kept in ${wallet.file}`);
}

async function typed(ask: ReturnType<typeof passwordPrompt>): Promise<string> {
  if (ask !== undefined) return await ask('Private key or recovery phrase');
  throw new ZooError('no-key', 'there is nobody to ask for the key', {
    exitCode: exitCode.usage,
    hint: 'Name a file that holds it: zoo wallet import <name> <file>. A key is never given as a flag.',
  });
}

async function readSecret(path: string): Promise<string> {
  const { files } = await import('../../app/wire/platform.ts');
  const text = await files.readText(path);
  if (text !== undefined) return text;
  throw new ZooError('not-found', `there is no file ${path}`, { exitCode: exitCode.usage });
}
