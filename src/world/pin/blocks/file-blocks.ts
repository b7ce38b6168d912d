import { z } from 'zod';
import { each } from '../../../core/each.ts';
import { CarWriter } from '../../../core/ipld/car.ts';
import { type Block, type CidBytes, formatCid } from '../../../core/ipld/cid.ts';
import { parseJson } from '../../../core/json.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Appender, Files, Reader } from '../../files/files.ts';
import type { BlockStore, CarFile, KeepOptions, KeptCar } from '../pin.ts';
import { type CarIndex, IndexBuilder, openIndex } from './car-index.ts';
import { readOn } from './read-on.ts';

const metaSchema = z.strictObject({
  v: z.literal(1),
  cid: z.string(),
  bytes: z.int().min(0),
  blocks: z.int().min(0),
  whole: z.boolean(),
  time: z.string(),
  name: z.string().nullable(),
});

/** Indexes that stay in memory. */
const indexesAtMost = 64;
const pieceBytes = 1024 * 1024;

/**
 * Blocks in a folder: one CAR a published root (or a part of one that somebody uploaded), an index beside it, and a
 * small JSON file that is written last and without which the other two do not count. No file stays open.
 */
export function fileBlocks(files: Files, folder: string, clock: Clock): BlockStore {
  const indexes = new Map<string, Promise<CarIndex>>();

  return {
    get: async (cid) => {
      for (const name of await names()) {
        const place = await (await indexOf(name)).find(cid);
        if (place !== undefined)
          return await reading(`${folder}/${name}.car`, (reader) => reader.read(place.offset, place.length));
      }
      return undefined;
    },
    following: async function* (cid) {
      for (const name of await names()) {
        const place = await (await indexOf(name)).find(cid);
        if (place === undefined) continue;
        const reader = await files.open(`${folder}/${name}.car`);
        try {
          yield* readOn(reader, cid, place);
        } finally {
          await reader.close();
        }
        return;
      }
    },
    car: async (root) => {
      const meta = await readMeta(formatCid(root));
      return meta?.whole === true ? carFile(meta) : undefined;
    },
    list: async () => {
      const found: KeptCar[] = [];
      for (const name of await names()) found.push(...listed(await readMeta(name)));
      return found.toSorted((one, other) => (one.time < other.time ? 1 : -1));
    },
    keep,
  };

  async function names(): Promise<readonly string[]> {
    return (await files.list(folder)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
  }

  async function readMeta(name: string): Promise<KeptCar | undefined> {
    const path = `${folder}/${name}.json`;
    const text = await files.readText(path);
    return text === undefined ? undefined : parseJson(text, metaSchema, path);
  }

  async function reading<T>(path: string, act: (reader: Reader) => Promise<T>): Promise<T> {
    const reader = await files.open(path);
    try {
      return await act(reader);
    } finally {
      await reader.close();
    }
  }

  async function indexOf(name: string): Promise<CarIndex> {
    const known = indexes.get(name);
    if (known !== undefined) return await known;
    const [oldest] = indexes.keys();
    if (indexes.size >= indexesAtMost && oldest !== undefined) indexes.delete(oldest);
    const opening = openIndex((act) => reading(`${folder}/${name}.idx`, act));
    indexes.set(name, opening);
    return await opening;
  }

  async function keep(
    root: CidBytes,
    blocks: AsyncIterable<Block> | Iterable<Block>,
    options: KeepOptions,
  ): Promise<KeptCar> {
    const cid = formatCid(root);
    await ignoreInGit();
    const name = options.whole ? cid : await freeName(cid);
    const lock = await files.lock(`${folder}/${name}.lock`);
    try {
      const there = options.whole ? await readMeta(name) : undefined;
      if (there?.whole === true) return there;
      const { index, bytes } = await writeCar(root, blocks, `${folder}/${name}.car`);
      const meta: KeptCar = {
        cid,
        bytes,
        blocks: index.count,
        whole: options.whole,
        time: new Date(clock.now()).toISOString(),
        name: options.name ?? null,
      };
      await writeIndex(index, `${folder}/${name}.idx`);
      await files.writeAtomic(`${folder}/${name}.json`, `${JSON.stringify({ v: 1, ...meta }, null, 2)}\n`);
      return meta;
    } finally {
      await lock.release();
    }
  }

  async function writeCar(
    root: CidBytes,
    blocks: AsyncIterable<Block> | Iterable<Block>,
    path: string,
  ): Promise<{ index: IndexBuilder; bytes: number }> {
    // What a process that was killed left behind counts for nothing.
    await files.remove(path);
    const file = await files.append(path);
    try {
      const index = new IndexBuilder();
      // Each piece is written before the next one is made.
      const writer = new CarWriter(root, { reuse: true });
      await each(blocks, ({ cid, bytes }) => {
        const pieces = writer.add(cid, bytes);
        index.add(cid, writer.size - bytes.length, bytes.length);
        return pieces.length === 0 ? undefined : writeAll(file, pieces);
      });
      await file.write(writer.end());
      await file.sync();
      return { index, bytes: writer.size };
    } finally {
      await file.close();
    }
  }

  async function writeIndex(index: IndexBuilder, path: string): Promise<void> {
    await files.remove(path);
    const file = await files.append(path);
    try {
      await writeAll(file, index.encode());
      await file.sync();
    } finally {
      await file.close();
    }
  }

  function carFile(meta: KeptCar): CarFile {
    const path = `${folder}/${meta.cid}.car`;
    return {
      ...meta,
      path,
      stream: async function* (from = 0, length = meta.bytes - from) {
        const reader = await files.open(path);
        try {
          for (let at = from; at < from + length; at += pieceBytes)
            yield await reader.read(at, Math.min(pieceBytes, from + length - at));
        } finally {
          await reader.close();
        }
      },
    };
  }

  /** Parts of a root that somebody uploads have numbers. */
  async function freeName(cid: string): Promise<string> {
    for (let number = 1; ; number++) {
      const name = `${cid}-${number}`;
      if (!(await files.exists(`${folder}/${name}.car`))) return name;
    }
  }

  async function ignoreInGit(): Promise<void> {
    if (!(await files.exists(`${folder}/.gitignore`))) await files.writeAtomic(`${folder}/.gitignore`, '*\n');
  }
}

async function writeAll(file: Appender, pieces: Iterable<Uint8Array>): Promise<void> {
  for (const piece of pieces) await file.write(piece);
}

function listed(meta: KeptCar | undefined): readonly KeptCar[] {
  return meta === undefined ? [] : [meta];
}
