import { readCar } from '../../../src/core/ipld/car.ts';
import { type Block, cidKey, formatCid } from '../../../src/core/ipld/cid.ts';
import { linksOf } from '../../../src/core/ipld/links.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { type FakeService, type Received, type Reply, fakeService, formFile } from './fake-service.ts';

export interface FakeKubo extends FakeService {
  readonly blocks: Map<string, Block>;
  readonly pinned: Set<string>;
  /** How often each block came. */
  readonly arrivals: Map<string, number>;
  /** Imports that pinned something. */
  pins: number;
  /** Takes what is sent, and then answers with this; once. */
  failOnce: Reply | undefined;
}

/** A Kubo node's RPC as far as zoo speaks it, answers worded as Kubo 0.43 words them. */
export async function fakeKubo(): Promise<FakeKubo> {
  const blocks = new Map<string, Block>();
  const arrivals = new Map<string, number>();
  const pinned = new Set<string>();
  const service = await fakeService(answer);
  const kubo: FakeKubo = { ...service, blocks, arrivals, pinned, pins: 0, failOnce: undefined };
  return kubo;

  async function answer(received: Received): Promise<Reply> {
    if (received.method !== 'POST') return { status: 405 };
    if (received.path === '/api/v0/pin/ls') return listPins(received.query.get('arg') ?? '');
    if (received.path === '/api/v0/dag/import') return await take(received);
    return { status: 404 };
  }

  function listPins(cid: string): Reply {
    if (pinned.has(cid)) return { body: { Keys: { [cid]: { Type: 'recursive', Name: '' } } } };
    return { status: 500, body: { Message: `path '${cid}' is not pinned`, Code: 0, Type: 'error' } };
  }

  async function take(received: Received): Promise<Reply> {
    const { file } = await formFile(received);
    const limits = { blockBytes: 2 ** 21, totalBytes: 2 ** 30 };
    const car = await readCar(pieces(file), sha256, limits);
    let count = 0;
    for await (const { cid, bytes } of car.blocks) {
      count++;
      const key = cidKey(cid);
      blocks.set(key, { cid, bytes: bytes.slice() });
      arrivals.set(key, (arrivals.get(key) ?? 0) + 1);
    }
    const lines: unknown[] = [];
    if (received.query.get('pin-roots') !== 'false')
      for (const root of car.roots) {
        const lacks = missingBelow(root);
        if (lacks === undefined) {
          pinned.add(formatCid(root));
          kubo.pins++;
        }
        lines.push({
          Root: {
            Cid: { '/': formatCid(root) },
            PinErrorMsg:
              lacks === undefined ? '' : `block was not found locally (offline): ipld: could not find ${lacks}`,
          },
        });
      }
    lines.push({ Stats: { BlockCount: count, BlockBytesCount: file.length } });
    const fail = kubo.failOnce;
    kubo.failOnce = undefined;
    return fail ?? { body: lines.map((line) => JSON.stringify(line)).join('\n') };
  }

  function missingBelow(cid: Uint8Array): string | undefined {
    const block = blocks.get(cidKey(cid));
    if (block === undefined) return formatCid(cid);
    for (const link of linksOf(block)) {
      const missing = missingBelow(link);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
