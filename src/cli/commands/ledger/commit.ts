import { ZooError, exitCode } from '../../../core/error.ts';
import { signatureAlgorithms } from '../../../app/ledger/versions.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { pathFlag } from '../../path-flag.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger commit -m <message>`: makes the working library a version, signed on request. */
export async function commit(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  const { commitLibrary } = await import('../../../app/ledger/versions.ts');
  const message = textFlag(invocation, 'message');
  if (message === undefined || message.trim() === '')
    throw new ZooError('usage', 'a version needs a message', {
      exitCode: exitCode.usage,
      hint: 'Give it with -m "What changed and why".',
    });
  const sign = textFlag(invocation, 'sign');
  const algorithm = signatureAlgorithms.find((name) => name === sign);
  if (sign !== undefined && algorithm === undefined)
    throw new ZooError('usage', `there is no signature algorithm "${sign}"`, {
      exitCode: exitCode.usage,
      hint: `Choose ${signatureAlgorithms.join(', ')}.`,
    });
  const made = await commitLibrary(await invocation.config(), {
    message,
    allowEmpty: flags['allowEmpty'] === true,
    sign: algorithm,
    keyFile: pathFlag(invocation, 'key'),
  });
  terminal.document(made);
  terminal.print(`${made.version}: ${count(made.count, 'experience')}, root ${made.root}, commit ${made.commit}`);
  if (made.verifierKey !== null) terminal.print(`checkpoint signed, verifier key ${made.verifierKey}`);
}
