import { type Vocabulary, misdeployed, only } from './word.ts';

/** Errors of Treasury, and of the TimelockController that carries out what was voted. */
export const treasuryWords: Vocabulary = {
  TreasuryInsufficient: ([, available, amount]) => ({
    message: `the treasury has ${String(available)} units of that token to give, and ${String(amount)} are asked for`,
    hint: 'Allocate less, or take back allocations that nobody claimed.',
  }),
  TreasuryInvalidAmount: ([amount]) => ({
    message: `the treasury cannot give ${String(amount)}`,
    hint: 'Give more than nothing.',
  }),
  TreasuryUnknownAllocation: ([id]) => ({
    message: `there is no allocation ${String(id)}`,
    hint: 'Check its number, and --network (ZOO_NETWORK).',
  }),
  TreasuryNotBeneficiary: ([id, caller]) => ({
    message: `allocation ${String(id)} is not for ${String(caller)}`,
    hint: 'Choose the account that it is for with --wallet (ZOO_WALLET).',
  }),
  TreasuryAlreadyClaimed: ([id]) => ({
    message: `allocation ${String(id)} was paid out already`,
    hint: 'Nothing more is due from it.',
  }),
  TreasuryRevoked: ([id]) => ({
    message: `allocation ${String(id)} was taken back by vote`,
    hint: 'A new one takes a new vote.',
  }),
  TreasuryTransferFailed: ([to, amount]) => ({
    message: `${String(to)} does not take the ${String(amount)} wei that it is to get`,
    hint: 'If it is a contract, it must accept coins.',
  }),
  TreasuryOnlyGovernance: only('the timelock of a proposal that passed', 'this'),
  TreasuryZeroAddress: misdeployed('the treasury was given no timelock, token, vault or beneficiary'),
  SafeERC20FailedOperation: ([token]) => ({
    message: `the token ${String(token)} did not do what it was asked to`,
    hint: 'It may be no ERC-20 token, or refuse this account.',
  }),
  ReentrancyGuardReentrantCall: () => ({
    message: 'a contract called back in the middle of the call',
    hint: 'Call from an account, or from a contract that does not call back.',
  }),
  FailedCall: () => ({
    message: 'a call of the proposal failed, and gave no reason',
    hint: '"zoo proposal show" lists its calls; one of them cannot be carried out as things stand.',
  }),
  TimelockUnexpectedOperationState: () => ({
    message: 'the timelock does not let the proposal through yet, or has carried it out already',
    hint: 'Wait until its delay is over: "zoo proposals" shows when.',
  }),
  TimelockInsufficientDelay: ([delay, least]) => ({
    message: `a delay of ${String(delay)} s is shorter than the ${String(least)} s of the timelock`,
    hint: 'Queue it through the governor, which takes the right one: zoo queue.',
  }),
  TimelockInvalidOperationLength: ([targets, payloads, values]) => ({
    message: `the timelock takes as many targets as calls and values, not ${String(targets)}, ${String(payloads)} and ${String(values)}`,
    hint: 'Give each call a target and a value.',
  }),
  TimelockUnauthorizedCaller: only('the timelock itself', 'changing its delay'),
  TimelockUnexecutedPredecessor: () => ({
    message: 'another operation must be carried out before this one',
    hint: 'Execute that proposal first: zoo proposals.',
  }),
  AccessControlUnauthorizedAccount: ([account]) => ({
    message: `${String(account)} has not the role that this takes`,
    hint: 'The governor alone has roles at the timelock, by design: propose it, or use zoo queue and zoo execute.',
  }),
  AccessControlBadConfirmation: () => ({
    message: 'a role can be given up by who has it alone',
    hint: 'Send it from that account: --wallet (ZOO_WALLET).',
  }),
};
