import { resolve } from 'node:path';
import type { Config } from '../../app/config.ts';
import { ZooError, exitCode, messageOf } from '../../core/error.ts';
import { confirmed } from '../chain/ask.ts';
import { type Signing, withSigner } from '../chain/signer.ts';
import { untilInterrupted } from '../interrupt.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';

/** `zoo wallet sign [message]`: EIP-191 for a message, EIP-712 for typed data. Neither is a transaction. */
export async function walletSign(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const named = textFlag(invocation, 'typedData');
  const message = words[0];
  if ((message === undefined) === (named === undefined))
    throw new ZooError('usage', 'there is either a message to sign or a file of typed data', {
      exitCode: exitCode.usage,
      hint: 'zoo wallet sign "text", or zoo wallet sign --typed-data data.json.',
    });
  const config = await invocation.config();
  const { address, signature } = await (message === undefined
    ? signTypedData(invocation, config, resolve(terminal.host.folder, named as string))
    : signing(invocation, async ({ address, unlock }) => {
        return { address, signature: await (await unlock()).signMessage(message) };
      }));
  terminal.document({ address, ...(message === undefined ? {} : { message }), signature });
  terminal.print(signature);
}

async function signing<T>(invocation: Invocation, act: (who: Signing) => Promise<T>): Promise<T> {
  const interrupt = untilInterrupted(invocation.terminal, 'nothing was signed');
  try {
    return await withSigner(invocation, { signal: interrupt.signal }, act);
  } finally {
    interrupt.end();
  }
}

/** A signature of typed data can move what an account owns, so it is shown and asked for as a transaction is. */
async function signTypedData(invocation: Invocation, config: Config, path: string) {
  const { terminal, flags } = invocation;
  const { files } = await import('../../app/wire/platform.ts');
  const { networks } = await import('../../app/networks.ts');
  const { invalidTypedData, readTypedData, typedDataLines } = await import('../../governance/typed-data.ts');
  const text = await files.readText(path);
  if (text === undefined) throw new ZooError('not-found', `there is no file ${path}`, { exitCode: exitCode.usage });
  const data = readTypedData(text, path, networks[config.settings.network].chainId);
  return await signing(invocation, async ({ address, title, asks, unlock }) => {
    terminal.message('info', `Sign as ${address} (${title}):`);
    for (const line of typedDataLines(data)) terminal.message('info', `  ${cleanLine(line)}`);
    if (!asks) await confirmed(terminal, flags['yes'] === true, 'Sign it?', 'signed');
    const account = await unlock();
    try {
      return { address, signature: await account.signTypedData(data.domain, data.types, data.message) };
    } catch (thrown) {
      if (thrown instanceof ZooError) throw thrown;
      throw invalidTypedData(messageOf(thrown));
    }
  });
}
