import {
  Signature,
  type TypedDataDomain,
  TypedDataEncoder,
  formatEther,
  getAddress,
  hexlify,
  toQuantity,
  toUtf8Bytes,
  verifyMessage,
  verifyTypedData,
} from 'ethers';
import { z } from 'zod';
import { voteChoices } from '../../../core/economy/proposal.ts';
import { ZooError, exitCode } from '../../../core/error.ts';
import type { RemoteAccount, ShownCall } from '../chain.ts';
import type { PageRequest, WalletPage } from './wallet-page.ts';

export interface BrowserAccountOptions {
  readonly chainId: number;
  /** The chain as people call it. */
  readonly network: string;
  /** What fees are paid in. */
  readonly currency: string;
  /** The account that it must be; any will do where undefined. */
  readonly address: string | undefined;
  /** Contracts by their lower-case address, for people. */
  readonly names: ReadonlyMap<string, string>;
}

/** Names and values, as they stand on the page. */
type Fields = readonly (readonly [name: string, value: string])[];

const connection = z.object({ address: z.string(), wallet: z.string().max(60) });

/** The account of a wallet in a browser. Nothing that the browser answers is believed: every signature is checked. */
export async function openBrowserAccount(
  page: WalletPage,
  { chainId, network, currency, address: wanted, names }: BrowserAccountOptions,
): Promise<RemoteAccount & { readonly wallet: string }> {
  const text = `zoo asks for ${wanted === undefined ? 'an account' : `the account ${wanted}`} on ${network} (chain ${chainId}).`;
  const connected = connection.safeParse(await page.ask({ kind: 'connect', account: wanted, chainId, network, text }));
  const address = connected.success ? checksummed(connected.data.address) : undefined;
  if (!connected.success || address === undefined) throw nonsense('an account');
  if (wanted !== undefined && getAddress(wanted) !== address)
    throw new ZooError('account-mismatch', `the browser offers ${address}, and ${wanted} was asked for`, {
      exitCode: exitCode.usage,
      hint: 'Choose that account in the wallet, or another one with --account (ZOO_WALLET).',
    });
  return { address, wallet: visible(connected.data.wallet), send, signMessage, signTypedData };

  async function send(call: ShownCall): Promise<string> {
    const { to, data, value, gas } = call;
    const hash = await ask({
      kind: 'transaction',
      title: visible(call.title),
      effects: call.effects.map(visible),
      fields: transactionFields(call),
      method: 'eth_sendTransaction',
      params: [
        {
          from: address,
          ...(to === null ? {} : { to }),
          data,
          value: toQuantity(value),
          gas: toQuantity(gas),
          chainId: toQuantity(chainId),
        },
      ],
    });
    if (typeof hash !== 'string' || !/^0x[0-9a-fA-F]{64}$/.test(hash)) throw nonsense('the hash of a transaction');
    page.tell(`The wallet sent ${hash}. zoo waits until it is in a block; leave this page open.`);
    return hash.toLowerCase();
  }

  async function signMessage(message: string | Uint8Array): Promise<string> {
    const bytes = typeof message === 'string' ? toUtf8Bytes(message) : message;
    const signature = await ask({
      kind: 'signature',
      title: 'Sign a message',
      effects: ['It is no transaction and moves nothing.'],
      fields: [['message', visible(typeof message === 'string' ? message : hexlify(message))]],
      method: 'personal_sign',
      params: [hexlify(bytes), address],
    });
    return checked(signature, (given) => verifyMessage(message, given));
  }

  async function signTypedData(...[domain, types, value]: Parameters<RemoteAccount['signTypedData']>): Promise<string> {
    const { primaryType } = TypedDataEncoder.from(types);
    const signature = await ask({
      kind: 'signature',
      title: `Sign: ${primaryType}`,
      effects: [signatureEffect(primaryType)],
      fields: [
        ['for', placeOf(domain)],
        ...Object.entries(value).map(
          ([name, part]) => [name, explained(primaryType, name, named(visible(textOf(part))))] as const,
        ),
      ],
      method: 'eth_signTypedData_v4',
      params: [address, JSON.stringify(TypedDataEncoder.getPayload(domain, types, value))],
    });
    return checked(signature, (given) => verifyTypedData(domain, types, value, given));
  }

  function ask(request: Omit<PageRequest, 'account' | 'chainId' | 'network'> & Pick<PageRequest, 'kind'>) {
    return page.ask({ ...request, kind: request.kind, account: address, chainId, network });
  }

  function checked(signature: unknown, recover: (given: string) => string): string {
    if (typeof signature !== 'string' || !/^0x([0-9a-fA-F]{2})+$/.test(signature)) throw nonsense('a signature');
    try {
      // Some devices end it with 0 or 1, which contracts do not take.
      const { serialized } = Signature.from(signature);
      if (recover(serialized) === address) return serialized;
    } catch {
      // It is none of the form that an account makes.
    }
    throw new ZooError(
      'wrong-signature',
      `what the wallet signed is not a signature of ${address} for what was asked`,
      {
        exitCode: exitCode.verification,
        hint: 'A contract that is a wallet cannot sign this: use --safe. Otherwise do not trust this wallet.',
      },
    );
  }

  function transactionFields({ to, decoded, proposed, fee, gas, data }: ShownCall): Fields {
    return [
      ['network', `${network} (chain ${chainId})`],
      ['from', address as string],
      ['to', to === null ? 'a new contract' : named(to)],
      ['function', decoded.function ?? 'unknown'],
      ...fieldsOf(decoded.arguments),
      ...proposed.flatMap((call): Fields => [
        ['proposes', `${call.contract ?? call.to}.${call.function ?? 'unknown'}`],
        ...fieldsOf(call.arguments),
      ]),
      ['fee', `at most ${inCoins(fee)} ${currency} (${gas} gas)`],
      ...(decoded.function === null ? [['data', data] as const] : []),
    ];
  }

  function placeOf({ name, verifyingContract, chainId: chain }: TypedDataDomain): string {
    const contract =
      verifyingContract === undefined || verifyingContract === null ? 'no contract' : named(verifyingContract);
    const where = chain === undefined || chain === null ? 'any chain' : `chain ${chain}`;
    return [visible(name ?? 'no name'), contract, where].join(', ');
  }

  function fieldsOf(values: Readonly<Record<string, string>>): Fields {
    return Object.entries(values).map(([name, value]) => [name, named(visible(value))] as const);
  }

  /** An address with the name of the contract that stands there. */
  function named(value: string): string {
    const name = names.get(value.toLowerCase());
    return name === undefined ? value : `${value} (${name})`;
  }
}

function signatureEffect(primaryType: string): string {
  if (primaryType === 'Permit')
    return 'It lets the spender take KEEPER of the owner, up to the value, until the deadline.';
  if (primaryType === 'Ballot' || primaryType === 'ExtendedBallot')
    return 'Whoever has this signature can cast the vote for you, once.';
  return 'Read it: a signature can let others act for the account.';
}

/** A number with what it means. */
function explained(primaryType: string, name: string, value: string): string {
  if (!/^\d{1,78}$/.test(value)) return value;
  if (primaryType === 'Permit' && name === 'value') return `${value} (${formatEther(value)} KEEPER)`;
  if (primaryType === 'Permit' && name === 'deadline' && value.length < 12)
    return `${value} (${new Date(Number(value) * 1000).toISOString()})`;
  if (primaryType.endsWith('Ballot') && name === 'support')
    return `${value} (${voteChoices[Number(value)] ?? 'no choice'})`;
  return value;
}

/** Characters that would make a text read otherwise than it is, told by their numbers. */
function visible(text: string): string {
  return text.replaceAll(/[[\p{Cc}\p{Cf}]--[\t\n]]/gv, (hidden) => `\\u{${(hidden.codePointAt(0) ?? 0).toString(16)}}`);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

function inCoins(wei: bigint): string {
  return (Number(wei / 10n ** 9n) / 1e9).toPrecision(3);
}

function checksummed(address: string): string | undefined {
  try {
    return getAddress(address);
  } catch {
    return undefined;
  }
}

function nonsense(what: string): ZooError {
  return new ZooError('browser-nonsense', `the browser answered with something that is not ${what}`, {
    exitCode: exitCode.verification,
    hint: 'Try another wallet.',
  });
}
