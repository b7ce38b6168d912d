import { resolve } from 'node:path';
import { type Ballot, type UnsignedBallot, ballotSchema, ballotTypedData } from '../core/economy/ballot.ts';
import type { VoteChoice } from '../core/economy/proposal.ts';
import { ZooError, exitCode } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { findProposal } from '../governance/proposals.ts';
import { timeText, votesAt } from '../governance/vote.ts';
import type { Signatory } from '../world/chain/chain.ts';
import { openPlace, readDeployment } from './chain.ts';
import type { Config } from './config.ts';
import { networks } from './networks.ts';
import { files } from './wire/platform.ts';

export interface BallotRequest {
  /** A proposal as it is named on the command line; where no node is asked, its whole id. */
  readonly proposal: string;
  readonly choice: VoteChoice;
  readonly reason: string | undefined;
  readonly voter: string;
  /** The voter's number at the Governor, decimal; with it no node is asked. */
  readonly nonce: string | undefined;
}

/** A ballot to be signed, and what the voter should know. */
export interface BallotToSign {
  readonly ballot: UnsignedBallot;
  readonly notes: readonly string[];
}

/** @throws ZooError `usage`, `not-deployed`, `vote-closed`, `voted-already`, `no-votes` */
export async function ballotToSign(config: Config, request: BallotRequest): Promise<BallotToSign> {
  return request.nonce === undefined
    ? await askedBallot(config, request)
    : await unaskedBallot(config, request, request.nonce);
}

/** On a machine without a network: what the deployment file tells, and the number that was given. */
async function unaskedBallot(
  config: Config,
  { proposal, choice, reason = '', voter }: BallotRequest,
  nonce: string,
): Promise<BallotToSign> {
  if (!/^\d{60,78}$/.test(proposal) || !/^(0|[1-9]\d{0,17})$/.test(nonce))
    throw new ZooError('usage', 'with --nonce no node is asked: it takes the whole id of the proposal, and a number', {
      exitCode: exitCode.usage,
      hint: '"zoo proposals --json" shows ids; without --nonce the node is asked for the number.',
    });
  const deployment = await readDeployment(config);
  if (deployment === undefined)
    throw new ZooError('not-deployed', 'with --nonce no node is asked, so there must be a deployment file', {
      exitCode: exitCode.usage,
      hint: 'Bring it along, and name its folder with --deployments (ZOO_DEPLOYMENTS).',
    });
  const { chainId } = networks[config.settings.network];
  const governor = deployment.contracts.governor.address;
  const ballot: UnsignedBallot = {
    v: 1,
    kind: 'zoo-ballot',
    chainId,
    governor,
    proposal,
    choice,
    reason,
    voter,
    nonce,
  };
  return { ballot, notes: ['No node was asked: whether it can be cast is seen when it is relayed.'] };
}

async function askedBallot(config: Config, request: BallotRequest): Promise<BallotToSign> {
  const place = await openPlace(config);
  const { chain, addresses } = place;
  const { choice, reason = '', voter } = request;
  const { governor } = chain.contracts(addresses);
  const proposal = await findProposal(place, request.proposal);
  const now = await chain.now();
  if (now > proposal.voteEnd) throw pointless('vote-closed', 'its vote has ended');
  if (await governor.hasVoted(proposal.id, voter)) throw pointless('voted-already', `${voter} has voted on it already`);
  const opened = now > proposal.voteStart;
  if (opened) await votesAt(place, proposal, voter);
  const ballot: UnsignedBallot = {
    v: 1,
    kind: 'zoo-ballot',
    chainId: chain.chainId,
    governor: addresses.governor,
    proposal: proposal.id,
    choice,
    reason,
    voter,
    nonce: (await governor.nonces(voter)).toString(),
  };
  const times = opened
    ? `It can be cast until ${timeText(proposal.voteEnd)}.`
    : `It can be cast from ${timeText(proposal.voteStart)} to ${timeText(proposal.voteEnd)}.`;
  return { ballot, notes: [proposal.title, times] };
}

export async function signBallot(ballot: UnsignedBallot, account: Signatory): Promise<Ballot> {
  const { domain, types, message } = ballotTypedData(ballot);
  return { ...ballot, signature: await account.signTypedData(domain, types, message) };
}

export interface FiledBallot {
  /** As it was named. */
  readonly file: string;
  readonly ballot: Ballot;
}

/**
 * Ballots of files, in the order in which they can be cast.
 *
 * @param folder where relative paths begin
 * @throws ZooError `not-found`, `invalid-json`, `invalid-data`
 */
export async function readBallots(paths: readonly string[], folder: string): Promise<readonly FiledBallot[]> {
  const ballots: FiledBallot[] = [];
  for (const file of paths) {
    const text = await files.readText(resolve(folder, file));
    if (text === undefined) throw new ZooError('not-found', `there is no file ${file}`, { exitCode: exitCode.usage });
    ballots.push({ file, ballot: parseJson(text, ballotSchema, file) });
  }
  return ballots.toSorted((one, other) => Number(BigInt(one.ballot.nonce) - BigInt(other.ballot.nonce)));
}

export async function writeBallot(path: string, ballot: Ballot): Promise<void> {
  await files.writeAtomic(path, `${JSON.stringify(ballot, null, 2)}\n`);
}

function pointless(code: string, why: string): ZooError {
  return new ZooError(code, `a ballot would not count: ${why}`, {
    hint: '"zoo proposals" shows the state of every proposal.',
  });
}
