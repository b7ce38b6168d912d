import { CarReader, CarWriter as OracleWriter } from '@ipld/car';
import { array, assert, asyncProperty, integer, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../src/core/error.ts';
import { CarWriter, encodeCar, readCar } from '../../../src/core/ipld/car.ts';
import { type Block, type Codec, cidOf, codecs, formatCid, parseCid, toLink } from '../../../src/core/ipld/cid.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';

const limits = { blockBytes: 4096, totalBytes: 1024 * 1024 };

function blockOf(bytes: Uint8Array, codec: Codec = codecs.raw): Block {
  return { cid: cidOf(codec, sha256(bytes)), bytes };
}

async function joined(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(bytes: Uint8Array, size = 64, within = limits) {
  const { roots, blocks } = await readCar(pieces(bytes, size), sha256, within);
  const found = [];
  for await (const block of blocks) found.push({ ...block, bytes: block.bytes.slice() });
  return { roots, found };
}

async function codeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
  } catch (thrown) {
    if (thrown instanceof ZooError) return `${thrown.code} ${thrown.exitCode}`;
    throw thrown;
  }
  return 'nothing';
}

const contents = array(uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 12 });

describe('a CAR', () => {
  it('is what the reference library reads and writes', async () => {
    await assert(
      asyncProperty(contents, async (many) => {
        const blocks = many.map((bytes) => blockOf(bytes));
        const [root] = blocks as [Block];
        const ours = await joined(encodeCar(root.cid, blocks));
        const reader = await CarReader.fromBytes(ours);
        expect((await reader.getRoots()).map(String)).toEqual([formatCid(root.cid)]);
        const { writer, out } = OracleWriter.create([toLink(root.cid)]);
        const theirs = joined(out);
        for (const { cid, bytes } of blocks) await writer.put({ cid: toLink(cid), bytes });
        await writer.close();
        expect(Buffer.from(ours).equals(await theirs)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('reads back whatever pieces it comes in, with where each block lies', async () => {
    await assert(
      asyncProperty(contents, integer({ min: 1, max: 500 }), async (many, size) => {
        const blocks = many.map((bytes) => blockOf(bytes));
        const car = await joined(encodeCar((blocks[0] as Block).cid, blocks));
        const { roots, found } = await readAll(car, size);
        expect(roots).toEqual([(blocks[0] as Block).cid]);
        expect(found.map(({ bytes }) => bytes)).toEqual(many.map((bytes) => Uint8Array.from(bytes)));
        for (const { bytes, offset } of found) expect(car.slice(offset, offset + bytes.length)).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it('is the same from a writer that reuses its memory, when each piece is done with before the next', () => {
    assert(
      property(array(uint8Array({ maxLength: 2000 }), { minLength: 1, maxLength: 40 }), (many) => {
        const blocks = many.map((bytes) => blockOf(bytes));
        const write = (reuse: boolean) => {
          const writer = new CarWriter((blocks[0] as Block).cid, { pieceBytes: 1024, reuse });
          const parts: Uint8Array[] = [];
          for (const { cid, bytes } of blocks) parts.push(...writer.add(cid, bytes).map((piece) => piece.slice()));
          parts.push(writer.end().slice());
          return Buffer.concat(parts);
        };
        expect(write(true).equals(write(false))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('with any byte changed or cut off is refused, or says what it said', async () => {
    const blocks = ['one', 'two', 'three'].map((text) => blockOf(new TextEncoder().encode(text)));
    const car = await joined(encodeCar((blocks[0] as Block).cid, blocks));
    const before = (await readAll(car)).found;
    for (let at = 0; at < car.length; at++) {
      for (const changed of [car[at]! ^ 0x01, car[at]! ^ 0x80, 0xff]) {
        const bad = car.slice();
        bad[at] = changed;
        const code = await codeOf(async () => {
          // A change in the roots' own digest or in nothing is all that may pass; no block may say something else.
          expect((await readAll(bad)).found.map(({ bytes }) => bytes)).toEqual(before.map(({ bytes }) => bytes));
        });
        expect(code).toMatch(/^(nothing|(invalid-car|block-mismatch|too-large|invalid-cid) [15])$/);
      }
      // What ends between two blocks cannot be told from one that was meant to end there.
      if (at > 0 && at < 59) expect(await codeOf(() => readAll(car.slice(0, at)))).toBe('invalid-car 5');
    }
  });

  it('that claims more than is allowed is refused before it is read', async () => {
    const large = blockOf(new Uint8Array(5000));
    const car = await joined(encodeCar(large.cid, [large]));
    expect(await codeOf(() => readAll(car))).toBe('too-large 5');
    const many = Array.from({ length: 20 }, (_, index) => blockOf(new Uint8Array(4000).fill(index)));
    const long = await joined(encodeCar((many[0] as Block).cid, many));
    expect(await codeOf(() => readAll(long, 1000, { blockBytes: 4096, totalBytes: 40_000 }))).toBe('too-large 5');
    const claims = new Uint8Array([...car.subarray(0, 59), 0xff, 0xff, 0xff, 0xff, 0x7f]);
    expect(await codeOf(() => readAll(claims))).toBe('too-large 5');
    expect(await codeOf(() => readAll(new Uint8Array(0)))).toBe('invalid-car 5');
  });
});

describe('a CID', () => {
  it('reads in every spelling', () => {
    const text = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';
    expect(formatCid(parseCid(text))).toBe(text);
    expect(formatCid(parseCid('Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD'))).toMatch(/^bafybei/);
  });

  it.each(['', 'v3', 'bafy', 'bafkqaaa', 'Qm', 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e!'])(
    '%j is none',
    (text) => expect(() => parseCid(text)).toThrow(ZooError),
  );
});
