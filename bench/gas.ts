/**
 * Gas of every step by which a library comes into force, beside OpenZeppelin's Governor as it comes, both on one node and
 * over JSON-RPC; and how long `zoo chain up` takes to its first block, beside the node alone.
 *
 *   npm run build && node bench/gas.ts
 *
 * Ends with 1 where a figure is above its limit. Gas is read from receipts. Each proposal is a library update of nine
 * words; what is measured is the worst of its kind where nothing else is said: an account that has never proposed, and
 * whom the vault has never owed anything.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbiCoder, Interface, concat, id, keccak256, toBeHex } from 'ethers';
import { deploy } from '../src/governance/deployment/deploy.ts';
import { permitStake } from '../src/governance/permit-stake.ts';
import { findAnvil, startAnvil } from '../src/world/chain/anvil.ts';
import { type Addresses, contractRoles } from '../src/world/chain/chain.ts';
import { ethersChain } from '../src/world/chain/ethers.ts';
import { developmentAccount } from '../src/world/chain/keystores.ts';
import { systemClock } from '../src/world/clock/system.ts';
import { diskFiles } from '../src/world/files/disk.ts';
import { measureFirstBlock } from './first-block.ts';
import { ask, freePort, receiptOf } from './json-rpc.ts';
import { compilePlainGovernance } from './plain-governance.ts';

const limits = {
  propose: 190_000,
  'first vote': 85_000,
  'next vote': 68_000,
  queue: 155_000,
  'later root update': 150_000,
  settle: 85_000,
};
const day = 86_400;
const chainId = 31_337;
const amount = 10n ** 24n;
const account = (index: number) => developmentAccount(index).address;

/** Gas by step. */
type Figures = Record<string, number>;

/** Where proposals are made, and how a step after the last is taken. */
interface System {
  readonly governor: string;
  readonly registry: string;
  readonly settle?: (proposal: string) => Promise<number>;
  /** Proposes with a signature in place of an allowance, as `zoo propose` does. */
  readonly proposeWithPermit?: (from: number, calls: Calls, description: string) => Promise<number>;
}

type Calls = readonly [targets: readonly string[], values: readonly number[], calldatas: readonly string[]];

const publishing = new Interface([
  'function publish((uint64,uint64,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32), uint256[], uint256[])',
]);
const governing = new Interface([
  'function propose(address[], uint256[], bytes[], string)',
  'function castVote(uint256, uint8)',
  'function queue(address[], uint256[], bytes[], bytes32)',
  'function execute(address[], uint256[], bytes[], bytes32)',
]);
/** What the Governor's name of a proposal is the hash of. */
const identity = ['address[]', 'uint256[]', 'bytes[]', 'bytes32'];

if (findAnvil(process.env) === undefined) {
  console.log(
    'Skipped: there is no anvil on this machine. Install Foundry (https://getfoundry.sh) or set ANVIL to its anvil.',
  );
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'zoo-gas-'));
try {
  const above = [...(await measureGas()), ...(await measureFirstBlock(folder))];
  for (const what of above) console.error(`above its limit: ${what}`);
  process.exitCode = above.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureGas(): Promise<readonly string[]> {
  const state = join(folder, 'gas.json');
  const port = await freePort();
  const node = await startAnvil({ port, state, chainId, accounts: 10, environment: process.env });
  try {
    const [ofZoo, ofPlain] = [await lives(await deployZoo(node.url)), await lives(await deployPlain(node.url))];
    return print(ofZoo, ofPlain);
  } finally {
    await node.stop();
  }

  /** Three library updates one after the other, the last two of the same account, and one that is voted down. */
  async function lives(system: System): Promise<Figures> {
    const first = await life(system, 1, 1);
    const second = await life(system, 2, 2);
    const third = await life(system, 2, 3);
    const lost = await life(system, 3, 4, 0);
    const permitted = await system.proposeWithPermit?.(7, callsOf(system, 5), 'update 5');
    return {
      propose: second['propose'] as number,
      'first vote': third['first vote'] as number,
      'next vote': third['next vote'] as number,
      queue: third['queue'] as number,
      'later root update': Math.max(second['execute'] as number, third['execute'] as number),
      settle: second['settle'] as number,
      'propose, again': third['propose'] as number,
      'propose, the first of all': first['propose'] as number,
      ...(permitted === undefined ? {} : { 'propose, with a permit': permitted }),
      'first root update': first['execute'] as number,
      'settle, again': third['settle'] as number,
      'settle, defeated': lost['settle'] as number,
    };
  }

  async function life(system: System, proposer: number, seq: number, support = 1) {
    const { governor, settle } = system;
    const [calls, description] = [callsOf(system, seq), `update ${seq}`];
    const act = (from: number, name: string, words: readonly unknown[]) =>
      send(from, governor, governing.encodeFunctionData(name, words));
    const proposal = BigInt(
      keccak256(AbiCoder.defaultAbiCoder().encode(identity, [...calls, id(description)])),
    ).toString();
    const figures: Figures = { propose: await act(proposer, 'propose', [...calls, description]) };
    await pass(day + 1);
    figures['first vote'] = await act(proposer, 'castVote', [proposal, support]);
    figures['next vote'] = await act(4, 'castVote', [proposal, support]);
    await act(5, 'castVote', [proposal, support]);
    await pass(7 * day);
    if (support === 1) {
      figures['queue'] = await act(6, 'queue', [...calls, id(description)]);
      await pass(2 * day);
      figures['execute'] = await act(6, 'execute', [...calls, id(description)]);
    }
    if (settle !== undefined) figures['settle'] = await settle(proposal);
    return figures;
  }

  async function pass(seconds: number): Promise<void> {
    await ask(node.url, 'evm_increaseTime', [seconds]);
    await ask(node.url, 'evm_mine', []);
  }

  /** As `zoo chain deploy` does it; everybody delegates to themselves and lets the vault take stakes. */
  async function deployZoo(url: string): Promise<System> {
    const chain = await ethersChain({ url, clock: systemClock, chainId, confirmations: 1, pollEvery: 20 });
    const holders = [1, 2, 3, 4, 5, 7].map((index) => ({ to: account(index), amount: amount.toString() }));
    const parameters = {
      supply: (10n * amount).toString(),
      holder: account(0),
      delay: 2 * day,
      guardian: account(9),
      treasury: amount.toString(),
      allocations: holders,
    };
    const world = { chain, account: developmentAccount(0), files: diskFiles, file: join(folder, 'deployment.json') };
    const { contracts } = await deploy('local', parameters, world);
    const at = Object.fromEntries(contractRoles.map((role) => [role, contracts[role].address])) as Addresses;
    const { token, vault, governor } = chain.contracts(at);
    const bond = await governor.proposalBond();
    for (const index of [0, 1, 2, 3, 4, 5]) {
      await send(index, at.token, token.interface.encodeFunctionData('delegate', [account(index)]));
      await send(index, at.token, token.interface.encodeFunctionData('approve', [at.vault, 2n ** 256n - 1n]));
    }
    await send(7, at.token, token.interface.encodeFunctionData('delegate', [account(7)]));
    await pass(1);
    return {
      governor: at.governor,
      registry: at.registry,
      settle: async (proposal) => {
        // Not before: the first proposal finds the vault empty, as it is after a deployment.
        await send(0, at.vault, vault.interface.encodeFunctionData('fundRewards', [amount / 100n]));
        return await send(6, at.vault, vault.interface.encodeFunctionData('settle', [proposal]));
      },
      proposeWithPermit: async (from, calls, description) => {
        const permit = await permitStake({ chain, addresses: at, fromBlock: 0 }, developmentAccount(from), bond);
        const words = [...calls, description, permit] as never;
        return await send(from, at.governor, governor.interface.encodeFunctionData('proposeWithPermit', words));
      },
    };
  }

  async function deployPlain(url: string): Promise<System> {
    const compiled = compilePlainGovernance();
    const make = async (name: string, words: readonly unknown[]) => {
      const { abi, bytecode } = compiled(name);
      const creation = concat([bytecode, new Interface([...abi] as never).encodeDeploy([...words])]);
      const { contractAddress } = await receiptOf(url, { from: account(0), data: creation });
      return { address: String(contractAddress), abi: new Interface([...abi] as never) };
    };
    const token = await make('PlainToken', [account(0), 10n * amount]);
    const nobody = `0x${'00'.repeat(20)}`;
    const timelock = await make('TimelockController', [2 * day, [], [nobody], account(0)]);
    const governor = await make('PlainGovernor', [token.address, timelock.address]);
    const registry = await make('PlainRegistry', [timelock.address]);
    for (const role of ['PROPOSER_ROLE', 'CANCELLER_ROLE'])
      await send(0, timelock.address, timelock.abi.encodeFunctionData('grantRole', [id(role), governor.address]));
    for (const index of [1, 2, 3, 4, 5]) {
      await send(0, token.address, token.abi.encodeFunctionData('transfer', [account(index), amount]));
      await send(index, token.address, token.abi.encodeFunctionData('delegate', [account(index)]));
    }
    await pass(1);
    return { governor: governor.address, registry: registry.address };
  }

  async function send(from: number, to: string, data: string): Promise<number> {
    const { gasUsed } = await receiptOf(node.url, { from: account(from), to, data });
    return Number(gasUsed);
  }
}

function callsOf({ registry }: System, seq: number): Calls {
  return [[registry], [0], [publishing.encodeFunctionData('publish', [updateOf(seq), [], []])]];
}

function updateOf(seq: number): readonly unknown[] {
  const commit = (of: number) => (of === 0 ? toBeHex(0, 32) : id(`commit ${of}`));
  const words = ['records', 'map', 'log', 'cid', 'arweave'].map((name) => id(`${name} ${seq}`));
  return [seq, 100, commit(seq), ...words, commit(seq - 1)];
}

function print(zoo: Figures, plain: Figures): readonly string[] {
  const rows = Object.entries(zoo).map(([step, gas]) => {
    const limit = (limits as Figures)[step];
    const peer = plain[step];
    return {
      step,
      zoo: String(gas),
      'plain Governor': peer === undefined ? '' : String(peer),
      ratio: peer === undefined ? '' : (gas / peer).toFixed(2),
      limit: limit === undefined ? '' : String(limit),
      'of limit': limit === undefined ? '' : (gas / limit).toFixed(2),
    };
  });
  const names = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[number])[];
  const table = [Object.fromEntries(names.map((name) => [name, name])) as (typeof rows)[number], ...rows];
  for (const row of table)
    console.log(
      `${row.step.padEnd(28)}${names
        .slice(1)
        .map((name) => row[name].padStart(16))
        .join('')}`,
    );
  return Object.entries(limits).flatMap(([step, limit]) =>
    (zoo[step] as number) > limit ? [`${step}: ${zoo[step]} gas, limit ${limit}`] : [],
  );
}
