import { ZooError, exitCode } from '../../../core/error.ts';
import { renderProof } from '../../../core/tree/proof.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { pathFlag } from '../../path-flag.ts';

/** `zoo ledger prove <id…>`: that a version holds an experience, or that it does not; with `--since`, that it follows another. */
export async function prove(invocation: Invocation): Promise<void> {
  const { terminal, words } = invocation;
  const proofs = await import('../../../app/ledger/proofs.ts');
  const since = textFlag(invocation, 'since');
  if ((since === undefined) === (words.length === 0))
    throw new ZooError('usage', 'either ids or --since is needed', {
      exitCode: exitCode.usage,
      hint: 'zoo ledger prove <id>, or zoo ledger prove --since v2.',
    });
  const config = await invocation.config();
  const made =
    since === undefined
      ? await proofs.proveExperiences(
          config,
          words as string[],
          textFlag(invocation, 'at') ?? 'HEAD',
          terminal.host.folder,
        )
      : await proofs.proveSince(config, since, textFlag(invocation, 'at') ?? 'HEAD');
  const output = pathFlag(invocation, 'output');
  const text = 'included' in made ? renderProof(made) : `${JSON.stringify(made, undefined, 2)}\n`;
  terminal.document(made);
  if (output === undefined) {
    terminal.print(text.trimEnd());
    return;
  }
  const { writeExport } = await import('../../../app/ledger/exchange.ts');
  await writeExport(output, text);
  terminal.print(output);
  if ('included' in made)
    terminal.message(
      'info',
      `${made.included.length} in, ${made.absent.length} absent; root ${made.recordsRoot}${made.absent.length === 0 ? '' : `, map ${made.mapRoot}`}`,
    );
}
