import { type Vocabulary, bondStates, keeper, misdeployed, only, short, states } from './word.ts';

/** Errors of BondVault. */
export const vaultWords: Vocabulary = {
  VaultNotSettleable: ([id, state]) => ({
    message: `the stake of proposal ${short(id)} cannot be settled while it is ${states[Number(state)] ?? String(state)}`,
    hint: 'It can once the proposal is executed, defeated or cancelled, or stuck for 30 days.',
  }),
  VaultAlreadySettled: ([id, state]) => ({
    message: `the stake of proposal ${short(id)} is settled already: ${bondStates[Number(state)] ?? String(state)}`,
    hint: 'What came of it is paid out by "zoo claim".',
  }),
  VaultNoBond: ([id]) => ({
    message: `there is no stake of a proposal ${short(id)}`,
    hint: '"zoo proposals" lists them; check --network (ZOO_NETWORK) and --registry (ZOO_REGISTRY).',
  }),
  VaultBondExists: ([id]) => ({
    message: `proposal ${short(id)} has its stake already`,
    hint: 'It was proposed before: "zoo proposals" shows it.',
  }),
  VaultNothingToWithdraw: () => ({
    message: 'the vault owes this account nothing',
    hint: 'Stakes are credited by "zoo settle <proposal>" first.',
  }),
  VaultNothingDue: () => ({
    message: 'nothing is due to this account, or the pool of rewards is empty',
    hint: 'A vote can fund the pool from the treasury; try again then.',
  }),
  VaultNothingToClaim: ([id, voter]) => ({
    message: `${String(voter)} has no share in the stake of proposal ${short(id)}`,
    hint: 'Only who voted against a defeated proposal has one, where stakes are shared, and once.',
  }),
  VaultInvalidAmount: ([amount]) => ({
    message: `the vault does not take ${keeper(amount)}`,
    hint: 'Give more than nothing, and what the governor asks for as a stake.',
  }),
  VaultStakeExists: ([id]) => ({
    message: `submission ${String(id)} has its stake already`,
    hint: 'It was submitted before.',
  }),
  VaultNoStake: ([id]) => ({
    message: `there is no stake of a submission ${String(id)}`,
    hint: 'Check its number, and --network (ZOO_NETWORK).',
  }),
  VaultOnlyGovernor: only('the governor', 'posting stakes'),
  VaultOnlyRegistry: only('the registry', 'staking for submissions'),
  VaultOnlyGovernance: only('the timelock of a proposal that passed', 'slashing'),
  VaultOnlyDeployer: only('who deployed it', 'binding the vault'),
  VaultAlreadyBound: misdeployed('the vault is bound to its governor and registry already'),
  VaultZeroAddress: misdeployed('the vault was given no token, timelock, governor or registry'),
};
