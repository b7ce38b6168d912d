import type { IncomingMessage } from 'node:http';
import { ZooError } from '../../../core/error.ts';
import { encodeCar } from '../../../core/ipld/car.ts';
import { type Block, type CidBytes, codecOf, codecs, formatCid, fromLink, parseCid } from '../../../core/ipld/cid.ts';
import { readUnixFsNode } from '../../../core/ipld/unixfs-file.ts';
import type { BlockStore } from '../pin.ts';
import { type Answer, refusal } from './answer.ts';
import { type ByteRange, readRange } from './range.ts';
import { resolvePath } from './resolve-path.ts';
import { blockOf, walk } from './walk.ts';

/** A path gateway's answer about an empty identity block, with which clients probe (trustless gateway spec, 5.1). */
const probeCid = 'bafkqaaa';

type Format = 'raw' | 'car' | 'content';

/**
 * `GET /ipfs/{cid}[/path]` of a trustless gateway, and of a path gateway as much as zoo's own snapshots need: raw
 * blocks, CARs of a block or of all below it, records and files as they are.
 */
export async function serveIpfs(request: IncomingMessage, url: URL, blocks: BlockStore): Promise<Answer> {
  const format = formatOf(request, url);
  if (format === undefined) return refusal(406, 'formats: raw, car');
  const [name = '', ...segments] = url.pathname
    .slice('/ipfs/'.length)
    .split('/')
    .filter((part) => part !== '');
  if (name === probeCid) return probe(format);
  let root: CidBytes;
  let path: readonly string[];
  try {
    root = parseCid(name);
    path = segments.map(decodeURIComponent);
  } catch (thrown) {
    return refusal(400, thrown instanceof ZooError ? thrown.message : 'the path cannot be read');
  }
  try {
    const way = await resolvePath(blocks, root, path);
    return await answerBlock({ request, url, blocks, format, way, root, path });
  } catch (thrown) {
    if (thrown instanceof ZooError && thrown.code === 'not-found') return refusal(404, thrown.message);
    throw thrown;
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly blocks: BlockStore;
  readonly format: Format;
  readonly way: readonly [Block, ...Block[]];
  readonly root: CidBytes;
  readonly path: readonly string[];
}

async function answerBlock(asked: Asked): Promise<Answer> {
  const { request, url, blocks, format, way, root, path } = asked;
  const block = way.at(-1) as Block;
  const cid = formatCid(block.cid);
  const scope = url.searchParams.get('dag-scope') ?? 'all';
  const etag = format === 'car' ? `"${cid}.car.${scope}"` : format === 'raw' ? `"${cid}.raw"` : `"${cid}"`;
  const headers = {
    etag,
    'cache-control': 'public, max-age=29030400, immutable',
    'x-ipfs-path': `/ipfs/${[formatCid(root), ...path.map(encodeURIComponent)].join('/')}`,
    'x-ipfs-roots': way.map((one) => formatCid(one.cid)).join(','),
  };
  if (matches(request.headers['if-none-match'], etag)) return { status: 304, headers };
  switch (format) {
    case 'raw':
      return ranged(request, block.bytes.length, (range) => slice(block.bytes, range), {
        ...headers,
        'content-type': 'application/vnd.ipld.raw',
        'content-disposition': `attachment; filename="${cid}.bin"`,
      });
    case 'car':
      return await carAnswer(asked, scope, {
        ...headers,
        'content-type': 'application/vnd.ipld.car; version=1; order=dfs; dups=n',
        'content-disposition': `attachment; filename="${cid}.car"`,
        'accept-ranges': 'none',
      });
    case 'content':
      return await contentAnswer(request, block, blocks, headers);
  }
}

async function carAnswer(
  { blocks, way, root, path }: Asked,
  scope: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  if (!['all', 'entity', 'block'].includes(scope)) return refusal(400, 'dag-scope is all, entity or block');
  const block = way.at(-1) as Block;
  const whole = scope === 'all' && path.length === 0 ? await blocks.car(root) : undefined;
  if (whole !== undefined)
    return { status: 200, headers: { ...headers, 'content-length': String(whole.bytes) }, body: whole.stream() };
  // An entity is a file with its content; anything else is one block.
  const below = scope === 'all' || (scope === 'entity' && codecOf(block.cid) === codecs.dagPb && isFile(block));
  const stream = async function* (): AsyncGenerator<Block> {
    yield* way.slice(0, -1);
    if (below) yield* walk(blocks, block.cid);
    else yield block;
  };
  return { status: 200, headers, body: encodeCar(root, stream()) };
}

async function contentAnswer(
  request: IncomingMessage,
  block: Block,
  blocks: BlockStore,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  switch (codecOf(block.cid)) {
    case codecs.raw: {
      const type = block.bytes[0] === 0x7b || block.bytes[0] === 0x5b ? 'application/json' : 'application/octet-stream';
      return ranged(request, block.bytes.length, (range) => slice(block.bytes, range), {
        ...headers,
        'content-type': type,
      });
    }
    case codecs.dagPb: {
      const { type, size, inline } = readUnixFsNode(block, fromLink);
      if (type !== 'file') return refusal(501, 'folders are not listed here: name a path in them, or ask for a CAR');
      return ranged(request, size ?? inline.length, (range) => fileContent(blocks, block, range), {
        ...headers,
        'content-type': 'application/octet-stream',
      });
    }
    case codecs.dagCbor:
      return ranged(request, block.bytes.length, (range) => slice(block.bytes, range), {
        ...headers,
        'content-type': 'application/vnd.ipld.dag-cbor',
      });
  }
}

function ranged(
  request: IncomingMessage,
  size: number,
  body: (range: ByteRange) => Uint8Array | AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Answer {
  const range = readRange(request.headers.range, size);
  const offered = { ...headers, 'accept-ranges': 'bytes' };
  if (range === 'unsatisfiable')
    return { status: 416, headers: { ...offered, 'content-range': `bytes */${size}` }, body: '' };
  if (range === undefined)
    return {
      status: 200,
      headers: { ...offered, 'content-length': String(size) },
      body: body({ start: 0, end: size }),
    };
  const { start, end } = range;
  return {
    status: 206,
    headers: {
      ...offered,
      'content-range': `bytes ${start}-${end - 1}/${size}`,
      'content-length': String(end - start),
    },
    body: body(range),
  };
}

/** Blocks of one file at most: one that repeats itself without end is not followed. */
const fileBlocksAtMost = 1_000_000;

/** The bytes [start, end) of a UnixFS file; a block that stands in it twice is read twice. */
async function* fileContent(blocks: BlockStore, file: Block, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  const waiting = [file.cid];
  let [at, visited] = [0, 0];
  for (let cid = waiting.pop(); cid !== undefined && at < end; cid = waiting.pop()) {
    if (++visited > fileBlocksAtMost) throw new ZooError('too-large', 'a file has too many blocks');
    const block = await blockOf(blocks, cid);
    const node = codecOf(cid) === codecs.raw ? undefined : readUnixFsNode(block, fromLink);
    const bytes = node?.inline ?? block.bytes;
    const part = bytes.subarray(Math.max(0, start - at), Math.max(0, end - at));
    at += bytes.length;
    if (part.length > 0) yield part;
    waiting.push(...(node?.links ?? []).map((link) => link.cid).toReversed());
  }
}

function slice(bytes: Uint8Array, { start, end }: ByteRange): Uint8Array {
  return bytes.subarray(start, end);
}

function isFile(block: Block): boolean {
  return readUnixFsNode(block, fromLink).type === 'file';
}

/** The query comes before the Accept header; undefined for a format that is not served. */
function formatOf(request: IncomingMessage, url: URL): Format | undefined {
  const asked = url.searchParams.get('format');
  if (asked !== null) return asked === 'raw' || asked === 'car' ? asked : undefined;
  const accept = request.headers.accept ?? '*/*';
  if (accept.includes('application/vnd.ipld.car')) return 'car';
  if (accept.includes('application/vnd.ipld.raw')) return 'raw';
  return 'content';
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
}

async function probe(format: Format): Promise<Answer> {
  if (format === 'car') return refusal(400, 'a probe is a raw block');
  return { status: 200, headers: { 'content-type': 'application/vnd.ipld.raw' }, body: '' };
}
