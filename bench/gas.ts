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
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AbiCoder, Interface, concat, id, keccak256, toBeHex } from 'ethers';
import { deploy } from '../src/governance/deployment/deploy.ts';
import { findAnvil, startAnvil } from '../src/world/chain/anvil.ts';
import { type Addresses, contractRoles } from '../src/world/chain/chain.ts';
import { ethersChain } from '../src/world/chain/ethers.ts';
import { developmentAccount } from '../src/world/chain/keystores.ts';
import { systemClock } from '../src/world/clock/system.ts';
import { diskFiles } from '../src/world/files/disk.ts';
import { compilePlainGovernance } from './plain-governance.ts';

const limits = {
  propose: 190_000,
  'first vote': 85_000,
  'next vote': 68_000,
  queue: 155_000,
  'later root update': 150_000,
  settle: 85_000,
};
const secondsToFirstBlock = 3;
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
}

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
  const above = [...(await measureGas()), ...(await measureStart())];
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
    return {
      propose: second['propose'] as number,
      'first vote': third['first vote'] as number,
      'next vote': third['next vote'] as number,
      queue: third['queue'] as number,
      'later root update': Math.max(second['execute'] as number, third['execute'] as number),
      settle: second['settle'] as number,
      'propose, again': third['propose'] as number,
      'propose, the first of all': first['propose'] as number,
      'first root update': first['execute'] as number,
      'settle, again': third['settle'] as number,
      'settle, defeated': lost['settle'] as number,
    };
  }

  async function life({ governor, registry, settle }: System, proposer: number, seq: number, support = 1) {
    const publish = publishing.encodeFunctionData('publish', [updateOf(seq), [], []]);
    const description = `update ${seq}`;
    const calls = [[registry], [0], [publish]] as const;
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
    const holders = [1, 2, 3, 4, 5].map((index) => ({ to: account(index), amount: amount.toString() }));
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
    const { token, vault } = chain.contracts(at);
    for (const index of [0, 1, 2, 3, 4, 5]) {
      await send(index, at.token, token.interface.encodeFunctionData('delegate', [account(index)]));
      await send(index, at.token, token.interface.encodeFunctionData('approve', [at.vault, 2n ** 256n - 1n]));
    }
    await pass(1);
    return {
      governor: at.governor,
      registry: at.registry,
      settle: async (proposal) => {
        // Not before: the first proposal finds the vault empty, as it is after a deployment.
        await send(0, at.vault, vault.interface.encodeFunctionData('fundRewards', [amount / 100n]));
        return await send(6, at.vault, vault.interface.encodeFunctionData('settle', [proposal]));
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

// --------------------------------------------------------------------------------------------------- the first block

async function measureStart(): Promise<readonly string[]> {
  const anvil = findAnvil(process.env);
  const zoo = fileURLToPath(new URL('../bin/zoo.js', import.meta.url));
  if (anvil === undefined) return [];
  const times = { zoo: [] as number[], anvil: [] as number[] };
  for (let turn = 0; turn < 3; turn++) {
    times.anvil.push(await toFirstBlock((port) => [anvil, '--port', String(port), '--hardfork', 'cancun']));
    const state = join(folder, `start-${turn}.json`);
    times.zoo.push(
      await toFirstBlock((port) => [process.execPath, zoo, 'chain', 'up', '--port', String(port), '--state', state]),
    );
  }
  const [ours, bare] = [median(times.zoo), median(times.anvil)];
  const share = (ours / secondsToFirstBlock).toFixed(2);
  console.log(
    `zoo chain up to first block: ${ours.toFixed(2)} s, anvil alone ${bare.toFixed(2)} s; limit ${secondsToFirstBlock} s, of limit ${share}`,
  );
  return ours > secondsToFirstBlock ? [`zoo chain up: ${ours.toFixed(2)} s to the first block`] : [];
}

/** Seconds until a block stands that was asked for as soon as the node answered. */
async function toFirstBlock(words: (port: number) => readonly string[]): Promise<number> {
  const port = await freePort();
  const [program, ...rest] = words(port) as [string, ...string[]];
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn(program, rest, { cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
      const mined = await ask(url, 'evm_mine', []).then(
        () => ask(url, 'eth_blockNumber', []),
        () => undefined,
      );
      if (mined !== undefined && Number(mined) >= 1) return (performance.now() - began) / 1000;
      await setTimeout(10);
    }
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}

// ------------------------------------------------------------------------------------------------------------ the node

interface Receipt {
  readonly status: string;
  readonly gasUsed: string;
  readonly contractAddress: string | null;
}

/** @throws Error where the transaction failed */
async function receiptOf(url: string, transaction: Readonly<Record<string, string>>): Promise<Receipt> {
  // Enough for each: what a node estimates falls short when a second passes and a checkpoint of votes becomes a new one.
  const hash = await ask(url, 'eth_sendTransaction', [{ ...transaction, gas: '0x800000' }]);
  let receipt: Receipt | null = null;
  while (receipt === null) receipt = (await ask(url, 'eth_getTransactionReceipt', [hash])) as Receipt | null;
  if (receipt.status !== '0x1') throw new Error(`a transaction failed: ${JSON.stringify(transaction).slice(0, 500)}`);
  return receipt;
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { result, error } = (await answer.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
