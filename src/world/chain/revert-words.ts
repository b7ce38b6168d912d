import { formatEther } from 'ethers';

export interface RevertWords {
  readonly message: string;
  readonly hint?: string;
}

const states = ['pending', 'active', 'cancelled', 'defeated', 'succeeded', 'queued', 'expired', 'executed'];
const bondStates = ['absent', 'held', 'refunded', 'burned', 'shared', 'slashed'];

type Words = (args: readonly unknown[]) => RevertWords;

const keeper = (amount: unknown) => `${formatEther(amount as bigint)} KEEPER`;
const short = (id: unknown) => shortId(String(id));

/** The first digits of a proposal's id, which is enough to name it. */
function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 10)}…` : id;
}

/** What the errors of the contracts mean for who called, and what to do about it. */
const known: Readonly<Record<string, Words>> = {
  GovernorUnexpectedProposalState: ([id, state]) => ({
    message: `proposal ${short(id)} is ${states[Number(state)] ?? String(state)}, which does not allow this`,
    hint: '"zoo proposals" shows the state of every proposal and when it changes.',
  }),
  GovernorNonexistentProposal: ([id]) => ({
    message: `there is no proposal ${short(id)}`,
    hint: '"zoo proposals" lists them; check --network and --registry.',
  }),
  ZooGovernorAlreadyVoted: ([id]) => ({
    message: `this account has voted on proposal ${short(id)} already`,
    hint: 'A vote cannot be changed. Choose another account with --wallet.',
  }),
  ZooGovernorInvalidChoice: () => ({ message: 'a vote is for, against or abstain' }),
  GovernorInsufficientProposerVotes: ([, votes, needed]) => ({
    message: `proposing takes ${keeper(needed)} of votes; the account has ${keeper(votes)}`,
    hint: 'Delegate tokens to it first: zoo delegate.',
  }),
  GovernorRestrictedProposer: () => ({
    message: 'the description names another account as the proposer',
    hint: 'Propose from the account that its last line (#proposer=…) names.',
  }),
  GovernorUnableToCancel: () => ({
    message: 'this account may not cancel the proposal',
    hint: 'Its proposer can while it is pending, and the guardian until it is executed.',
  }),
  GovernorAlreadyQueuedProposal: ([id]) => ({ message: `proposal ${short(id)} is queued already` }),
  GovernorNotQueuedProposal: ([id]) => ({ message: `proposal ${short(id)} is not queued` }),
  TimelockUnexpectedOperationState: () => ({
    message: 'the timelock does not let the proposal through yet, or has carried it out already',
    hint: 'Wait until its delay is over: "zoo proposals" shows when.',
  }),
  ERC20InsufficientBalance: ([, held, needed]) => ({
    message: `the account holds ${keeper(held)}, and this takes ${keeper(needed)}`,
    hint: 'Get more KEEPER, or choose another account with --wallet.',
  }),
  ERC20InsufficientAllowance: ([, allowed, needed]) => ({
    message: `the vault may take ${keeper(allowed)} of the account, and the stake is ${keeper(needed)}`,
    hint: 'The permit was not accepted. Propose again; a multisig approves the vault first (--safe does both).',
  }),
  VaultNotSettleable: ([id, state]) => ({
    message: `the stake of proposal ${short(id)} cannot be settled while it is ${states[Number(state)] ?? String(state)}`,
    hint: 'It can once the proposal is executed, defeated or cancelled, or stuck for 30 days.',
  }),
  VaultAlreadySettled: ([id, state]) => ({
    message: `the stake of proposal ${short(id)} is settled already: ${bondStates[Number(state)] ?? String(state)}`,
  }),
  VaultNoBond: ([id]) => ({ message: `there is no stake of a proposal ${short(id)}` }),
  VaultNothingToWithdraw: () => ({
    message: 'the vault owes this account nothing',
    hint: 'Stakes are credited by "zoo settle <proposal>" first.',
  }),
  VaultNothingDue: () => ({ message: 'nothing is due to this account, or the pool of rewards is empty' }),
  RegistryUnexpectedSequence: ([expected, given]) => ({
    message: `the version in force is not the one that this follows: expected number ${String(expected)}, got ${String(given)}`,
    hint: 'Another version came into force meanwhile. Propose again.',
  }),
  RegistryUnexpectedPrevious: () => ({
    message: 'the version in force is not the one that this follows',
    hint: 'Another version came into force meanwhile. Propose again.',
  }),
  RegistryLibraryTooLarge: ([size, most]) => ({
    message: `the library holds ${String(size)} experiences; the registry takes ${String(most)}`,
    hint: 'Prune it: zoo ledger prune.',
  }),
  RegistryEmptyField: ([field]) => ({ message: `the registry needs a ${String(field)}` }),
  RegistryUnknownVersion: () => ({
    message: 'no such version is in force',
    hint: 'Nothing was executed yet: zoo propose, zoo vote, zoo execute.',
  }),
  ERC5805FutureLookup: () => ({ message: 'the vote has not opened yet' }),
};

/** A contract's error in words; its name and arguments where nobody wrote any. */
export function revertWords(name: string, args: readonly unknown[]): RevertWords {
  const words = known[name];
  if (words !== undefined) return words(args);
  return { message: `the contract refuses: ${name}(${args.map(String).join(', ')})` };
}
