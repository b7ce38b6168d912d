import { type JsonRpcProvider, Transaction, type TransactionResponse } from 'ethers';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Clock } from '../clock/clock.ts';
import type { Call, Signed } from './chain.ts';

interface FollowOptions {
  readonly provider: JsonRpcProvider;
  readonly clock: Clock;
  /** Milliseconds between looks. */
  readonly pollEvery: number;
  readonly attempt: <T>(act: () => Promise<T>) => Promise<T>;
}

/** What the wallet says. */
interface Sent {
  readonly hash: string;
  readonly from: string;
  readonly call: Call;
}

/** Milliseconds after which a transaction that the node has not heard of counts as not sent there. */
const patience = 60_000;

/**
 * The transaction that a wallet elsewhere says it sent, put together again with its signature, so that neither the
 * wallet nor the node has to be believed that it is that call of that account.
 *
 * @throws ZooError `transaction-unknown`, `wallet-changed-call`
 */
export async function followTransaction(
  { provider, clock, pollEvery, attempt }: FollowOptions,
  sent: Sent,
  signal?: AbortSignal,
): Promise<Signed> {
  const { hash } = sent;
  const until = clock.now() + patience;
  for (;;) {
    signal?.throwIfAborted();
    const found = await attempt(() => provider.getTransaction(hash));
    if (found !== null) return check(rebuild(found), sent);
    if (clock.now() > until)
      throw new ZooError(
        'transaction-unknown',
        `the wallet says that it sent ${hash}, and this node has not heard of it`,
        {
          hint: 'It may have sent it through a node of another chain. Look for it in a block explorer before you send anything again.',
          data: { hash },
        },
      );
    await clock.sleep(pollEvery, signal);
  }
}

function rebuild(found: TransactionResponse): Transaction {
  const { type, to, nonce, gasLimit, data, value, chainId, signature, accessList, authorizationList } = found;
  const price =
    type === 0 || type === 1
      ? { gasPrice: found.gasPrice }
      : { maxFeePerGas: found.maxFeePerGas, maxPriorityFeePerGas: found.maxPriorityFeePerGas };
  const lists = {
    ...(type === 0 ? {} : { accessList }),
    ...(type === 4 ? { authorizationList } : {}),
  };
  return Transaction.from({ type, to, nonce, gasLimit, data, value, chainId, signature, ...price, ...lists });
}

function check(found: Transaction, { hash, from, call: { to, data, value } }: Sent): Signed {
  const same =
    found.hash === hash &&
    found.from === from &&
    (found.to ?? '').toLowerCase() === (to ?? '').toLowerCase() &&
    found.data.toLowerCase() === data.toLowerCase() &&
    found.value === value;
  if (same) return { raw: found.serialized, hash, from, nonce: found.nonce, address: null };
  throw new ZooError('wallet-changed-call', `transaction ${hash} is not the one that was shown`, {
    exitCode: exitCode.verification,
    hint: 'The wallet sent something else. Look at it in a block explorer, and do not trust this wallet.',
    data: { hash },
  });
}
