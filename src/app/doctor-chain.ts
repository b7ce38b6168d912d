import { ZooError, messageOf } from '../core/error.ts';
import { contractNames, contractRoles } from '../world/chain/chain.ts';
import { type ConfiguredPlace, deploymentFile, openPlace } from './chain.ts';
import type { Config } from './config.ts';
import type { Check } from './doctor.ts';
import { networks } from './networks.ts';
import { connectChain } from './wire/chain.ts';
import { files } from './wire/platform.ts';

/** Seconds that the newest block of a public chain may be old. */
const stale = 600;

/** The chain that governs the library: whether its node answers, is one of that chain, and has the contracts of the record. */
export async function checkChain(config: Config, now: number): Promise<readonly Check[]> {
  const { network, registry, rpcUrl } = config.settings;
  const { title } = networks[network];
  const deployed = registry !== undefined || (await files.exists(deploymentFile(config)));
  if (!deployed && rpcUrl === undefined && network === 'local')
    return [{ name: 'chain', state: 'ok', message: 'none is set up; only a vote on a library needs one' }];
  try {
    const chain = await connectChain(config);
    const [block, time] = [await chain.blockNumber(), await chain.now()];
    const reached = `${title}: chain ${chain.chainId}, block ${block}`;
    const behind = Math.round(now / 1000) - time;
    const node: Check =
      network !== 'local' && behind > stale
        ? {
            name: 'chain',
            state: 'warning',
            message: `${reached}, whose time is ${Math.round(behind / 60)} minutes ago`,
            hint: 'The node may be behind: use another one (ZOO_RPC_URL).',
          }
        : { name: 'chain', state: 'ok', message: reached };
    return deployed ? [node, ...(await checkContracts(config))] : [node, nothingDeployed(config)];
  } catch (thrown) {
    // A development chain that is not up keeps nobody from training.
    const asleep = network === 'local' && thrown instanceof ZooError && thrown.code === 'no-rpc';
    const hint = thrown instanceof ZooError ? thrown.hint : undefined;
    return [{ name: 'chain', state: asleep ? 'warning' : 'failed', message: messageOf(thrown), hint }];
  }
}

async function checkContracts(config: Config): Promise<readonly Check[]> {
  try {
    return [await compareCode(await openPlace(config))];
  } catch (thrown) {
    const hint = thrown instanceof ZooError ? thrown.hint : undefined;
    return [{ name: 'contracts', state: 'failed', message: messageOf(thrown), hint }];
  }
}

/** That the code is what the sources compile to, and what the record of the deployment says. */
async function compareCode({ chain, addresses, deployment }: ConfiguredPlace): Promise<Check> {
  const roles = contractRoles.filter((role) => !/^0x0{40}$/.test(addresses[role]));
  const wrong: string[] = [];
  for (const role of roles) {
    const { state, codeHash } = await chain.inspect(role, addresses[role]);
    const recorded = deployment?.contracts[role].codeHash;
    if (state === 'missing') wrong.push(`there is no ${contractNames[role]} at ${addresses[role]}`);
    else if (recorded !== undefined && recorded !== codeHash)
      wrong.push(`the code of ${contractNames[role]} is not that of the record`);
    else if (state === 'different') wrong.push(`the code of ${contractNames[role]} is that of another version of zoo`);
  }
  if (wrong.length === 0)
    return {
      name: 'contracts',
      state: 'ok',
      message: `${roles.length} contracts have the code that they should${deployment === undefined ? '' : ' and that the record says'}`,
    };
  return {
    name: 'contracts',
    state: 'failed',
    message: wrong.join('; '),
    hint: 'Check --network (ZOO_NETWORK) and --deployments (ZOO_DEPLOYMENTS); "zoo chain deploy --again" deploys anew.',
  };
}

function nothingDeployed(config: Config): Check {
  return {
    name: 'contracts',
    state: 'warning',
    message: `there is no deployment file ${deploymentFile(config)}`,
    hint: 'Deploy with "zoo chain deploy", or name the registry with --registry (ZOO_REGISTRY).',
  };
}
