import { type JsonRpcProvider, type TransactionReceipt, getCreateAddress, keccak256 } from 'ethers';
import { ZooError } from '../../core/error.ts';
import type { Clock } from '../clock/clock.ts';
import type { Chain, DecodedEvent, Estimate, Mined, Signed } from './chain.ts';
import { contradiction, shownUrl } from './explain-error.ts';

export interface Sending {
  readonly url: string;
  readonly chainId: number;
  readonly provider: JsonRpcProvider;
  readonly clock: Clock;
  readonly confirmations: number;
  /** Milliseconds between looks. */
  readonly pollEvery: number;
  /** Milliseconds after which a transaction that is in no block counts as stuck. */
  readonly patience: number;
  /** Milliseconds that a node may be away while a transaction is waited for. */
  readonly absence: number;
  readonly attempt: <T>(act: () => Promise<T>) => Promise<T>;
  /** Throws when the node is one of another chain. */
  readonly checkChain: () => Promise<void>;
  readonly decodeEvents: (receipt: TransactionReceipt) => readonly DecodedEvent[];
}

/** The way of a transaction into a block, whatever the node does meanwhile. */
export function transactionsOf(sending: Sending): Pick<Chain, 'simulate' | 'sign' | 'broadcast' | 'wait'> {
  const { url, chainId, provider, clock, confirmations, pollEvery, patience, absence, attempt } = sending;
  return { simulate, sign, broadcast, wait };

  async function simulate(from: string, { to, data, value }: Parameters<Chain['simulate']>[1]): Promise<Estimate> {
    return await attempt(async () => {
      // The call first: only it brings back why a contract refuses.
      await provider.call({ from, to, data, value });
      // As things stand: what waits may be what this takes the place of, and would make it look cheaper than it is.
      const plain = provider.getRpcTransaction({ from, to, data, value });
      const gas = BigInt((await provider.send('eth_estimateGas', [plain, 'latest'])) as string);
      const fees = await provider.getFeeData();
      const limit = (gas * 12n) / 10n;
      const gasPrice = fees.maxFeePerGas ?? fees.gasPrice ?? 0n;
      const tip = fees.maxFeePerGas === null ? null : (fees.maxPriorityFeePerGas ?? 0n);
      return { gas: limit, gasPrice, tip, fee: limit * gasPrice };
    });
  }

  async function sign(...[account, call, estimate, options = {}]: Parameters<Chain['sign']>): Promise<Signed> {
    // A balancer can stand in front of nodes of different chains.
    await sending.checkChain();
    const { gas, gasPrice, tip } = estimate;
    const nonce = await nextNonce(account.address, options);
    const price = tip === null ? { type: 0, gasPrice } : { type: 2, maxFeePerGas: gasPrice, maxPriorityFeePerGas: tip };
    const { to, data, value } = call;
    const raw = await attempt(() =>
      account.signTransaction({ to, data, value, nonce, chainId, gasLimit: gas, ...price }),
    );
    return {
      raw,
      hash: keccak256(raw),
      from: account.address,
      nonce,
      address: to === null ? getCreateAddress({ from: account.address, nonce }) : null,
    };
  }

  /** Behind a transaction that is stuck nothing is taken, so nothing is put there unseen. */
  async function nextNonce(address: string, { replace = false, signal }: NonNullable<Parameters<Chain['sign']>[3]>) {
    const until = clock.now() + Math.min(patience, 20_000);
    for (;;) {
      const [mined, all] = [await countOf(address, 'latest'), await countOf(address, 'pending')];
      if (replace || all <= mined) return mined;
      if (clock.now() > until)
        throw new ZooError(
          'transactions-waiting',
          `${all - mined} transactions of ${address} wait to be taken into a block, the first with number ${mined}`,
          {
            hint: 'Wait for them, or put this one in the place of the first, at twice the fee, with --replace.',
            data: { address, first: mined, waiting: all - mined },
          },
        );
      await clock.sleep(pollEvery, signal);
    }
  }

  function countOf(address: string, block: 'latest' | 'pending'): Promise<number> {
    return attempt(() => provider.getTransactionCount(address, block));
  }

  async function broadcast({ raw, hash }: Signed): Promise<void> {
    let refusal: ZooError;
    try {
      const told = await attempt(() => provider.send('eth_sendRawTransaction', [raw]) as Promise<unknown>);
      if (told === hash) return;
      throw contradiction(url, `it calls transaction ${hash} ${String(told).slice(0, 80)}`);
    } catch (thrown) {
      if (!(thrown instanceof ZooError) || thrown.code === 'rpc-lies') throw thrown;
      refusal = thrown;
    }
    // It may have arrived all the same, or stood there already.
    let known: object | null;
    try {
      known = await provider.getTransaction(hash);
    } catch {
      throw unsure(hash);
    }
    if (known === null) throw refusal;
  }

  async function wait({ raw, hash, from, nonce }: Signed, signal?: AbortSignal): Promise<Mined> {
    const until = clock.now() + patience;
    let [missing, gone] = [0, 0];
    let [awaySince, doubt]: [number | undefined, string | undefined] = [undefined, undefined];
    for (;;) {
      signal?.throwIfAborted();
      try {
        const found = await look(hash, from, nonce);
        awaySince = undefined;
        doubt = found.state === 'doubtful' ? found.why : undefined;
        if (found.state === 'mined') return await minedOf(found.receipt, hash);
        gone = found.state === 'replaced' ? gone + 1 : 0;
        // Behind a balancer one node can know of a block that another has yet to see.
        if (gone === 3 || (gone > 0 && clock.now() > until)) throw replaced(hash, from, nonce);
        // A node may forget what waits, and a reorganisation what was mined.
        if (found.state === 'missing' && ++missing % 20 === 0)
          await provider.send('eth_sendRawTransaction', [raw]).catch(() => undefined);
      } catch (thrown) {
        if (!(thrown instanceof ZooError) || thrown.code !== 'no-rpc') throw thrown;
        awaySince ??= clock.now();
        if (clock.now() - awaySince > absence) throw unsure(hash);
      }
      if (clock.now() > until) throw doubt === undefined ? await stuck(hash, from, nonce) : contradiction(url, doubt);
      await clock.sleep(pollEvery, signal);
    }
  }

  type Sight =
    | { readonly state: 'missing' | 'replaced' | 'shallow' }
    | { readonly state: 'doubtful'; readonly why: string }
    | { readonly state: 'mined'; readonly receipt: TransactionReceipt };

  async function look(hash: string, from: string, nonce: number): Promise<Sight> {
    const receipt = await attempt(() => provider.getTransactionReceipt(hash));
    if (receipt === null) {
      const taken = (await countOf(from, 'latest')) > nonce;
      const gone = taken && (await attempt(() => provider.getTransactionReceipt(hash))) === null;
      return { state: gone ? 'replaced' : 'missing' };
    }
    if (receipt.hash !== hash || receipt.from.toLowerCase() !== from.toLowerCase())
      throw contradiction(url, `it gives the receipt of another transaction for ${hash}`);
    const depth = (await attempt(() => provider.getBlockNumber())) - receipt.blockNumber + 1;
    if (depth < confirmations) return { state: 'shallow' };
    // In the middle of a reorganisation the two may differ for a moment.
    const block = await attempt(() => provider.getBlock(receipt.blockNumber));
    if (block?.hash !== receipt.blockHash || !block.transactions.includes(hash))
      return { state: 'doubtful', why: `it has a receipt of ${hash}, and block ${receipt.blockNumber} is without it` };
    return { state: 'mined', receipt };
  }

  async function minedOf(receipt: TransactionReceipt, hash: string): Promise<Mined> {
    if (receipt.status !== 1) {
      const why = await failureOf(receipt, hash);
      throw new ZooError(
        'reverted',
        `transaction ${hash} was taken into block ${receipt.blockNumber}, and failed${why === undefined ? '' : `: ${why.message}`}`,
        {
          hint:
            why?.hint ?? 'Something changed since it was simulated. Run the command again to see what it lacks now.',
          data: { hash, ...why?.data },
        },
      );
    }
    const { blockNumber: block, gasUsed, fee } = receipt;
    return { hash, block, gasUsed, fee, events: sending.decodeEvents(receipt) };
  }

  /** A receipt does not say why; trying the call again as of that block does, unless something else changed in it. */
  async function failureOf(receipt: TransactionReceipt, hash: string): Promise<ZooError | undefined> {
    try {
      const sent = await provider.getTransaction(hash);
      if (sent === null) return undefined;
      if (receipt.gasUsed === sent.gasLimit) return new ZooError('reverted', 'it ran out of gas');
      const { from, to, data, value } = sent;
      await attempt(() => provider.call({ from, to, data, value, blockTag: receipt.blockNumber }));
      return undefined;
    } catch (thrown) {
      return thrown instanceof ZooError && thrown.code === 'reverted' ? thrown : undefined;
    }
  }

  async function stuck(hash: string, from: string, nonce: number): Promise<ZooError> {
    const mined = await countOf(from, 'latest');
    if (mined < nonce)
      return new ZooError(
        'nonce-gap',
        `transaction ${hash} has number ${nonce} of its account, and waits for number ${mined}, which is in no block`,
        {
          hint: 'What had that number was forgotten, or pays too little. The same command with --replace takes its place.',
          data: { hash, nonce, missing: mined },
        },
      );
    return new ZooError('not-mined', `transaction ${hash} is in no block yet`, {
      hint: 'It may still be taken, or it pays too little: the same command with --replace sends it in its place, at twice the fee.',
      data: { hash, nonce },
    });
  }

  function replaced(hash: string, from: string, nonce: number): ZooError {
    return new ZooError('transaction-replaced', `another transaction of ${from} took the place of ${hash}`, {
      hint: 'Run the command again; do not send from this account elsewhere at the same time.',
      data: { hash, nonce },
    });
  }

  /** Somebody who sends again must know that there may be one already. */
  function unsure(hash: string): ZooError {
    return new ZooError('no-rpc', `${shownUrl(url)} stopped answering; transaction ${hash} may be on its way`, {
      hint: 'Look for it with another node (ZOO_RPC_URL) or in a block explorer before you send it again.',
      data: { hash },
    });
  }
}
