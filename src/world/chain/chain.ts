import type { BaseWallet } from 'ethers';
import type { BondVault } from './bindings/BondVault.ts';
import type { ExperienceRegistry } from './bindings/ExperienceRegistry.ts';
import type { KeeperToken } from './bindings/KeeperToken.ts';
import type { Reputation } from './bindings/Reputation.ts';
import type { TimelockController } from './bindings/TimelockController.ts';
import type { Treasury } from './bindings/Treasury.ts';
import type { ZooGovernor } from './bindings/ZooGovernor.ts';

/** The contracts of a deployment by their part in it, typed from their ABI. */
export interface Contracts {
  readonly token: KeeperToken;
  readonly timelock: TimelockController;
  readonly vault: BondVault;
  readonly reputation: Reputation;
  readonly registry: ExperienceRegistry;
  readonly governor: ZooGovernor;
  readonly treasury: Treasury;
}

export type ContractRole = keyof Contracts;

export const contractNames = {
  token: 'KeeperToken',
  timelock: 'TimelockController',
  vault: 'BondVault',
  reputation: 'Reputation',
  registry: 'ExperienceRegistry',
  governor: 'ZooGovernor',
  treasury: 'Treasury',
} as const satisfies Record<ContractRole, string>;

export const contractRoles = Object.keys(contractNames) as readonly ContractRole[];

/** Checksummed addresses. */
export type Addresses = Readonly<Record<ContractRole, string>>;

/** A call to a contract, or the making of one where `to` is null. */
export interface Call {
  readonly to: string | null;
  /** 0x and hexadecimal digits. */
  readonly data: string;
  /** In wei. */
  readonly value: bigint;
}

/** Who signs. The key stays inside. */
export type Account = Pick<BaseWallet, 'address' | 'signTransaction' | 'signTypedData' | 'signMessage'> & {
  readonly signingKey: Pick<BaseWallet['signingKey'], 'publicKey'>;
};

/** A call as people see it before it is sent. */
export interface ShownCall extends Call {
  readonly title: string;
  /** What comes of it, in sentences. */
  readonly effects: readonly string[];
  readonly decoded: DecodedCall;
  /** What a proposal does once it is executed, where the call is about one. */
  readonly proposed: readonly DecodedCall[];
  readonly gas: bigint;
  /** Wei, at most. */
  readonly fee: bigint;
}

/** A wallet that is elsewhere, such as in a browser: it shows what it is to sign, and sends transactions by itself. */
export type RemoteAccount = Pick<BaseWallet, 'address' | 'signTypedData' | 'signMessage'> & {
  /** @returns the hash of what it says it sent */
  send(call: ShownCall): Promise<string>;
};

/** Whoever can sign. */
export type Signatory = Account | RemoteAccount;

/** EIP-712, as ethers takes it. */
export interface TypedData {
  readonly domain: Parameters<BaseWallet['signTypedData']>[0];
  readonly types: Parameters<BaseWallet['signTypedData']>[1];
  readonly message: Readonly<Record<string, unknown>>;
}

/** What a transaction takes, as the node sees it before it is sent. */
export interface Estimate {
  readonly gas: bigint;
  /** Wei a unit of gas, at most; what is signed never pays more. */
  readonly gasPrice: bigint;
  /** Of it for who makes the block (EIP-1559); null on a chain that knows one price alone. */
  readonly tip: bigint | null;
  /** Wei, at most. */
  readonly fee: bigint;
}

export interface SignOptions {
  /** Takes the place of the first transaction of the account that waits, instead of standing behind it. */
  readonly replace?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A transaction that needs nothing more than to be sent; sending it twice changes nothing. */
export interface Signed {
  readonly raw: string;
  readonly hash: string;
  readonly from: string;
  readonly nonce: number;
  /** Where the contract comes to stand that it makes; null for a call. */
  readonly address: string | null;
}

export interface DecodedEvent {
  readonly address: string;
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface DecodedCall {
  readonly to: string;
  /** Name of the contract, where it is known. */
  readonly contract: string | null;
  readonly function: string | null;
  readonly arguments: Readonly<Record<string, string>>;
}

export interface Mined {
  readonly hash: string;
  readonly block: number;
  readonly gasUsed: bigint;
  /** In wei. */
  readonly fee: bigint;
  readonly events: readonly DecodedEvent[];
}

/** A node of an EVM chain. Everything that goes wrong is a ZooError in plain words. */
export interface Chain {
  readonly chainId: number;
  /** Contracts to read from, at the addresses given. */
  contracts(addresses: Addresses): Contracts;
  /** Seconds since the Unix epoch, as the newest block has it. */
  now(): Promise<number>;
  balance(address: string): Promise<bigint>;
  blockNumber(): Promise<number>;
  /** Hash of block 0: tells a development chain from one that was there before. */
  genesis(): Promise<string>;
  /** The transactions that an account has sent. */
  sentBy(address: string): Promise<number>;
  /** What the bytes of a call say, as far as the contracts are known. */
  decode(call: Call, addresses?: Addresses): DecodedCall;
  /** Tries a call without sending it. @throws ZooError `reverted`, saying what the contract lacks */
  simulate(from: string, call: Call): Promise<Estimate>;
  /** Pays no more than the estimate says. @throws ZooError `wrong-chain`, `transactions-waiting` */
  sign(account: Account, call: Call, estimate: Estimate, options?: SignOptions): Promise<Signed>;
  broadcast(signed: Signed): Promise<void>;
  /** Whether a signature of typed data is that of an account, or one that a contract takes for its own (EIP-1271). */
  isSigned(by: string, data: TypedData, signature: string): Promise<boolean>;
  /**
   * The transaction that a wallet elsewhere says it sent.
   *
   * @throws ZooError `wallet-changed-call` unless it is that call of that account, `transaction-unknown`
   */
  follow(hash: string, from: string, call: Call, signal?: AbortSignal): Promise<Signed>;
  /**
   * Resolves when the transaction is in a block and stays there: reorganisations and a node that is away for a while are
   * waited through.
   *
   * @throws ZooError `transaction-replaced`, `not-mined`, `nonce-gap`, `reverted`, `rpc-lies`
   */
  wait(signed: Signed, signal?: AbortSignal): Promise<Mined>;
  /** Events of an address by their name, the oldest first; asks in parts where the node refuses a large range. */
  events(
    role: ContractRole,
    address: string,
    name: string,
    fromBlock: number,
    toBlock?: number,
  ): Promise<readonly LoggedEvent[]>;
  /** The block that a contract was made in; 0 where the node does not keep the past. */
  firstBlock(address: string): Promise<number>;
  /** The transaction data that makes a contract. */
  creation(role: ContractRole, constructorArguments: readonly unknown[]): Call;
  /** Keccak-256 of a text's UTF-8, as the Governor names descriptions. */
  hashText(text: string): string;
  /** What the Governor calls a proposal, decimal: it binds the calls and every letter of the description. */
  proposalId(calls: readonly Call[], description: string): string;
  /** Whether the code at an address is that of the artifact, immutables aside, and its Keccak hash. */
  inspect(role: ContractRole, address: string): Promise<CodeFound>;
}

export interface LoggedEvent {
  readonly block: number;
  readonly transaction: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface CodeFound {
  readonly state: 'missing' | 'different' | 'matching';
  /** Keccak-256 of the code; null where there is none. */
  readonly codeHash: string | null;
}
