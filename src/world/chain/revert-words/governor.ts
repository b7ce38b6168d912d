import { type Vocabulary, keeper, misdeployed, only, outOfBounds, short, states, time } from './word.ts';

const list = '"zoo proposals" shows the state of every proposal and when it changes.';
const percent = (bps: unknown) => `${Number(bps) / 100} %`;
const days = (seconds: unknown) => `${Number(seconds) / 86_400} days`;

/** Errors of ZooGovernor and the parts of OpenZeppelin's Governor in it. */
export const governorWords: Vocabulary = {
  GovernorUnexpectedProposalState: ([id, state]) => ({
    message: `proposal ${short(id)} is ${states[Number(state)] ?? String(state)}, which does not allow this`,
    hint: list,
  }),
  GovernorNonexistentProposal: ([id]) => ({
    message: `there is no proposal ${short(id)}`,
    hint: '"zoo proposals" lists them; check --network (ZOO_NETWORK) and --registry (ZOO_REGISTRY).',
  }),
  ZooGovernorAlreadyVoted: ([id]) => ({
    message: `this account has voted on proposal ${short(id)} already`,
    hint: 'A vote cannot be changed. Choose another account with --wallet (ZOO_WALLET).',
  }),
  GovernorAlreadyCastVote: ([voter]) => ({
    message: `${String(voter)} has voted already`,
    hint: 'A vote cannot be changed. Choose another account with --wallet (ZOO_WALLET).',
  }),
  ZooGovernorInvalidChoice: () => ({
    message: 'the governor knows no such choice',
    hint: 'A vote is for, against or abstain.',
  }),
  GovernorInvalidVoteType: () => ({
    message: 'the governor knows no such choice',
    hint: 'A vote is for, against or abstain.',
  }),
  GovernorInvalidVoteParams: () => ({
    message: 'a vote here takes no parameters beside its choice and a reason',
    hint: 'Vote with "zoo vote <proposal> for|against|abstain".',
  }),
  GovernorInvalidSignature: ([voter]) => ({
    message: `the signature is not one of ${String(voter)} over this vote`,
    hint: 'Sign again: a signature holds for one proposal, choice, reason, chain and nonce, and a wallet that moved on since cannot use it.',
  }),
  GovernorInsufficientProposerVotes: ([, votes, needed]) => ({
    message: `proposing takes ${keeper(needed)} of votes; the account has ${keeper(votes)}`,
    hint: 'Delegate tokens to it first: zoo delegate.',
  }),
  GovernorRestrictedProposer: ([proposer]) => ({
    message: `the description names another account than ${String(proposer)} as the proposer`,
    hint: 'Propose from the account that its last line (#proposer=…) names.',
  }),
  GovernorUnableToCancel: ([id]) => ({
    message: `this account may not cancel proposal ${short(id)}`,
    hint: 'Its proposer can while it is pending, and the guardian until it is executed.',
  }),
  GovernorAlreadyQueuedProposal: ([id]) => ({
    message: `proposal ${short(id)} is queued already`,
    hint: 'Go on with "zoo execute" once its delay is over.',
  }),
  GovernorProposalQueueingFailed: ([id]) => ({
    message: `the timelock did not take proposal ${short(id)}`,
    hint: 'Check that the governor may propose to it: zoo chain status.',
  }),
  GovernorProposalQueueingNotRequired: ([id]) => ({
    message: `proposal ${short(id)} needs no queue`,
    hint: 'Execute it: zoo execute.',
  }),
  GovernorInvalidProposalLength: ([targets, calldatas, values]) => ({
    message: `a proposal has as many targets as calls and values, not ${String(targets)}, ${String(calldatas)} and ${String(values)}`,
    hint: 'Give each call a target and a value.',
  }),
  GovernorInvalidVotingPeriod: outOfBounds('the time for voting', '1 to 30 days', days),
  GovernorOnlyExecutor: only('the timelock of a proposal that passed', 'this'),
  GovernorDisabledDeposit: () => ({
    message: 'the governor takes no coins and no tokens',
    hint: 'Send them to the treasury: "zoo chain status" shows its address.',
  }),
  ZooGovernorInvalidThreshold: outOfBounds(
    'the share of votes that must be for',
    'above 50 % and at most 90 %',
    percent,
  ),
  ZooGovernorInvalidQuorum: outOfBounds('the quorum', '1 to 50 percent of the supply', (share) => `${String(share)} %`),
  ZooGovernorInvalidBond: outOfBounds('the stake of a proposal', '1 to 1,000,000 KEEPER', keeper),
  ZooGovernorInvalidPenalty: outOfBounds('what a malicious proposal loses', 'above 0 and at most 100 %', percent),
  ZooGovernorInvalidReward: outOfBounds('the largest reward', 'at most 1,000,000 KEEPER', keeper),
  ZooGovernorInvalidVotingDelay: outOfBounds('the delay before a vote', '1 to 14 days', days),
  ZooGovernorInvalidVotingPeriod: outOfBounds('the time for voting', '1 to 30 days', days),
  ZooGovernorInvalidProposalThreshold: outOfBounds(
    'the votes that proposing takes',
    'at most 1,000,000 KEEPER',
    keeper,
  ),
  ZooGovernorZeroAddress: misdeployed('the governor was given no token, timelock or vault'),
  ZooGovernorTimelockFixed: () => ({
    message: 'the timelock of the governor cannot be changed',
    hint: 'A new one takes a new deployment: zoo chain deploy --again.',
  }),
  ZooGovernorRelayToVault: () => ({
    message: 'the governor relays no call to the vault, where the stakes lie',
    hint: 'Leave that call out of the proposal.',
  }),
  ZooGovernorGuardianReplacement: ([id]) => ({
    message: `proposal ${short(id)} would replace the guardian, and the guardian cannot stop that`,
    hint: 'Vote against it: zoo vote.',
  }),
  ERC6372InconsistentClock: misdeployed('the clock of the governor is not the time of the blocks'),
  ERC5805FutureLookup: ([when]) => ({
    message: `the votes at ${time(when)} are not known yet`,
    hint: `The vote has not opened. ${list}`,
  }),
  VotesExpiredSignature: ([expiry]) => ({
    message: `the signature was good until ${time(expiry)}`,
    hint: 'Sign again.',
  }),
  CheckpointUnorderedInsertion: () => ({
    message: 'the clock of the chain went backwards',
    hint: 'Wait for the next block; on a development chain start it again from its state: zoo chain up.',
  }),
};
