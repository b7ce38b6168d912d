import { ZooError } from '../core/error.ts';
import { type VoteChoice, voteChoices } from '../core/economy/proposal.ts';
import { type Intent, callOf } from './intent.ts';
import type { Place, Proposal } from './proposals.ts';
import { whole } from './propose.ts';

/**
 * @param reason is written to the chain with the vote
 * @throws ZooError `vote-not-open`, `no-votes` when the vote would count nothing
 */
export async function intendToVote(
  { chain, addresses }: Place,
  proposal: Proposal,
  choice: VoteChoice,
  from: string,
  reason: string | undefined,
): Promise<Intent> {
  const { governor, token } = chain.contracts(addresses);
  if ((await chain.now()) <= proposal.voteStart)
    throw new ZooError(
      'vote-not-open',
      `the vote on proposal ${proposal.id.slice(0, 10)}… opens at ${timeText(proposal.voteStart)}`,
      {
        hint: 'Wait until then; on a development chain: zoo chain up --warp 25h.',
        data: { opensAt: proposal.voteStart },
      },
    );
  const votes = await governor.getVotes(from, proposal.voteStart);
  if (votes === 0n) {
    const [balance, delegate] = [await token.balanceOf(from), await token.delegates(from)];
    throw new ZooError('no-votes', `${from} had no votes when this vote opened, at ${timeText(proposal.voteStart)}`, {
      hint:
        balance > 0n && BigInt(delegate) === 0n
          ? `It holds ${whole(balance)} KEEPER that nobody was told to vote with. "zoo delegate" makes them count for votes that open later.`
          : 'Votes are counted as they were delegated at that moment. Choose another account with --wallet (ZOO_WALLET).',
    });
  }
  const support = voteChoices.indexOf(choice);
  const transaction =
    reason === undefined
      ? await governor.castVote.populateTransaction(proposal.id, support)
      : await governor.castVoteWithReason.populateTransaction(proposal.id, support, reason);
  return {
    title: `Vote ${choice} on proposal ${proposal.id.slice(0, 10)}…`,
    effects: [`${whole(votes)} votes count ${choice}. A vote cannot be changed.`],
    call: callOf(transaction),
  };
}

/** RFC 3339 of seconds since the Unix epoch. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
