import { ZooError, exitCode } from '../../../core/error.ts';
import { signatureAlgorithms } from '../../../app/ledger/versions.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { pathFlag } from '../../path-flag.ts';
import { count } from '../../view/train-lines.ts';

/** `zoo ledger commit -m <message>`: makes the working library a version, signed on request. */
export async function commit(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  const { commitLibrary } = await import('../../../app/ledger/versions.ts');
  const sign = textFlag(invocation, 'sign');
  const algorithm = signatureAlgorithms.find((name) => name === sign);
  if (sign !== undefined && algorithm === undefined)
    throw new ZooError('usage', `there is no signature algorithm "${sign}"`, {
      exitCode: exitCode.usage,
      hint: `Choose ${signatureAlgorithms.join(', ')}.`,
    });
  const message = textFlag(invocation, 'message') ?? (await writeMessage(invocation));
  if (message.trim() === '')
    throw new ZooError('usage', 'a version needs a message', {
      exitCode: exitCode.usage,
      hint: 'Give it with -m "What changed and why".',
    });
  const made = await commitLibrary(await invocation.config(), {
    message: message.trim(),
    allowEmpty: flags['allowEmpty'] === true,
    sign: algorithm,
    keyFile: pathFlag(invocation, 'key'),
  });
  terminal.document(made);
  terminal.print(`${made.version}: ${count(made.count, 'experience')}, root ${made.root}, commit ${made.commit}`);
  if (made.verifierKey !== null) terminal.print(`checkpoint signed, verifier key ${made.verifierKey}`);
}

/** In an editor that shows what changed; empty where nobody is there to write. */
async function writeMessage({ terminal, config }: Invocation): Promise<string> {
  if (!terminal.host.canAsk) return '';
  const [{ ledgerStatus }, { editText }, { comparisonLines }] = await Promise.all([
    import('../../../app/ledger/versions.ts'),
    import('../../edit-text.ts'),
    import('../../view/experiences.ts'),
  ]);
  const { changes } = await ledgerStatus(await config());
  const plain = { ...terminal, coloured: false, style: (_: unknown, text: string) => text };
  const shown = changes === null ? [] : comparisonLines(changes, plain);
  const told = ['What changed and why? Lines that begin with # are left out.', '', ...shown];
  const draft = `\n${told.map((line) => `# ${line}`.trimEnd()).join('\n')}\n`;
  const written = await editText(draft, terminal.host.environment, 'message.txt');
  return written
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();
}
