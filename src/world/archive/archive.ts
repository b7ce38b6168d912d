/** A tag of an archive; together they take at most {@link maximumTagBytes} bytes. */
export interface ArchiveTag {
  readonly name: string;
  readonly value: string;
}

/** Bytes of all names and values of the tags of one archive (the limit of Arweave's transactions). */
export const maximumTagBytes = 2048;

/** What is archived, read as often as is needed and never as a whole. */
export interface ArchiveContent {
  readonly bytes: number;
  stream(from?: number, length?: number): AsyncIterable<Uint8Array>;
}

/** What it costs and what there is to pay with, in winston: 10^12 are one AR, or one credit of a bundler. */
export interface ArchiveQuote {
  /** Who pays: an address of Arweave (base64url) or of Ethereum (0x…). */
  readonly payer: string;
  readonly price: bigint;
  readonly balance: bigint;
}

/** An archive that is signed and was not sent yet; its id will not change any more. */
export interface SignedArchive {
  /** 43 characters of base64url. */
  readonly id: string;
  /** The signed transaction or the signed head of the data item; what is archived follows from elsewhere. */
  readonly payload: Uint8Array;
}

/**
 * `pending` was taken and is in no block yet; `mined` is in a block; `confirmed` is in one that enough others follow;
 * `failed` never will be in one.
 */
type ArchiveState = 'absent' | 'pending' | 'mined' | 'confirmed' | 'failed';

export interface ArchiveReport {
  readonly state: ArchiveState;
  readonly detail?: string | undefined;
}

/** What is remembered of an upload from one process to the next. */
export interface ArchiveProgress {
  readonly remembered: Readonly<Record<string, string | number>>;
  /** Resolves when it is on the disk. */
  remember(values: Readonly<Record<string, string | number>>): Promise<void>;
}

/** A way to Arweave that is paid for. Errors are ZooErrors; no key ever stands in one. */
export interface Archive {
  /** The network, or the bundler, whatever gateway leads there; it holds no secret. */
  readonly target: string;
  /** Another one can be signed only when the one before it is in a block. */
  readonly oneAtATime: boolean;
  /** @param bytes of the content */
  quote(bytes: number, tags: readonly ArchiveTag[]): Promise<ArchiveQuote>;
  /** Signs, and sends nothing. */
  sign(content: ArchiveContent, tags: readonly ArchiveTag[], quote: ArchiveQuote): Promise<SignedArchive>;
  /** @param signed undefined where another machine signed it */
  status(id: string, signed: SignedArchive | undefined): Promise<ArchiveReport>;
  /** Id of the payer's last transaction that is in a block, where the network keeps account of it. */
  lastOf?(payer: string): Promise<string>;
  /** Sends what was not sent yet. Doing it again does no harm and costs nothing: the id is the same. */
  send(
    signed: SignedArchive,
    content: ArchiveContent,
    progress: ArchiveProgress,
    signal: AbortSignal,
  ): Promise<ArchiveReport>;
}

/** What archives are looked for by: every tag has to have one of the values. */
export interface ArchiveQuery {
  readonly tags: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** Addresses of Arweave that own them; everybody's unless given. */
  readonly owners?: readonly string[] | undefined;
  /** Archives at most. */
  readonly most: number;
}

/** What a gateway says it has; nothing of it is proven. */
export interface ArchiveMention {
  readonly id: string;
  readonly tags: readonly ArchiveTag[];
  /** Null while it is in no block. */
  readonly block: { readonly height: number; readonly time: number } | null;
}

/** An archive with its signature. */
export interface SignedItem {
  readonly id: string;
  readonly kind: 'transaction' | 'data-item';
  /** Addresses that name the signer: of Arweave and, for a key of Ethereum, 0x…; lower case. */
  readonly owners: readonly string[];
  readonly tags: readonly ArchiveTag[];
  /** The id and the signature bind owner and tags. Of a data item they do only together with its content: see `holds`. */
  readonly proven: boolean;
  /** Bytes of the content. */
  readonly bytes: number;
  /** True when this is exactly the content that was signed, under this id. */
  holds(content: ArchiveContent): Promise<boolean>;
  /** The content as the gateway sends it: proven by `holds` alone. */
  content(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Where archives are looked up; nothing that it says is believed unless it verifies. */
export interface ArchiveGateway {
  readonly name: string;
  find(query: ArchiveQuery, signal: AbortSignal): AsyncIterable<ArchiveMention>;
  /** @throws ZooError `not-found`, `gateway-failed`, `archive-forged` (exit 5) when id and signature do not fit */
  open(id: string, signal: AbortSignal): Promise<SignedItem>;
}
