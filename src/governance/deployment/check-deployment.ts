import { ZooError, exitCode } from '../../core/error.ts';
import { type Addresses, type Chain, contractNames, contractRoles } from '../../world/chain/chain.ts';
import { roles, zeroAddress } from './steps.ts';

export interface DeploymentCheck {
  /** A sentence that is true when it holds. */
  readonly what: string;
  readonly holds: boolean;
}

/**
 * Asks the chain itself whether a deployment is what it should be: the code of every contract, who is bound to whom, and
 * that nobody but the governor can propose to the timelock, its deployer least of all.
 */
export async function checkDeployment(
  chain: Chain,
  addresses: Addresses,
  deployer: string,
  fromBlock: number,
): Promise<readonly DeploymentCheck[]> {
  const { vault, reputation, registry, governor, treasury, timelock, token } = chain.contracts(addresses);
  const checks: DeploymentCheck[] = [];
  const expect = (what: string, holds: boolean) => void checks.push({ what, holds });
  for (const role of contractRoles) {
    const { state } = await chain.inspect(role, addresses[role]);
    expect(`${contractNames[role]} has the code that its sources compile to`, state === 'matching');
    // Asking what is no such contract would only fail.
    if (state !== 'matching') return checks;
  }
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  expect('the token counts the stakes of the vault', same(await token.vault(), addresses.vault));
  expect('the vault takes stakes for the governor', same(await vault.governor(), addresses.governor));
  expect('the vault takes stakes for the registry', same(await vault.registry(), addresses.registry));
  expect('the registry alone counts reputation', same(await reputation.registry(), addresses.registry));
  expect('the registry publishes for the governor', same(await registry.GOVERNOR(), addresses.governor));
  expect('the registry takes stakes into the vault', same(await registry.VAULT(), addresses.vault));
  expect('the governor takes stakes into the vault', same(await governor.VAULT(), addresses.vault));
  expect('the registry obeys the timelock', same(await registry.GOVERNANCE(), addresses.timelock));
  expect('the vault obeys the timelock', same(await vault.GOVERNANCE(), addresses.timelock));
  expect('the treasury obeys the timelock', same(await treasury.GOVERNANCE(), addresses.timelock));
  expect('the governor executes through the timelock', same(await governor.timelock(), addresses.timelock));
  expect('the governor counts the votes of the token', same(await governor.token(), addresses.token));
  expect('the vault stakes the token', same(await vault.TOKEN(), await token.getAddress()));

  const holders = await roleHolders(chain, addresses, fromBlock);
  const held = (role: keyof typeof roles, by: readonly string[]) => {
    const found = holders.get(roles[role]) ?? [];
    return found.length === by.length && by.every((one) => found.includes(one.toLowerCase()));
  };
  expect('the governor alone can propose to the timelock', held('proposer', [addresses.governor]));
  expect('the governor alone can cancel in the timelock', held('canceller', [addresses.governor]));
  expect('the governor alone can execute in the timelock', held('executor', [addresses.governor]));
  expect('the timelock alone gives out its roles', held('admin', [addresses.timelock]));
  for (const role of Object.keys(roles) as (keyof typeof roles)[])
    expect(`the deployer is no ${role} of the timelock`, !(await timelock.hasRole(roles[role], deployer)));
  return checks;
}

/** @throws ZooError `deployment-check-failed` (exit 5), naming what does not hold */
export function demand(checks: readonly DeploymentCheck[]): void {
  const broken = checks.filter(({ holds }) => !holds).map(({ what }) => what);
  if (broken.length === 0) return;
  throw new ZooError(
    'deployment-check-failed',
    `what is deployed is not what it should be. It does not hold that ${broken.join('; that ')}`,
    {
      exitCode: exitCode.verification,
      hint: 'Do not use this deployment; check --network and --rpc-url, and deploy anew with --again.',
      data: { broken },
    },
  );
}

/** Who holds each role by the timelock's own events, lower case: so nobody can hold one unseen. */
async function roleHolders(
  chain: Chain,
  { timelock }: Addresses,
  fromBlock: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const granted = await chain.events('timelock', timelock, 'RoleGranted', fromBlock);
  const contract = chain.contracts({ ...noAddresses, timelock }).timelock;
  const holders = new Map<string, string[]>();
  for (const { args } of granted) {
    const [role, account] = [String(args['role']), String(args['account'])];
    const known = holders.get(role) ?? [];
    if (!known.includes(account.toLowerCase()) && (await contract.hasRole(role, account)))
      known.push(account.toLowerCase());
    holders.set(role, known);
  }
  return holders;
}

const noAddresses: Addresses = {
  token: zeroAddress,
  timelock: zeroAddress,
  vault: zeroAddress,
  reputation: zeroAddress,
  registry: zeroAddress,
  governor: zeroAddress,
  treasury: zeroAddress,
};
