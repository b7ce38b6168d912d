import { ZooError, exitCode } from '../../core/error.ts';
import { checkJson } from '../../core/json.ts';
import {
  type Account,
  type Addresses,
  type Chain,
  type ContractRole,
  type Estimate,
  type Signed,
  contractNames,
  contractRoles,
} from '../../world/chain/chain.ts';
import type { Files } from '../../world/files/files.ts';
import { checkDeployment, demand } from './check-deployment.ts';
import { type Deployment, type DeploymentParameters, deploymentSchema } from './deployment.ts';
import { type DeploymentJournal, checkSame, openDeploymentJournal } from './deployment-journal.ts';
import { type Step, deploymentSteps, zeroAddress } from './steps.ts';

export interface DeployWorld {
  readonly chain: Chain;
  readonly account: Account;
  readonly files: Files;
  /** Where the deployment is kept; the journal lies beside it. */
  readonly file: string;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: string, done: number, of: number) => void) | undefined;
}

/**
 * Deploys all contracts and gives every power to the governor. Each transaction is signed and written down before it is
 * sent; whoever runs it again after any failure goes on where it stopped, and sends nothing twice.
 *
 * @throws ZooError `deployment-differs`, `deployment-gone`, `deployment-check-failed`
 */
export async function deploy(
  network: string,
  parameters: DeploymentParameters,
  world: DeployWorld,
): Promise<Deployment> {
  const { chain, account, files, file } = world;
  checkParameters(parameters);
  const journal = await openDeploymentJournal(files, `${file}.journal`);
  const head = {
    v: 1,
    chainId: chain.chainId,
    genesis: await chain.genesis(),
    deployer: account.address,
    parameters,
  } as const;
  if (journal.head === undefined) await journal.begin(head);
  else checkSame(journal.head, head, `${file}.journal`);

  const steps = deploymentSteps(chain, account.address, parameters);
  const sent = await chain.sentBy(account.address);
  for (const [index, step] of steps.entries()) {
    world.signal?.throwIfAborted();
    await take(step, journal, world, sent);
    world.onStep?.(step.name, index + 1, steps.length);
  }

  const addresses = addressesIn(journal, steps);
  const blocks = journal.lines.flatMap((line) => ('mined' in line ? [line.mined.block] : []));
  const fromBlock = Math.min(...blocks);
  const checks = await checkDeployment(chain, addresses, account.address, fromBlock);
  demand(checks);
  const contracts: Record<string, unknown> = {};
  for (const role of contractRoles) contracts[role] = await about(role, addresses[role], journal, chain);
  const deployment = checkJson(
    {
      v: 1,
      network,
      chainId: chain.chainId,
      genesis: head.genesis,
      deployer: account.address,
      parameters,
      fromBlock,
      contracts,
      checks: checks.map(({ what }) => what),
    },
    deploymentSchema,
    file,
  );
  await files.writeAtomic(file, `${JSON.stringify(deployment, null, 2)}\n`);
  return deployment;
}

/**
 * One transaction: written down, sent, mined, written down. What the journal knows is not done again, unless the chain has
 * forgotten it: after a reorganisation, or a development chain that was killed, the same bytes are sent once more.
 *
 * @param sent transactions of the deployer in the chain when this began
 */
async function take(step: Step, journal: DeploymentJournal, world: DeployWorld, sent: number): Promise<void> {
  const { chain, account, signal } = world;
  const mined = minedStep(journal, step.name) !== undefined;
  if (mined && (signedStep(journal, step.name)?.nonce ?? 0) < sent) return;
  let signed = mined ? signedStep(journal, step.name) : pendingStep(journal, step.name);
  if (signed === undefined) {
    const { call, constructorArguments } = await step.prepare(addressesSoFar(journal));
    const estimate: Estimate = await chain.simulate(account.address, call);
    signed = await chain.sign(account, call, estimate);
    await journal.append({ step: step.name, signed, constructorArguments: [...constructorArguments] as never });
  }
  try {
    // Sent again after a failure, it is the same transaction: it cannot happen twice.
    await chain.broadcast(signed).catch((thrown: unknown) => {
      // It stood in a block already, or something else took its number; waiting tells which.
      if (!(thrown instanceof ZooError) || thrown.code !== 'nonce-used') throw thrown;
    });
    const { block, hash } = await chain.wait(signed, signal);
    await journal.append({ step: step.name, mined: { block, hash } });
  } catch (thrown) {
    if (thrown instanceof ZooError && thrown.code === 'transaction-replaced') {
      await journal.append({ step: step.name, dropped: signed.hash });
      await take(step, journal, world, sent);
      return;
    }
    throw thrown;
  }
}

function minedStep(journal: DeploymentJournal, name: string) {
  return journal.lines.findLast((line) => line.step === name && 'mined' in line);
}

function signedStep(journal: DeploymentJournal, name: string): Signed | undefined {
  const line = journal.lines.findLast((one) => one.step === name && 'signed' in one);
  return line !== undefined && 'signed' in line ? line.signed : undefined;
}

function pendingStep(journal: DeploymentJournal, name: string): Signed | undefined {
  const last = journal.lines.findLast((line) => line.step === name);
  return last !== undefined && 'signed' in last ? last.signed : undefined;
}

function creationOf(journal: DeploymentJournal, role: ContractRole) {
  const line = journal.lines.findLast((one) => one.step === `create ${role}` && 'signed' in one);
  return line !== undefined && 'signed' in line ? line : undefined;
}

/** The zero address for what was not made yet. */
function addressesSoFar(journal: DeploymentJournal): Addresses {
  return Object.fromEntries(
    contractRoles.map((role) => [role, creationOf(journal, role)?.signed.address ?? zeroAddress]),
  ) as unknown as Addresses;
}

function addressesIn(journal: DeploymentJournal, steps: readonly Step[]): Addresses {
  const missing = steps.find(({ name }) => minedStep(journal, name) === undefined);
  if (missing !== undefined) throw new RangeError(`${missing.name} was not carried out`);
  return addressesSoFar(journal);
}

async function about(role: ContractRole, address: string, journal: DeploymentJournal, chain: Chain) {
  const creation = creationOf(journal, role);
  const mined = minedStep(journal, `create ${role}`);
  const { codeHash } = await chain.inspect(role, address);
  return {
    contract: contractNames[role],
    address,
    codeHash,
    constructorArguments: creation?.constructorArguments ?? [],
    transaction: creation?.signed.hash,
    block: mined !== undefined && 'mined' in mined ? mined.mined.block : 0,
  };
}

function checkParameters({ supply, treasury, allocations }: DeploymentParameters): void {
  const given = allocations.reduce((sum, { amount }) => sum + BigInt(amount), BigInt(treasury));
  if (given <= BigInt(supply)) return;
  throw new ZooError('invalid-allocation', 'more KEEPER are given away than there are', {
    exitCode: exitCode.usage,
    hint: 'Raise --supply, or give less with --allocate and --treasury.',
  });
}
