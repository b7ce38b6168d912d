import { join } from 'node:path';
import { ZooError, exitCode } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import { checkDeployment, type DeploymentCheck } from '../governance/deployment/check-deployment.ts';
import { deploy } from '../governance/deployment/deploy.ts';
import { type Deployment, type DeploymentParameters, deploymentSchema } from '../governance/deployment/deployment.ts';
import { zeroAddress } from '../governance/deployment/steps.ts';
import { type RegisteredVersion, versionInForce } from '../governance/version-in-force.ts';
import type { Place } from '../governance/proposals.ts';
import { type Account, type Addresses, type Chain, contractRoles } from '../world/chain/chain.ts';
import type { Config } from './config.ts';
import { networks } from './networks.ts';
import type { PublishedAddress } from './published-library.ts';
import { connectChain, developmentAddresses } from './wire/chain.ts';
import { files } from './wire/platform.ts';

/** Where the contracts stand that the configuration means. */
export interface ConfiguredPlace extends Place {
  readonly deployment: Deployment | undefined;
}

export function deploymentFile({ settings }: Config): string {
  return join(settings.deployments, `${settings.network}.json`);
}

/**
 * The chain and the contracts: those of the deployment file, or those that a registry leads to.
 *
 * @throws ZooError `not-deployed`, `deployment-gone`, `no-rpc`, `wrong-chain`
 */
export async function openPlace(config: Config): Promise<ConfiguredPlace> {
  const { registry } = config.settings;
  if (registry !== undefined) {
    const chain = await connectChain(config);
    const addresses = await followRegistry(chain, registry);
    // The token is what a deployment begins with.
    return { chain, addresses, fromBlock: await chain.firstBlock(addresses.token), deployment: undefined };
  }
  const deployment = await readDeployment(config);
  if (deployment === undefined) throw notDeployed(config);
  const chain = await connectChain(config);
  await checkPresent(chain, deployment, deploymentFile(config));
  const { fromBlock } = deployment;
  return { chain, addresses: addressesOf(deployment), fromBlock, deployment };
}

function addressesOf({ contracts }: Deployment): Addresses {
  return Object.fromEntries(contractRoles.map((role) => [role, contracts[role].address])) as unknown as Addresses;
}

/** Undefined where there is no deployment file. */
export async function readDeployment(config: Config): Promise<Deployment | undefined> {
  const path = deploymentFile(config);
  const text = await files.readText(path);
  return text === undefined ? undefined : parseJson(text, deploymentSchema, path);
}

/** Asks the registry for the vault, and the vault for the rest. The treasury is not among what they know. */
async function followRegistry(chain: Chain, registry: string): Promise<Addresses> {
  if (!/^0x[0-9a-fA-F]{40}$/.test(registry))
    throw new ZooError(
      'invalid-address',
      `--registry (ZOO_REGISTRY) takes an address, not "${registry.slice(0, 60)}"`,
      {
        exitCode: exitCode.usage,
      },
    );
  const nowhere = Object.fromEntries(contractRoles.map((role) => [role, zeroAddress])) as unknown as Addresses;
  if ((await chain.inspect('registry', registry)).state !== 'matching')
    throw new ZooError('not-a-registry', `at ${registry} is no registry of zoo on this chain`, {
      exitCode: exitCode.verification,
      hint: 'Check --registry (ZOO_REGISTRY) and --network (ZOO_NETWORK).',
    });
  const first = chain.contracts({ ...nowhere, registry }).registry;
  const [vault, reputation] = [await first.VAULT(), await first.REPUTATION()];
  const held = chain.contracts({ ...nowhere, vault }).vault;
  const [governor, token, timelock] = [await held.governor(), await held.TOKEN(), await held.GOVERNANCE()];
  const found = { ...nowhere, registry, vault, reputation, governor, token, timelock };
  // A true registry can be bound to a false vault.
  for (const role of ['vault', 'reputation', 'governor', 'token', 'timelock'] as const)
    if ((await chain.inspect(role, found[role])).state !== 'matching')
      throw new ZooError('not-a-registry', `the registry ${registry} obeys a ${role} that is none of zoo`, {
        exitCode: exitCode.verification,
        hint: 'Do not use it. Ask for the address of the registry again where you have it from.',
        data: { role, address: found[role] },
      });
  return found;
}

/** A development chain that began anew has no trace of what was deployed before. */
async function checkPresent(chain: Chain, deployment: Deployment, path: string): Promise<void> {
  const same = deployment.genesis === (await chain.genesis());
  if (same && (await chain.inspect('registry', deployment.contracts.registry.address)).state !== 'missing') return;
  throw new ZooError('deployment-gone', `${path} tells of a deployment to a chain that is no more`, {
    hint: 'Start the chain with the state that it had ("zoo chain up --state"), or deploy anew: zoo chain deploy --again.',
  });
}

function notDeployed(config: Config): ZooError {
  return new ZooError('not-deployed', `there is no deployment file ${deploymentFile(config)}`, {
    exitCode: exitCode.usage,
    hint: 'Deploy with "zoo chain deploy", name the folder with --deployments (ZOO_DEPLOYMENTS), or the registry with --registry (ZOO_REGISTRY).',
  });
}

export interface DeployRequest {
  readonly account: Account;
  readonly parameters: DeploymentParameters;
  /** Keeps what was deployed before beside it and begins anew. */
  readonly again: boolean;
  readonly signal: AbortSignal;
  readonly onStep: (step: string, done: number, of: number) => void;
}

export async function deployContracts(config: Config, request: DeployRequest): Promise<Deployment> {
  const file = deploymentFile(config);
  if (request.again) await setAside(file);
  const chain = await connectChain(config);
  const lock = await files.lock(`${file}.lock`);
  try {
    return await deploy(config.settings.network, request.parameters, { chain, files, file, ...request });
  } finally {
    await lock.release();
  }
}

async function setAside(file: string): Promise<void> {
  for (const path of [file, `${file}.journal`]) {
    const text = await files.readText(path);
    if (text === undefined) continue;
    for (let place = 1; ; place++) {
      const aside = path.replace(/\.json/, `.${place}.json`);
      if (await files.exists(aside)) continue;
      await files.writeAtomic(aside, text);
      break;
    }
    await files.remove(path);
  }
}

/** On the local chain five development accounts get a part, so that there is somebody to vote. */
export async function usualParameters(config: Config, deployer: string): Promise<DeploymentParameters> {
  const supply = 10_000_000n;
  const local = config.settings.network === 'local';
  const voters = local ? (await developmentAddresses(5)).filter((address) => address !== deployer) : [];
  return {
    supply: keeper(supply),
    holder: deployer,
    delay: 86_400,
    guardian: zeroAddress,
    treasury: keeper(local ? supply / 5n : 0n),
    allocations: voters.map((to) => ({ to, amount: keeper(supply / 10n) })),
  };
}

function keeper(whole: bigint): string {
  return (whole * 10n ** 18n).toString();
}

/** Where the library in force can be had, and what it must be. @param seq another one that was in force, from 1 */
export async function addressInForce(config: Config, seq?: number): Promise<PublishedAddress> {
  const version = await versionInForce(await openPlace(config), seq);
  if (version !== undefined) return addressOf(version);
  throw new ZooError('nothing-in-force', 'no version of the library is in force on this chain yet', {
    exitCode: exitCode.usage,
    hint: 'Bring one into force: zoo propose, zoo vote, zoo execute.',
  });
}

/** Where a version that is or was in force can be had, and what it must be. */
export function addressOf({ cid, commit, recordsRoot: root, arweaveId }: RegisteredVersion): PublishedAddress {
  return { cid, commit, root, archive: arweaveId ?? undefined };
}

export interface ChainStatus {
  readonly network: string;
  readonly chainId: number;
  readonly block: number;
  /** Seconds since the Unix epoch, as the chain has it. */
  readonly time: number;
  readonly addresses: Addresses | null;
  readonly checks: readonly DeploymentCheck[];
  readonly inForce: RegisteredVersion | null;
}

export async function chainStatus(config: Config): Promise<ChainStatus> {
  const place = await openPlace(config).catch(async (thrown: unknown) => {
    if (thrown instanceof ZooError && thrown.code === 'not-deployed') return undefined;
    throw thrown;
  });
  const chain = place?.chain ?? (await connectChain(config));
  const deployer = place?.deployment?.deployer;
  return {
    network: networks[config.settings.network].title,
    chainId: chain.chainId,
    block: await chain.blockNumber(),
    time: await chain.now(),
    addresses: place?.addresses ?? null,
    checks:
      place === undefined || deployer === undefined
        ? []
        : await checkDeployment(chain, place.addresses, deployer, place.fromBlock),
    inForce: place === undefined ? null : ((await versionInForce(place)) ?? null),
  };
}
