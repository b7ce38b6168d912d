import { type Invocation, textFlag } from '../../invocation.ts';
import { printComparison } from '../../view/experiences.ts';
import { describeFields, tellFindings } from './describe-fields.ts';

/** `zoo ledger add <text>`: a new experience at the end of the working library. */
export async function add(invocation: Invocation): Promise<void> {
  const { terminal, words, flags } = invocation;
  const { addExperience } = await import('../../../app/ledger/change.ts');
  const fields = describeFields(invocation, textFlag(invocation, 'domain'));
  const made = await addExperience(
    await invocation.config(),
    { ...fields, text: words[0] as string },
    flags['force'] === true,
  );
  const { changes, ...account } = made;
  terminal.document(account);
  printComparison(changes, terminal);
  tellFindings(account.findings, terminal);
}
