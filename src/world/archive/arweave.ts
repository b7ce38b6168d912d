import Arweave from 'arweave';
import { ZooError } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import type {
  Archive,
  ArchiveContent,
  ArchiveProgress,
  ArchiveQuote,
  ArchiveReport,
  ArchiveTag,
  SignedArchive,
} from './archive.ts';
import { type ArweaveKey, walletAddress } from './arweave-key.ts';
import { toBase64Url } from './base64url.ts';
import { type Host, askHost, readText } from './request.ts';
import { readStatus } from './status.ts';
import { type ArweaveChunk, chunkContent } from './transaction/chunks.ts';
import { encodeTransactionTags, transactionSchema, unsigned } from './transaction/transaction.ts';

export interface ArweaveOptions {
  /** A gateway that takes transactions. */
  readonly host: Host;
  /** Name of the network, as `GET /info` tells it. */
  readonly network: string;
  /** Asked for when something is paid. */
  readonly key: () => Promise<ArweaveKey>;
}

/**
 * A transaction of Arweave (format 2) by the `arweave` package, its content sent in chunks.
 *
 * Its anchor is the wallet's last transaction, not a recent block: the network takes one transaction after another only
 * once. Two machines that sign the same version at the same time therefore pay once, whatever their gateways say, and a
 * transaction can be given up for certain as soon as another one of the wallet is in a block. The price is that a wallet
 * archives one version a block.
 */
export function arweaveArchive({ host, network, key }: ArweaveOptions): Archive {
  return { target: `arweave:${network}`, oneAtATime: true, quote, sign, status, send, lastOf: lastTransaction };

  async function quote(bytes: number): Promise<ArchiveQuote> {
    const payer = walletAddress(await key());
    const [price, balance] = [await winston(`price/${bytes}`), await winston(`wallet/${payer}/balance`)];
    return { payer, price, balance };
  }

  async function sign(
    content: ArchiveContent,
    tags: readonly ArchiveTag[],
    { price }: ArchiveQuote,
  ): Promise<SignedArchive> {
    const jwk = await key();
    const { root } = await chunkContent(content);
    const raw = {
      format: 2,
      id: '',
      last_tx: await lastTransaction(walletAddress(jwk)),
      owner: jwk.n,
      tags: encodeTransactionTags(tags),
      target: '',
      quantity: '0',
      data_size: String(content.bytes),
      data_root: toBase64Url(root),
      reward: String(price),
      signature: '',
    } as const;
    const transaction = unsigned({ ...raw, tags: [...raw.tags] });
    await Arweave.init({}).transactions.sign(transaction, jwk);
    const signed = { ...raw, id: transaction.id, signature: transaction.signature };
    return { id: signed.id, payload: new TextEncoder().encode(JSON.stringify(signed)) };
  }

  async function status(id: string, signed: SignedArchive | undefined): Promise<ArchiveReport> {
    const report = await readStatus(host, id);
    if (report.state !== 'absent' || signed === undefined) return report;
    const { last_tx: anchor, owner } = rawOf(signed);
    // What follows another transaction than the wallet's last will never be taken.
    const last = await lastTransaction(walletAddress({ n: owner }));
    if (last === anchor) return report;
    // The wallet's last one is this one: the network has it, though this gateway does not find it.
    if (last === id) return { state: 'mined', detail: 'in a block; the gateway does not find it yet' };
    return { state: 'failed', detail: 'the wallet made another transaction before this one was in a block' };
  }

  async function send(
    signed: SignedArchive,
    content: ArchiveContent,
    progress: ArchiveProgress,
    signal: AbortSignal,
  ): Promise<ArchiveReport> {
    await post(signed, signal);
    const raw = rawOf(signed);
    const { root, chunks } = await chunkContent(content);
    if (toBase64Url(root) !== raw.data_root)
      throw new ZooError('archive-content-changed', 'what would be sent is not what was signed', {
        hint: 'Run "zoo ledger fsck"; the blocks lie in --ipfs-dir (ZOO_IPFS_DIR).',
      });
    for (const [index, chunk] of chunks.entries()) {
      if (index < Number(progress.remembered['chunks'] ?? 0)) continue;
      await sendChunk(raw, content, chunk, signal);
      await progress.remember({ chunks: index + 1 });
    }
    await progress.remember({ complete: 1 });
    return await status(signed.id, signed);
  }

  /** Brings the transaction there unless it is there. An error after it was taken is no error. */
  async function post(signed: SignedArchive, signal: AbortSignal): Promise<void> {
    if ((await readStatus(host, signed.id)).state !== 'absent') return;
    try {
      const body = JSON.stringify({ ...rawOf(signed), data: '' });
      const headers = { 'content-type': 'application/json' };
      const answer = await askHost(host, 'tx', { method: 'POST', headers, body, signal, expected: [208] });
      await answer.body?.cancel();
    } catch (thrown) {
      signal.throwIfAborted();
      if ((await readStatus(host, signed.id)).state === 'absent') throw thrown;
    }
  }

  async function sendChunk(
    raw: ReturnType<typeof rawOf>,
    content: ArchiveContent,
    { start, end, offset, path }: ArweaveChunk,
    signal: AbortSignal,
  ): Promise<void> {
    const pieces: Uint8Array[] = [];
    for await (const piece of content.stream(start, end - start)) pieces.push(piece);
    const body = JSON.stringify({
      data_root: raw.data_root,
      data_size: raw.data_size,
      data_path: toBase64Url(path),
      offset: String(offset),
      chunk: Buffer.concat(pieces).toString('base64url'),
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await askHost(host, 'chunk', { method: 'POST', headers, body, signal });
    await answer.body?.cancel();
  }

  /** Id of the wallet's last transaction that is in a block; empty before the first. */
  async function lastTransaction(address: string): Promise<string> {
    const text = (await readText(host, await askHost(host, `wallet/${address}/last_tx`), 1024)).trim();
    if (/^([A-Za-z0-9_-]{43})?$/.test(text)) return text;
    throw unexpected(host, 'the last transaction of a wallet');
  }

  async function winston(path: string): Promise<bigint> {
    const text = (await readText(host, await askHost(host, path), 1024)).trim();
    if (/^\d{1,30}$/.test(text)) return BigInt(text);
    throw unexpected(host, 'an amount');
  }
}

function rawOf({ payload }: SignedArchive) {
  return parseJson(new TextDecoder().decode(payload), transactionSchema, 'the signed transaction');
}

function unexpected({ address }: Host, what: string): ZooError {
  return new ZooError('archive-refused', `${address} answered something else than ${what}`, {
    hint: 'Check that it is a gateway of Arweave (--arweave-gateway, ZOO_ARWEAVE_GATEWAY).',
  });
}
