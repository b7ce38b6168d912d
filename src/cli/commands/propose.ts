import { type Invocation, textFlag } from '../invocation.ts';
import type { Place } from '../../governance/proposals.ts';
import { sendTransaction } from '../chain/send.ts';
import { comparisonLines, comparisonSummary } from '../view/experiences.ts';

/** `zoo propose`: a version of the ledger to be brought into force by vote. */
export async function propose(invocation: Invocation): Promise<void> {
  const { terminal } = invocation;
  const { candidateOf, recordProposal } = await import('../../app/governance.ts');
  const { intendToPropose } = await import('../../governance/propose.ts');
  let candidate: Awaited<ReturnType<typeof candidateOf>> | undefined;
  await sendTransaction(invocation, {
    build: async ({ config, place, from, account, signal }) => {
      candidate = await candidateOf(config, place, textFlag(invocation, 'version'), signal);
      const { proposed, changes, description } = candidate;
      terminal.message('info', `${proposed.version} against the version in force:`);
      for (const line of changes === undefined
        ? ['the version in force is not at hand']
        : comparisonLines(changes, terminal))
        terminal.message('info', `  ${line}`);
      if (changes !== undefined) terminal.message('info', `  ${comparisonSummary(changes)}`);
      await tellDelegation(invocation, place, from);
      const [accepted, rejected] = [list(invocation, 'accept'), list(invocation, 'reject')];
      return await intendToPropose(place, { version: proposed, description, from, account, accepted, rejected });
    },
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
      return { document: { proposal: id, cid: candidate?.cid, root: candidate?.proposed.recordsRoot }, lines: [id] };
    },
  });
}

/** Staked tokens vote; those that stay in the account do so only once they are delegated. */
async function tellDelegation({ terminal }: Invocation, { chain, addresses }: Place, from: string): Promise<void> {
  const { token } = chain.contracts(addresses);
  if (BigInt(await token.delegates(from)) !== 0n || (await token.balanceOf(from)) === 0n) return;
  terminal.message(
    'warn',
    `The KEEPER of ${from} are not delegated: only the stake will vote. "zoo delegate" before the vote opens makes all of them count.`,
  );
}

function list(invocation: Invocation, name: string): readonly string[] {
  return (textFlag(invocation, name) ?? '').split(',').filter((part) => part !== '');
}
