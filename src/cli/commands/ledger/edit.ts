import { ZooError, exitCode } from '../../../core/error.ts';
import { type Invocation, textFlag } from '../../invocation.ts';
import { printComparison } from '../../view/experiences.ts';
import { describeFields, tellFindings } from './describe-fields.ts';

/** `zoo ledger edit <id>`: changes an experience by flags, or its text in an editor on a terminal. */
export async function edit(invocation: Invocation): Promise<void> {
  const { terminal, words, flags } = invocation;
  const { editExperience } = await import('../../../app/ledger/change.ts');
  const given = describeFields(invocation, textFlag(invocation, 'domain'));
  const fields = Object.values(given).every((value) => value === undefined)
    ? { text: await writeText(invocation) }
    : given;
  const made = await editExperience(await invocation.config(), words[0] as string, fields, flags['force'] === true);
  const { changes, ...account } = made;
  terminal.document(account);
  printComparison(changes, terminal);
  tellFindings(account.findings, terminal);
}

async function writeText(invocation: Invocation): Promise<string> {
  const { terminal, words } = invocation;
  if (!terminal.host.canAsk)
    throw new ZooError('usage', 'nothing is said that should change', {
      exitCode: exitCode.usage,
      hint: 'Give --text, --domain, --confidence or --example; on a terminal an editor opens without them.',
    });
  const [{ findById }, { readFew }, { editText }] = await Promise.all([
    import('../../../app/ledger/open.ts'),
    import('../../../app/ledger/read-few.ts'),
    import('../../edit-text.ts'),
  ]);
  const id = words[0] as string;
  const library = await readFew(await invocation.config(), [id], 'working', terminal.host.folder);
  return (await editText(findById(library, id).text, terminal.host.environment)).trim();
}
