import {
  Contract,
  FetchRequest,
  JsonRpcProvider,
  type Log,
  Network,
  Result,
  type TransactionReceipt,
  concat,
  getCreateAddress,
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
  type Mined,
  contractNames,
  contractRoles,
} from './chain.ts';
import { explainError, shownUrl } from './explain-error.ts';

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
}

/** Asks a node over JSON-RPC. @throws ZooError `no-rpc`, `wrong-chain` */
export async function ethersChain(options: EthersOptions): Promise<Chain> {
  const { url, clock, chainId } = options;
  const request = new FetchRequest(url);
  request.timeout = 30_000;
  const provider = new JsonRpcProvider(request, Network.from(chainId), {
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
    simulate: (from, { to, data, value }) =>
      attempt(async () => {
        // The call first: only it brings back why a contract refuses.
        await provider.call({ from, to, data, value });
        const [gas, fees] = [await provider.estimateGas({ from, to, data, value }), await provider.getFeeData()];
        const limit = (gas * 12n) / 10n;
        const gasPrice = fees.maxFeePerGas ?? fees.gasPrice ?? 0n;
        return { gas: limit, gasPrice, fee: limit * gasPrice };
      }),
    sign: (account, { to, data, value }, { gas }) =>
      attempt(async () => {
        const [nonce, fees] = [
          await provider.getTransactionCount(account.address, 'pending'),
          await provider.getFeeData(),
        ];
        const price =
          fees.maxFeePerGas === null || fees.maxPriorityFeePerGas === null
            ? { type: 0, gasPrice: fees.gasPrice ?? 0n }
            : { type: 2, maxFeePerGas: fees.maxFeePerGas, maxPriorityFeePerGas: fees.maxPriorityFeePerGas };
        const raw = await account.signTransaction({ to, data, value, nonce, chainId, gasLimit: gas, ...price });
        return {
          raw,
          hash: keccak256(raw),
          from: account.address,
          nonce,
          address: to === null ? getCreateAddress({ from: account.address, nonce }) : null,
        };
      }),
    broadcast: ({ raw, hash }) =>
      attempt(async () => {
        try {
          const told = (await provider.send('eth_sendRawTransaction', [raw])) as unknown;
          if (told !== hash) throw liar(`it calls transaction ${hash} ${String(told)}`);
        } catch (thrown) {
          if (thrown instanceof ZooError) throw thrown;
          // It may have arrived all the same, or stood there already.
          if ((await provider.getTransaction(hash).catch(() => null)) === null) throw thrown;
        }
      }),
    wait,
    events: (role, address, name, fromBlock) =>
      attempt(async () => {
        const abi = interfaceOf(role);
        const event = abi.getEvent(name);
        if (event === null) throw new RangeError(`${contractNames[role]} has no event ${name}`);
        const filter = { address, topics: [event.topicHash] };
        const logs = await logsBetween(filter, fromBlock, await provider.getBlockNumber());
        return logs.flatMap((log): LoggedEvent[] => {
          const parsed = abi.parseLog(log);
          if (parsed === null) return [];
          // Not by name alone: an argument that is called as a method of arrays is (`values`) would be hidden.
          const args = Object.fromEntries(event.inputs.map((input, index) => [input.name, parsed.args[index]]));
          return [{ block: log.blockNumber, transaction: log.transactionHash, args }];
        });
      }),
    creation: (role, constructorArguments) => {
      const data = concat([artifactOf(role).bytecode, interfaceOf(role).encodeDeploy([...constructorArguments])]);
      return { to: null, data, value: 0n };
    },
    hashText: id,
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

  async function wait({ raw, hash, from, nonce }: Parameters<Chain['wait']>[0], signal?: AbortSignal): Promise<Mined> {
    const until = clock.now() + (options.patience ?? 600_000);
    let missing = 0;
    for (;;) {
      signal?.throwIfAborted();
      const receipt = await attempt(() => provider.getTransactionReceipt(hash));
      if (receipt !== null) {
        const depth = (await attempt(() => provider.getBlockNumber())) - receipt.blockNumber + 1;
        if (depth >= options.confirmations) return minedOf(receipt, hash);
      } else if (await wasReplaced(hash, from, nonce)) {
        throw new ZooError('transaction-replaced', `another transaction of ${from} took the place of ${hash}`, {
          hint: 'Run the command again; do not send from this account elsewhere at the same time.',
          data: { hash, nonce },
        });
      } else if (++missing % 20 === 0) {
        // A node may forget what waits.
        await provider.send('eth_sendRawTransaction', [raw]).catch(() => undefined);
      }
      if (clock.now() > until)
        throw new ZooError('not-mined', `transaction ${hash} is in no block yet`, {
          hint: 'It may still be taken. Look for it in a block explorer before you send anything again.',
          data: { hash, nonce },
        });
      await clock.sleep(options.pollEvery, signal);
    }
  }

  async function wasReplaced(hash: string, from: string, nonce: number): Promise<boolean> {
    const sent = await attempt(() => provider.getTransactionCount(from, 'latest'));
    return sent > nonce && (await attempt(() => provider.getTransactionReceipt(hash))) === null;
  }

  function minedOf(receipt: TransactionReceipt, hash: string): Mined {
    if (receipt.hash !== hash) throw liar(`it gives the receipt of another transaction for ${hash}`);
    if (receipt.status !== 1)
      throw new ZooError('reverted', `transaction ${hash} was taken into block ${receipt.blockNumber}, and failed`, {
        hint: 'Something changed between the simulation and the block. Run the command again to see what it lacks now.',
        data: { hash },
      });
    return {
      hash,
      block: receipt.blockNumber,
      gasUsed: receipt.gasUsed,
      fee: receipt.fee,
      events: receipt.logs.flatMap(decodeLog),
    };
  }

  /** Halves the range until the node accepts it. */
  async function logsBetween(filter: object, from: number, to: number): Promise<readonly Log[]> {
    if (from > to) return [];
    try {
      return await provider.getLogs({ ...filter, fromBlock: from, toBlock: to });
    } catch (thrown) {
      if (from === to) throw thrown;
      const middle = Math.floor((from + to) / 2);
      return [...(await logsBetween(filter, from, middle)), ...(await logsBetween(filter, middle + 1, to))];
    }
  }

  function liar(why: string): ZooError {
    return new ZooError('rpc-lies', `${shownUrl(url)} contradicts what zoo knows: ${why}`, {
      exitCode: exitCode.verification,
      hint: 'Use another node: --rpc-url (ZOO_RPC_URL).',
    });
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
