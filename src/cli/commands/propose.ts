import type { Candidate } from '../../app/governance.ts';
import type { Intent } from '../../governance/intent.ts';
import { agrees } from '../chain/ask.ts';
import { sendTransaction } from '../chain/send.ts';
import type { Session } from '../chain/session.ts';
import { type Invocation, textFlag } from '../invocation.ts';
import { cleanLine } from '../view/clean-text.ts';
import { comparisonLines, comparisonSummary } from '../view/experiences.ts';

/** `zoo propose`: a version of the ledger to be brought into force by vote. */
export async function propose(invocation: Invocation): Promise<void> {
  const { terminal, flags } = invocation;
  const { candidateOf, recordProposal } = await import('../../app/governance.ts');
  const { intendToPropose } = await import('../../governance/propose.ts');
  let candidate: Candidate | undefined;
  await sendTransaction(invocation, {
    build: async ({ config, place, from, account, signal }) => {
      candidate = await candidateOf(config, place, {
        reference: textFlag(invocation, 'version'),
        withoutGate: flags['withoutGate'] === true,
        signal,
        onDropped: (gateway, why) => terminal.message('warn', cleanLine(`${gateway} gets no more work: ${why}`)),
      });
      await tell(invocation, candidate);
      const { proposed: version, description } = candidate;
      const [accepted, rejected] = [list(invocation, 'accept'), list(invocation, 'reject')];
      await tellSubmissions(invocation, { config, place }, version.version, accepted);
      const delegate = flags['delegate'] === true;
      return await intendToPropose(place, { version, description, from, account, accepted, rejected, delegate });
    },
    first: (session) => offerDelegation(invocation, session),
    after: async ({ mined, session }) => {
      const id = mined.events.find(({ name }) => name === 'ProposalCreated')?.values['proposalId'] ?? '';
      const { chain, addresses } = session.place;
      if (candidate !== undefined)
        await recordProposal(session.config, candidate, {
          chainId: chain.chainId,
          registry: addresses.registry,
          id,
          transaction: mined.hash,
        });
      const { cid, gate, proposed } = candidate ?? {};
      return { document: { proposal: id, cid, root: proposed?.recordsRoot, gate }, lines: [id] };
    },
  });
}

async function tell({ terminal }: Invocation, { proposed, changes, gate }: Candidate): Promise<void> {
  const { gateText } = await import('../../app/gate-of-version.ts');
  terminal.message('info', `${proposed.version} against the version in force:`);
  for (const line of changes === undefined
    ? ['the version in force is not at hand']
    : comparisonLines(changes, terminal))
    terminal.message('info', `  ${line}`);
  if (changes !== undefined) terminal.message('info', `  ${comparisonSummary(changes)}`);
  terminal.message(gate.state === 'accepted' ? 'info' : 'warn', cleanLine(`Gate: ${gateText(gate)}`));
}

/** Whose experience a version holds and who is not named gets neither stake nor reward by it. */
async function tellSubmissions(
  { terminal }: Invocation,
  { config, place }: Pick<Session, 'config' | 'place'>,
  version: string,
  accepted: readonly string[],
): Promise<void> {
  const { submissionsWithin } = await import('../../app/submissions.ts');
  const within = (await submissionsWithin(config, place, version)).map(({ id }) => id);
  const forgotten = within.filter((id) => !accepted.includes(id));
  if (forgotten.length > 0)
    terminal.message(
      'warn',
      `${version} holds what was submitted as ${forgotten.join(', ')}: --accept ${[...accepted, ...forgotten].join(',')} gives back their stakes, with a reward.`,
    );
  const absent = accepted.filter((id) => !within.includes(id));
  if (absent.length > 0)
    terminal.message('warn', `${version} does not hold submission ${absent.join(', ')} as it was submitted.`);
}

/** Staked tokens vote; those that stay in the account do so only once they are delegated. */
async function offerDelegation(invocation: Invocation, { place, from }: Session): Promise<Intent | undefined> {
  const { terminal, flags } = invocation;
  const { chain, addresses } = place;
  const { token } = chain.contracts(addresses);
  if (BigInt(await token.delegates(from)) !== 0n || (await token.balanceOf(from)) === 0n) return undefined;
  const { intendToDelegate } = await import('../../governance/execute.ts');
  if (flags['delegate'] === true) return await intendToDelegate(place, from, from);
  const missing = `The KEEPER of ${from} are not delegated: only the stake will vote.`;
  if (flags['yes'] !== true && flags['dryRun'] !== true && (await agrees(terminal, `${missing} Delegate them first?`)))
    return await intendToDelegate(place, from, from);
  terminal.message('warn', `${missing} --delegate, or "zoo delegate" before the vote opens, makes all of them count.`);
  return undefined;
}

function list(invocation: Invocation, name: string): readonly string[] {
  return (textFlag(invocation, name) ?? '').split(',').filter((part) => part !== '');
}
