import {
  AbiCoder,
  Contract,
  JsonRpcProvider,
  type Log,
  Network,
  Result,
  type TransactionReceipt,
  concat,
  id,
  keccak256,
} from 'ethers';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Clock } from '../clock/clock.ts';
import { artifactOf, compareCode, interfaceOf, mergedInterface } from './artifacts.ts';
import {
  type Addresses,
  type Chain,
  type Contracts,
  type DecodedEvent,
  type LoggedEvent,
  contractNames,
  contractRoles,
} from './chain.ts';
import { checkSignature } from './check-signature.ts';
import { contradiction, explainError, shownUrl } from './explain-error.ts';
import { followTransaction } from './follow-transaction.ts';
import { readLogs } from './log-pages.ts';
import { nodeRequest } from './node-request.ts';
import { transactionsOf } from './transactions.ts';

export interface EthersOptions {
  readonly url: string;
  readonly clock: Clock;
  /** What the chain must be. */
  readonly chainId: number;
  /** Blocks that must stand on a transaction, its own counted, before it counts as mined. */
  readonly confirmations: number;
  /** Milliseconds between looks for a receipt. */
  readonly pollEvery: number;
  /** Milliseconds after which a transaction that is in no block counts as stuck. */
  readonly patience?: number | undefined;
  /** Milliseconds that a node may be away while a transaction is waited for. */
  readonly absence?: number | undefined;
  /** Milliseconds for a whole answer. */
  readonly timeout?: number | undefined;
}

/** Asks a node over JSON-RPC. @throws ZooError `no-rpc`, `wrong-chain` */
export async function ethersChain(options: EthersOptions): Promise<Chain> {
  const { url, chainId, timeout = 30_000, patience = 600_000, absence = 60_000 } = options;
  const provider = new JsonRpcProvider(nodeRequest(url, timeout), Network.from(chainId), {
    staticNetwork: true,
    cacheTimeout: -1,
    batchMaxCount: 1,
  });
  const attempt = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (thrown) {
      throw explainError(thrown, url);
    }
  };
  await checkChain();

  return {
    chainId,
    contracts: (addresses) => contractsAt(addresses, provider, attempt),
    now: () => attempt(async () => (await provider.getBlock('latest'))?.timestamp ?? 0),
    balance: (address) => attempt(() => provider.getBalance(address)),
    blockNumber: () => attempt(() => provider.getBlockNumber()),
    genesis: () => attempt(async () => (await provider.getBlock(0))?.hash ?? ''),
    sentBy: (address) => attempt(() => provider.getTransactionCount(address, 'latest')),
    decode: ({ to, data }, addresses) => {
      const role = contractRoles.find((one) => addresses?.[one].toLowerCase() === to?.toLowerCase());
      const parsed = (role === undefined ? mergedInterface() : interfaceOf(role)).parseTransaction({ data });
      return {
        to: to ?? '',
        contract: role === undefined ? null : contractNames[role],
        function: parsed?.name ?? null,
        arguments: parsed === null ? {} : namedValues(parsed.args),
      };
    },
    ...transactionsOf({ ...options, provider, patience, absence, attempt, checkChain, decodeEvents }),
    isSigned: (by, data, signature) => attempt(() => checkSignature(provider, by, data, signature)),
    follow: (hash, from, call, signal) =>
      followTransaction({ ...options, provider, attempt }, { hash, from, call }, signal),
    events: (role, address, name, fromBlock, toBlock) =>
      attempt(async () => {
        const abi = interfaceOf(role);
        const event = abi.getEvent(name);
        if (event === null) throw new RangeError(`${contractNames[role]} has no event ${name}`);
        const range = { from: fromBlock, to: toBlock ?? (await provider.getBlockNumber()) };
        const logs = await readLogs(provider, { address, topics: [event.topicHash] }, range);
        return logs.flatMap((log): LoggedEvent[] => {
          const parsed = abi.parseLog(log);
          if (parsed?.name !== name || log.address.toLowerCase() !== address.toLowerCase())
            throw contradiction(url, `asked for ${name} of ${address}, it gives an event of something else`);
          // Not by name alone: an argument that is called as a method of arrays is (`values`) would be hidden.
          const args = Object.fromEntries(event.inputs.map((input, index) => [input.name, parsed.args[index]]));
          return [{ block: log.blockNumber, transaction: log.transactionHash, args }];
        });
      }),
    firstBlock: (address) => attempt(() => findCreation(provider, address)),
    creation: (role, constructorArguments) => {
      const data = concat([artifactOf(role).bytecode, interfaceOf(role).encodeDeploy([...constructorArguments])]);
      return { to: null, data, value: 0n };
    },
    hashText: id,
    proposalId: (calls, description) =>
      BigInt(
        keccak256(
          AbiCoder.defaultAbiCoder().encode(
            ['address[]', 'uint256[]', 'bytes[]', 'bytes32'],
            [
              calls.map(({ to }) => to),
              calls.map(({ value }) => value),
              calls.map(({ data }) => data),
              id(description),
            ],
          ),
        ),
      ).toString(),
    inspect: (role, address) => attempt(async () => compareCode(role, await provider.getCode(address))),
  };

  async function checkChain(): Promise<void> {
    const told = await attempt(() => provider.send('eth_chainId', []) as Promise<unknown>);
    if (Number(told) === chainId) return;
    throw new ZooError('wrong-chain', `${shownUrl(url)} is a node of chain ${Number(told)}, not of ${chainId}`, {
      exitCode: exitCode.usage,
      hint: 'Give the node of the chain with --rpc-url (ZOO_RPC_URL), or name the chain with --network (ZOO_NETWORK).',
      data: { expected: chainId, found: Number(told) },
    });
  }
}

/** The block that code came to stand in, by halving; a node that keeps no past states cannot tell. */
async function findCreation(provider: JsonRpcProvider, address: string): Promise<number> {
  let [low, high] = [0, await provider.getBlockNumber()];
  try {
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await provider.getCode(address, middle)) === '0x') low = middle + 1;
      else high = middle;
    }
    return low;
  } catch {
    return 0;
  }
}

function contractsAt(
  addresses: Addresses,
  provider: JsonRpcProvider,
  attempt: <T>(act: () => Promise<T>) => Promise<T>,
): Contracts {
  const runner = {
    provider,
    call: (transaction: Parameters<JsonRpcProvider['call']>[0]) => attempt(() => provider.call(transaction)),
  };
  return Object.fromEntries(
    contractRoles.map((role) => [role, new Contract(addresses[role], interfaceOf(role), runner)]),
  ) as unknown as Contracts;
}

function decodeEvents({ logs }: TransactionReceipt): readonly DecodedEvent[] {
  return logs.flatMap(decodeLog);
}

function decodeLog(log: Log): DecodedEvent[] {
  const parsed = mergedInterface().parseLog(log);
  return parsed === null ? [] : [{ address: log.address, name: parsed.name, values: namedValues(parsed.args) }];
}

function namedValues(args: Result): Record<string, string> {
  return Object.fromEntries(Object.keys(args.toObject()).map((name) => [name, valueText(args.getValue(name))]));
}

function valueText(value: unknown): string {
  if (value instanceof Result && value.length > 0 && hasNames(value))
    return `{${Object.entries(namedValues(value))
      .map(([name, text]) => `${name}: ${text}`)
      .join(', ')}}`;
  return typeof value === 'object' && value !== null && Symbol.iterator in value
    ? `[${Array.from(value as Iterable<unknown>, valueText).join(', ')}]`
    : String(value);
}

/** Structs have names, lists have none. */
function hasNames(result: Result): boolean {
  try {
    return Object.keys(result.toObject()).every((name) => name !== '_');
  } catch {
    return false;
  }
}
