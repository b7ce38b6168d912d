import { join } from 'node:path';
import { deploy } from '../../src/governance/deployment/deploy.ts';
import { zeroAddress } from '../../src/governance/deployment/steps.ts';
import { carryOut, prepare } from '../../src/governance/carry-out.ts';
import type { Intent } from '../../src/governance/intent.ts';
import { intendToPropose } from '../../src/governance/propose.ts';
import { type Place, type Proposal, findProposal } from '../../src/governance/proposals.ts';
import { type Account, type Addresses, type Mined, contractRoles } from '../../src/world/chain/chain.ts';
import { developmentAccount } from '../../src/world/chain/keystores.ts';
import { diskFiles } from '../../src/world/files/disk.ts';
import type { LocalChain } from '../world/chain/local-chain.ts';

/** The contracts on a chain of the test's own; the second to fifth development accounts hold 1,000,000 KEEPER each. */
export async function deployedPlace({ chain, folder }: LocalChain): Promise<Place> {
  const million = (1_000_000n * 10n ** 18n).toString();
  const holders = [1, 2, 3, 4].map((index) => ({ to: developmentAccount(index).address, amount: million }));
  const { contracts, fromBlock } = await deploy(
    'local',
    {
      supply: (10_000_000n * 10n ** 18n).toString(),
      holder: developmentAccount(0).address,
      delay: 86_400,
      guardian: zeroAddress,
      treasury: million,
      allocations: holders,
    },
    { chain, account: developmentAccount(0), files: diskFiles, file: join(folder, 'deployment.json') },
  );
  const addresses = Object.fromEntries(contractRoles.map((role) => [role, contracts[role].address]));
  return { chain, addresses: addresses as unknown as Addresses, fromBlock };
}

/** The way of a transaction without anybody who is asked. */
export async function carry({ chain, addresses }: Place, account: Account, intent: Intent): Promise<Mined> {
  const prepared = await prepare(chain, addresses, account.address, intent);
  return await carryOut(chain, account, prepared, { signal: new AbortController().signal, onSent: () => undefined });
}

/** A proposal of a version whose digests are made up from a number. */
export async function proposeVersion(place: Place, account: Account, number: number): Promise<Proposal> {
  const digest = number.toString(16).padStart(64, '0');
  const version = {
    version: `v${number}`,
    commit: digest,
    size: 1,
    recordsRoot: digest,
    mapRoot: digest,
    logRoot: digest,
    cidDigest: digest,
    arweaveId: undefined,
  };
  const [accepted, rejected] = [[], []];
  const request = { version, description: `# Version ${number}`, from: account.address, account, accepted, rejected };
  await carry(place, account, await intendToPropose(place, request));
  return await findProposal(place, 'latest');
}
