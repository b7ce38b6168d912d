import type { Addresses, Call, Chain, ContractRole } from '../../world/chain/chain.ts';
import { callOf } from '../intent.ts';
import type { DeploymentParameters } from './deployment.ts';

/** One transaction of a deployment. */
export interface Step {
  readonly name: string;
  /** The contract that it makes. */
  readonly makes?: ContractRole;
  /** @param addresses of what was made so far */
  prepare(
    addresses: Addresses,
  ): Promise<{ readonly call: Call; readonly constructorArguments: readonly JsonArgument[] }>;
}

type JsonArgument = string | number | readonly string[];

export const roles = {
  admin: `0x${'00'.repeat(32)}`,
  proposer: '0xb09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1',
  executor: '0xd8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63',
  canceller: '0xfd643c72710c63c0180259aba6b2d05451e3591a24e58b62239378085726f783',
} as const;

export const zeroAddress = `0x${'00'.repeat(20)}`;

/**
 * A whole deployment, one transaction after the other: the contracts, then who obeys whom, then tokens; the deployer's
 * last power goes at the end.
 */
export function deploymentSteps(chain: Chain, deployer: string, parameters: DeploymentParameters): readonly Step[] {
  const { supply, delay, guardian, treasury, allocations } = parameters;
  const firstHolder = allocations.length > 0 || treasury !== '0' ? deployer : parameters.holder;
  const create = (role: ContractRole, argumentsOf: (at: Addresses) => readonly JsonArgument[]): Step => ({
    name: `create ${role}`,
    makes: role,
    prepare: (at) => {
      const constructorArguments = argumentsOf(at);
      return Promise.resolve({ call: chain.creation(role, constructorArguments), constructorArguments });
    },
  });
  const call = (name: string, transaction: (at: Addresses) => Promise<object>): Step => ({
    name,
    prepare: async (at) => ({ call: callOf(await transaction(at)), constructorArguments: [] }),
  });
  const at = (addresses: Addresses) => chain.contracts(addresses);
  const pay = (name: string, to: (addresses: Addresses) => string, amount: string) =>
    call(name, (addresses) => at(addresses).token.transfer.populateTransaction(to(addresses), amount));
  const given = allocations.reduce((sum, { amount }) => sum + BigInt(amount), BigInt(treasury));
  const rest = (BigInt(supply) - given).toString();

  return [
    create('token', () => [firstHolder, supply]),
    // Nobody proposes or executes yet. Anybody may execute through the governor, which knows what it is executing, and
    // nobody beside it: a version that comes into force names its proposal.
    create('timelock', () => [delay, [], [], deployer]),
    create('vault', ({ token, timelock }) => [token, timelock]),
    create('reputation', () => []),
    create('governor', ({ token, timelock, vault }) => [token, timelock, vault, guardian]),
    create('registry', (all) => [all.timelock, all.governor, all.vault, all.reputation, all.token]),
    create('treasury', ({ timelock, token, vault }) => [timelock, token, vault]),
    call('bind the token', (all) => at(all).token.bind.populateTransaction(all.vault)),
    call('bind the vault', (all) => at(all).vault.bind.populateTransaction(all.governor, all.registry)),
    call('bind the reputation', (all) => at(all).reputation.bind.populateTransaction(all.registry)),
    call('let the governor propose', (all) =>
      at(all).timelock.grantRole.populateTransaction(roles.proposer, all.governor),
    ),
    call('let the governor cancel', (all) =>
      at(all).timelock.grantRole.populateTransaction(roles.canceller, all.governor),
    ),
    call('let the governor execute', (all) =>
      at(all).timelock.grantRole.populateTransaction(roles.executor, all.governor),
    ),
    ...(treasury === '0' ? [] : [pay('fund the treasury', (all) => all.treasury, treasury)]),
    ...allocations.map(({ to, amount }, index) => pay(`allocation ${index + 1}`, () => to, amount)),
    ...(firstHolder === parameters.holder || rest === '0' ? [] : [pay('the rest', () => parameters.holder, rest)]),
    call('give up the last role', (all) => at(all).timelock.renounceRole.populateTransaction(roles.admin, deployer)),
  ];
}
