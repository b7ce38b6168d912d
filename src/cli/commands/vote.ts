import { voteChoices } from '../../core/economy/proposal.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import { sendTransaction } from '../chain/send.ts';
import { type Invocation, textFlag } from '../invocation.ts';

/** `zoo vote <proposal> for|against|abstain`; with `--sign-only` nothing is sent, and a ballot is written. */
export async function vote(invocation: Invocation): Promise<void> {
  const [reference, said] = invocation.words as [string, string];
  const choice = voteChoices.find((one) => one === said);
  if (choice === undefined)
    throw new ZooError('usage', `a vote is for, against or abstain, not "${said}"`, { exitCode: exitCode.usage });
  if (invocation.flags['signOnly'] === true) {
    const { signBallot } = await import('./sign-ballot.ts');
    return await signBallot(invocation, reference, choice);
  }
  const { findProposal } = await import('../../governance/proposals.ts');
  const { intendToVote } = await import('../../governance/vote.ts');
  await sendTransaction(invocation, {
    build: async ({ place, from }) =>
      await intendToVote(place, await findProposal(place, reference), choice, from, textFlag(invocation, 'reason')),
    after: ({ mined }) => {
      const cast = mined.events.find(({ name }) => name === 'VoteCast')?.values;
      return Promise.resolve({ document: { proposal: cast?.['proposalId'], choice, weight: cast?.['weight'] } });
    },
  });
}
