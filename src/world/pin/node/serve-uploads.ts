import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Sha256 } from '../../../core/digest.ts';
import { ZooError } from '../../../core/error.ts';
import { encodeCar, maximumBlockBytes, readCar } from '../../../core/ipld/car.ts';
import { formatCid, parseCid } from '../../../core/ipld/cid.ts';
import type { BlockStore, KeptCar } from '../pin.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { walk } from './walk.ts';

/** What web3.storage took at once. */
const uploadBytes = 100 * 1024 * 1024;
const pageAtMost = 100;

export interface Uploads {
  /** Undefined for a path that is none of this protocol's. */
  answer(request: IncomingMessage, url: URL): Promise<Answer | undefined>;
}

/**
 * The server's side of web3.storage's HTTP API: `POST /car`, `GET /car/:cid`, `GET /status/:cid`, `GET /user/uploads`,
 * each with a bearer token. Uploads may come as several CARs of one root.
 */
export function uploadsOf(blocks: BlockStore, sha256: Sha256, token: string): Uploads {
  /** Roots that were once found to be whole, with the bytes of their blocks: blocks are never taken away. */
  const whole = new Map<string, number>();

  return {
    answer: async (request, url) => {
      const route = /^\/(car|status|user\/uploads)(?:\/([A-Za-z0-9]+))?\/?$/.exec(url.pathname);
      if (route === null) return undefined;
      if (!authorized(request.headers.authorization)) return failure(401, 'a bearer token is needed');
      const [, what, cid] = route;
      try {
        if (what === 'car' && cid === undefined && request.method === 'POST') return await take(request);
        if (request.method !== 'GET' && request.method !== 'HEAD') return failure(405, 'this is not done here');
        if (what === 'user/uploads' && cid === undefined) return await listUploads(url);
        if (cid === undefined) return failure(404, 'a CID is needed');
        return what === 'car' ? await give(cid) : await tell(cid);
      } catch (thrown) {
        if (thrown instanceof ZooError && thrown.code === 'not-found') return failure(404, thrown.message);
        if (thrown instanceof ZooError) return failure(400, thrown.message);
        throw thrown;
      }
    },
  };

  function authorized(header: string | undefined): boolean {
    const given = Buffer.from(/^Bearer (.+)$/.exec(header ?? '')?.[1] ?? '');
    const expected = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  async function take(request: IncomingMessage): Promise<Answer> {
    const reading = await readCar(request, sha256, { blockBytes: maximumBlockBytes, totalBytes: uploadBytes });
    const [root, ...others] = reading.roots;
    if (root === undefined || others.length > 0) return failure(400, 'a CAR with one root is needed');
    const kept = await blocks.keep(root, reading.blocks, { whole: false, name: nameOf(request) });
    if (kept.blocks === 0) return failure(400, 'the CAR holds no block');
    return jsonAnswer(200, { cid: formatCid(root), carCid: null });
  }

  async function give(cid: string): Promise<Answer> {
    const root = parseCid(cid);
    // Everything is looked for before the first byte goes out, so that what cannot be given is a plain 404.
    for await (const _ of walk(blocks, root));
    return {
      status: 200,
      headers: { 'content-type': 'application/vnd.ipld.car', etag: `"${cid}"` },
      body: encodeCar(root, walk(blocks, root)),
    };
  }

  async function tell(cid: string): Promise<Answer> {
    const canonical = formatCid(parseCid(cid));
    const parts = (await blocks.list()).filter((one) => one.cid === canonical);
    if (parts.length === 0) return failure(404, 'nothing was uploaded under this CID');
    return jsonAnswer(200, await describe(parts));
  }

  async function listUploads(url: URL): Promise<Answer> {
    const before = url.searchParams.get('before') ?? '9999';
    const size = Math.min(pageAtMost, Math.max(1, Number(url.searchParams.get('size') ?? 25) || 25));
    const groups = [...Map.groupBy(await blocks.list(), ({ cid }) => cid).values()];
    const older = groups.filter((parts) => createdOf(parts) < before);
    const page = older.toSorted((one, other) => (createdOf(one) < createdOf(other) ? 1 : -1)).slice(0, size);
    const last = page.at(-1);
    const more = older.length > page.length && last !== undefined;
    const next = more ? `</user/uploads?size=${size}&before=${encodeURIComponent(createdOf(last))}>; rel="next"` : '';
    const uploads = await Promise.all(
      page.map(async (parts) => ({ ...(await describe(parts)), name: parts[0]?.name ?? 'Upload' })),
    );
    return jsonAnswer(200, uploads, more ? { link: next } : {});
  }

  async function describe(parts: readonly KeptCar[]): Promise<Record<string, unknown>> {
    const [newest] = parts as [KeptCar];
    const size = await wholeSize(newest.cid);
    const pin = { peerId: 'zoo', peerName: 'zoo', region: 'local', updated: newest.time };
    return {
      cid: newest.cid,
      created: createdOf(parts),
      updated: newest.time,
      dagSize: size ?? parts.reduce((sum, { bytes }) => sum + bytes, 0),
      pins: [{ ...pin, status: size === undefined ? 'Pinning' : 'Pinned' }],
      deals: [],
    };
  }

  async function wholeSize(cid: string): Promise<number | undefined> {
    const known = whole.get(cid);
    if (known !== undefined) return known;
    let size = 0;
    try {
      for await (const { bytes } of walk(blocks, parseCid(cid))) size += bytes.length;
    } catch (thrown) {
      if (thrown instanceof ZooError && thrown.code === 'not-found') return undefined;
      throw thrown;
    }
    whole.set(cid, size);
    return size;
  }
}

function createdOf(parts: readonly KeptCar[]): string {
  return parts.reduce((oldest, { time }) => (time < oldest ? time : oldest), '9999');
}

function nameOf(request: IncomingMessage): string | undefined {
  const header = request.headers['x-name'];
  if (typeof header !== 'string') return undefined;
  try {
    return decodeURIComponent(header).slice(0, 256);
  } catch {
    return undefined;
  }
}

function failure(status: number, message: string): Answer {
  return jsonAnswer(status, { name: 'Error', code: 'ERROR', message });
}
