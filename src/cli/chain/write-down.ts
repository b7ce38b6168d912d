import { ZooError, exitCode } from '../../core/error.ts';
import type { Intent } from '../../governance/intent.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { passwordPrompt } from './ask.ts';
import type { Session } from './session.ts';

/** Whether somebody else is to send it: a multisig (`--safe`), or whoever gets the bare call (`--calldata`). */
export function isForOthers(invocation: Invocation): boolean {
  return textFlag(invocation, 'safe') !== undefined || invocation.flags['calldata'] === true;
}

/** Writes down what somebody else is to send. */
export async function writeDown(
  invocation: Invocation,
  { config, place, signal }: Omit<Session, 'from' | 'account'>,
  build: (session: Session) => Promise<Intent>,
): Promise<void> {
  const { terminal } = invocation;
  const safe = textFlag(invocation, 'safe');
  const from = safe === undefined ? await ownAddress(invocation) : checkAddress(safe);
  const intent = await build({ config, place, from, account: undefined, signal });
  const calls = intent.batch ?? [intent.call];
  if (safe === undefined) {
    const plain = calls.map(({ to, data, value }) => ({ to, data, value: value.toString() }));
    terminal.document({ title: intent.title, chainId: place.chain.chainId, calls: plain });
    for (const { to, data, value } of plain) terminal.print(`${to} ${value} ${data}`);
    return;
  }
  const { safeBatch } = await import('../../governance/safe-batch.ts');
  const batch = safeBatch(place.chain.chainId, safe, { ...intent, createdAt: (await place.chain.now()) * 1000 }, calls);
  terminal.document(batch);
  terminal.print(JSON.stringify(batch, null, 2));
  terminal.message('info', 'Load it in the Transaction Builder of the Safe (Apps); it simulates and sends it.');
}

async function ownAddress({ config, terminal }: Invocation): Promise<string> {
  const { signerOf } = await import('../../app/wallet.ts');
  return (await signerOf(await config(), passwordPrompt(terminal))).address;
}

function checkAddress(text: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text;
  throw new ZooError('invalid-address', `"${text.slice(0, 60)}" is no address`, {
    exitCode: exitCode.usage,
    hint: 'An address is 0x and 40 hexadecimal digits.',
  });
}
