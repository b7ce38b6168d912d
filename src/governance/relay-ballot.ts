import { type Ballot, ballotTypedData } from '../core/economy/ballot.ts';
import { voteChoices } from '../core/economy/proposal.ts';
import { ZooError, exitCode } from '../core/error.ts';
import { type Intent, callOf } from './intent.ts';
import type { Place, Proposal } from './proposals.ts';
import { whole } from './propose.ts';
import { checkVoteOpen, votesAt } from './vote.ts';

/**
 * Checks that a ballot would count now.
 *
 * @param waiting ballots of the same voter that are cast before it
 * @throws ZooError `vote-not-open`, `vote-closed`, `voted-already`, `no-votes`, `ballot-used`, `ballot-too-early`,
 * `invalid-ballot`
 */
export async function checkBallot(place: Place, proposal: Proposal, ballot: Ballot, waiting: number): Promise<void> {
  const { chain, addresses } = place;
  const { governor } = chain.contracts(addresses);
  const now = await chain.now();
  checkVoteOpen(proposal, now);
  if (now > proposal.voteEnd)
    throw refusal('vote-closed', 'its vote has ended', 'A ballot counts only while the vote is open.');
  if (await governor.hasVoted(proposal.id, ballot.voter))
    throw refusal('voted-already', `${ballot.voter} has voted on it already`, 'A vote cannot be changed.');
  await votesAt(place, proposal, ballot.voter);
  checkNonce(ballot, (await governor.nonces(ballot.voter)) + BigInt(waiting));
  if (!(await chain.isSigned(ballot.voter, ballotTypedData(ballot), ballot.signature)))
    throw refusal(
      'invalid-ballot',
      `it was not signed by ${ballot.voter}, or not as it stands here`,
      'Ask the voter for it again, as "zoo vote --sign-only" wrote it.',
    );
}

/** The transaction that casts a ballot of somebody else; the account that sends it pays the fee and gets no vote. */
export async function intendToRelay(place: Place, proposal: Proposal, ballot: Ballot): Promise<Intent> {
  const { governor } = place.chain.contracts(place.addresses);
  const { choice, voter, reason, signature } = ballot;
  const support = voteChoices.indexOf(choice);
  const votes = await votesAt(place, proposal, voter);
  return {
    title: `Cast the ballot of ${voter}: ${choice} on proposal ${proposal.id.slice(0, 10)}…`,
    effects: [`${whole(votes)} votes of ${voter} count ${choice}. A vote cannot be changed.`],
    call: callOf(
      reason === ''
        ? await governor.castVoteBySig.populateTransaction(proposal.id, support, voter, signature)
        : await governor.castVoteWithReasonAndParamsBySig.populateTransaction(
            proposal.id,
            support,
            voter,
            reason,
            '0x',
            signature,
          ),
    ),
  };
}

/** @throws ZooError `other-chain` for a ballot of another deployment */
export function checkPlace({ chain, addresses }: Place, { chainId, governor }: Ballot): void {
  if (chainId === chain.chainId && governor.toLowerCase() === addresses.governor.toLowerCase()) return;
  throw refusal(
    'other-chain',
    `it is for the Governor ${governor} of chain ${chainId}`,
    'Name its chain with --network (ZOO_NETWORK), and its deployment with --deployments or --registry.',
  );
}

function checkNonce({ nonce, voter }: Ballot, next: bigint): void {
  if (BigInt(nonce) === next) return;
  if (BigInt(nonce) < next)
    throw refusal('ballot-used', `number ${nonce} of ${voter} was used already`, 'Ask the voter to sign it again.');
  throw refusal(
    'ballot-too-early',
    `it has number ${nonce} of ${voter}, and number ${next} comes first`,
    'Relay the ballot of that number first, or together with this one.',
  );
}

function refusal(code: string, why: string, hint: string): ZooError {
  return new ZooError(code, `the ballot cannot be cast: ${why}`, { exitCode: exitCode.error, hint });
}
