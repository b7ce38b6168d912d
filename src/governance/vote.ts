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
  place: Place,
  proposal: Proposal,
  choice: VoteChoice,
  from: string,
  reason: string | undefined,
): Promise<Intent> {
  const { governor } = place.chain.contracts(place.addresses);
  checkVoteOpen(proposal, await place.chain.now());
  const votes = await votesAt(place, proposal, from);
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

/** @throws ZooError `vote-not-open` */
export function checkVoteOpen({ id, voteStart }: Proposal, now: number): void {
  if (now > voteStart) return;
  throw new ZooError('vote-not-open', `the vote on proposal ${id.slice(0, 10)}… opens at ${timeText(voteStart)}`, {
    hint: 'Wait until then; on a development chain: zoo chain up --warp 25h.',
    data: { opensAt: voteStart },
  });
}

/** The votes of an account when a vote opened, which must be in the past. @throws ZooError `no-votes` */
export async function votesAt({ chain, addresses }: Place, { voteStart }: Proposal, voter: string): Promise<bigint> {
  const { governor, token } = chain.contracts(addresses);
  const votes = await governor.getVotes(voter, voteStart);
  if (votes > 0n) return votes;
  const [balance, delegate] = [await token.balanceOf(voter), await token.delegates(voter)];
  throw new ZooError('no-votes', `${voter} had no votes when this vote opened, at ${timeText(voteStart)}`, {
    hint:
      balance > 0n && BigInt(delegate) === 0n
        ? `It holds ${whole(balance)} KEEPER that nobody was told to vote with. "zoo delegate" makes them count for votes that open later.`
        : 'Votes are counted as they were delegated at that moment. Choose another account with --wallet (ZOO_WALLET).',
  });
}

/** RFC 3339 of seconds since the Unix epoch. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
