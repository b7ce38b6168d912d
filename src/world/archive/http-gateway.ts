import { z } from 'zod';
import { ZooError, exitCode, messageOf } from '../../core/error.ts';
import type { ArchiveContent, ArchiveGateway, ArchiveMention, ArchiveQuery, SignedItem } from './archive.ts';
import { arweaveAddress, ethereumAddress, itemId, ownerBytes, verifyItem } from './ans104/data-item.ts';
import { findItem } from './ans104/find-item.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { type Host, askHost, bodyOf, readJson } from './request.ts';
import { chunkContent } from './transaction/chunks.ts';
import { decodeTransactionTags, transactionSchema, verifyTransaction } from './transaction/transaction.ts';

const idSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const mentionSchema = z.object({
  id: idSchema,
  tags: z.array(z.object({ name: z.string().max(3072), value: z.string().max(3072) })).max(128),
  block: z.object({ height: z.int().min(0), timestamp: z.int().min(0) }).nullish(),
});
const answerSchema = z.object({
  data: z.object({
    transactions: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean() }),
      edges: z.array(z.object({ cursor: z.string().max(4096), node: z.unknown() })).max(1000),
    }),
  }),
});

const query = `query($tags: [TagFilter!], $owners: [String!], $first: Int, $after: String) {
  transactions(tags: $tags, owners: $owners, first: $first, after: $after, sort: HEIGHT_ASC) {
    pageInfo { hasNextPage }
    edges { cursor node { id tags { name value } block { height timestamp } } }
  }
}`;

/** A gateway of Arweave: transactions by id, GraphQL by tag, contents. */
export function httpArchiveGateway(host: Host): ArchiveGateway {
  return { name: host.address, find, open };

  async function* find(wanted: ArchiveQuery, signal: AbortSignal): AsyncGenerator<ArchiveMention> {
    let [after, count]: [string | undefined, number] = [undefined, 0];
    for (;;) {
      const { pageInfo, edges } = await ask(wanted, after, signal);
      for (const { node } of edges) {
        const mention = mentionSchema.safeParse(node);
        // What has no id cannot be opened either.
        if (!mention.success) continue;
        if (++count > wanted.most) throw tooMany(host, wanted.most);
        const { id, tags, block } = mention.data;
        yield { id, tags, block: block == null ? null : { height: block.height, time: block.timestamp } };
      }
      const last = edges.at(-1)?.cursor;
      if (!pageInfo.hasNextPage || last === undefined || last === after) return;
      after = last;
    }
  }

  async function ask({ tags, owners }: ArchiveQuery, after: string | undefined, signal: AbortSignal) {
    const variables = { tags, owners: owners ?? null, first: 100, after: after ?? null };
    const response = await askHost(host, 'graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal,
    });
    return (await readJson(host, response, answerSchema)).data.transactions;
  }

  async function open(id: string, signal: AbortSignal): Promise<SignedItem> {
    if (!idSchema.safeParse(id).success) throw notFound(host, id);
    return (await openTransaction(id, signal)) ?? (await openItem(id, signal));
  }

  async function openTransaction(id: string, signal: AbortSignal): Promise<SignedItem | undefined> {
    const response = await askHost(host, `tx/${id}`, { signal, expected: [202, 400, 404, 410] });
    if (response.status !== 200) {
      await response.body?.cancel();
      return undefined;
    }
    const raw = await readJson(host, response, transactionSchema, 64 * 1024).catch((thrown: unknown) => {
      throw forged(host, id, messageOf(thrown));
    });
    const tags = decodeTransactionTags(raw);
    if (raw.id !== id || tags === undefined || !(await verifyTransaction(raw)))
      throw forged(host, id, 'its signature does not fit its id, or what it signs');
    const bytes = Number(raw.data_size);
    return {
      id,
      kind: 'transaction',
      owners: [arweaveAddress(fromBase64Url(raw.owner) as Uint8Array)],
      tags,
      proven: true,
      bytes,
      holds: async (content) =>
        content.bytes === bytes && toBase64Url((await chunkContent(content)).root) === raw.data_root,
      content: (ends) => contentOf(id, bytes, ends),
    };
  }

  /** A data item, whose signature binds its content as well and is verified with it. */
  async function openItem(id: string, signal: AbortSignal): Promise<SignedItem> {
    const found = await findItem(host, id, signal);
    if (found === undefined) throw notFound(host, id);
    const { head, tags, bytes } = found;
    if (head.owner.length !== ownerBytes || itemId(head.signature) !== id)
      throw forged(host, id, 'it is no data item that a key of Ethereum signed');
    return {
      id,
      kind: 'data-item',
      owners: [ethereumAddress(head.owner), arweaveAddress(head.owner)],
      tags,
      proven: false,
      bytes,
      holds: async (content: ArchiveContent) => content.bytes === bytes && (await verifyItem(head, content)),
      content: (ends) => contentOf(id, bytes, ends),
    };
  }

  async function* contentOf(id: string, most: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let response = await askHost(host, `raw/${id}`, { signal, expected: [404] });
    if (response.status === 404) {
      await response.body?.cancel();
      response = await askHost(host, id, { signal, expected: [202, 404] });
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw notFound(host, id);
    }
    let size = 0;
    for await (const piece of bodyOf(host, response, signal)) {
      size += piece.length;
      if (size > most) throw forged(host, id, `its content is longer than the ${most} bytes that were signed`);
      yield piece;
    }
  }
}

function notFound({ address }: Host, id: string): ZooError {
  return new ZooError('not-found', `${address} does not have ${id.slice(0, 64)}`, {
    hint: 'A transaction is found once it is in a block; name other gateways with --arweave-gateway (ZOO_ARWEAVE_GATEWAY).',
  });
}

function forged({ address }: Host, id: string, why: string): ZooError {
  return new ZooError('archive-forged', `${address} sent for ${id} what does not verify: ${why}`, {
    exitCode: exitCode.verification,
    hint: 'It is broken or lies; ask another one (--arweave-gateway, ZOO_ARWEAVE_GATEWAY).',
  });
}

function tooMany({ address }: Host, most: number): ZooError {
  return new ZooError('too-large', `${address} lists more than ${most} archives`, {
    exitCode: exitCode.verification,
    hint: 'Ask for those of one wallet alone: --author with its address.',
  });
}
