import { type Sha256, toHex } from '../core/digest.ts';
import type { Experience } from '../core/library/experience.ts';
import { createNumbers } from '../core/numbers.ts';
import { rawCid } from '../core/tree/cid.ts';
import type { Files } from '../world/files/files.ts';
import { filesAtMost } from './layout.ts';
import type { PackParts } from './pack.ts';
import { encodePartEntries, keepIndex, partIndexPath, partPath } from './shards/parts.ts';
import { isWhole } from './shards/write-part.ts';

/** A record that came from elsewhere, right by itself. */
interface RecordToKeep {
  readonly experience: Experience;
  /** SHA-256 of its id. */
  readonly key: Uint8Array;
  /** Its canonical JSON. */
  readonly bytes: Uint8Array;
}

/** The records of a version: as they are, oldest first, or in parts on the disk where they are many. */
export type KeptRecords = { readonly experiences: readonly Experience[] } | { readonly parts: PackParts };

/**
 * Takes the records of a version one after the other. Few stay in memory; of many, each shard is written as a part as soon
 * as it has come, so that a million of them take little more memory than their ids. Parts are nothing until something
 * names them.
 */
export interface RecordKeeper {
  /** In the order of the keys. */
  put(record: RecordToKeep): Promise<void> | void;
  finish(): Promise<KeptRecords>;
  /** Removes the parts that were not there before. */
  discardParts(): Promise<void>;
}

export function keepRecords(files: Files, folder: string, sha256: Sha256): RecordKeeper {
  const few: RecordToKeep[] = [];
  let many: PartWriter | undefined;
  return {
    put: (record) => {
      if (many !== undefined) return many.put(record);
      few.push(record);
      return few.length > filesAtMost ? spill() : undefined;
    },
    finish: async () =>
      many === undefined
        ? { experiences: oldestFirst(few.map(({ experience }) => experience)) }
        : { parts: await many.finish() },
    discardParts: async () => {
      for (const path of many?.written ?? []) await files.remove(path);
    },
  };

  async function spill(): Promise<void> {
    const writer = new PartWriter(files, folder, sha256);
    for (const record of few.splice(0)) await writer.put(record);
    many = writer;
  }
}

class PartWriter {
  /** Paths of the parts that were not there. */
  readonly written: string[] = [];
  readonly #files: Files;
  readonly #folder: string;
  readonly #sha256: Sha256;
  readonly #shards: Record<string, string> = {};
  /** Where the records stand in the order: a million texts would take many times the memory. */
  readonly #places = new Places();
  #shard: ShardInMemory | undefined;

  constructor(files: Files, folder: string, sha256: Sha256) {
    this.#files = files;
    this.#folder = folder;
    this.#sha256 = sha256;
  }

  put(record: RecordToKeep): Promise<void> | undefined {
    const number = record.key[0] as number;
    const before = this.#shard;
    const shard = before?.number === number ? before : (this.#shard = new ShardInMemory(number));
    shard.add(record, this.#sha256);
    this.#places.add(record.experience);
    return before === undefined || before === shard ? undefined : this.#write(before);
  }

  async finish(): Promise<PackParts> {
    if (this.#shard !== undefined) await this.#write(this.#shard);
    return { shards: this.#shards, order: await this.#keep(this.#places.order()) };
  }

  async #write(shard: ShardInMemory): Promise<void> {
    const cid = await this.#keep(shard.lines.bytes());
    const [keys, values] = [shard.keys.bytes(), shard.values.bytes()];
    const index = encodePartEntries({ count: shard.ids.length, keys, values, ids: () => shard.ids }, this.#sha256);
    await keepIndex(this.#files, partIndexPath(this.#folder, cid), index);
    this.#shards[toHex(Uint8Array.of(shard.number))] = cid;
  }

  async #keep(text: Uint8Array): Promise<string> {
    const cid = rawCid(this.#sha256(text));
    const path = partPath(this.#folder, cid);
    if (await isWhole(this.#files, this.#folder, cid, this.#sha256)) return cid;
    if (!(await this.#files.exists(path))) this.written.push(path);
    await this.#files.writeAtomic(path, text);
    return cid;
  }
}

class ShardInMemory {
  readonly lines = new GrowingBytes();
  readonly keys = new GrowingBytes();
  readonly values = new GrowingBytes();
  readonly ids: string[] = [];
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  add({ experience, key, bytes }: RecordToKeep, sha256: Sha256): void {
    this.lines.add(bytes);
    this.lines.add(newLine);
    this.keys.add(key);
    this.values.add(sha256(bytes));
    this.ids.push(experience.id);
  }
}

const newLine = Uint8Array.of(10);

/** When each record was made, and its id, in the bytes that they are written in. */
class Places {
  readonly #bytes = new GrowingBytes();
  readonly #starts = createNumbers();

  add(experience: Experience): void {
    this.#starts.add(this.#bytes.length());
    this.#bytes.addText(`${placeOf(experience)}\n`);
  }

  /** The ids, a line each, oldest first. */
  order(): Uint8Array {
    const bytes = this.#bytes.bytes();
    const order = new GrowingBytes();
    for (const start of this.#starts.all().sort((one, other) => compareLines(bytes, one, other)))
      order.add(bytes.subarray(bytes.indexOf(32, start) + 1, bytes.indexOf(10, start) + 1));
    return order.bytes();
  }
}

/** Which of two lines comes first; no two are the same, and the end of a line is below all that is in one. */
function compareLines(bytes: Uint8Array, one: number, other: number): number {
  if (one === other) return 0;
  for (let at = 0; ; at++) {
    const difference = (bytes[one + at] as number) - (bytes[other + at] as number);
    if (difference !== 0) return difference;
  }
}

class GrowingBytes {
  #all = new Uint8Array(64 * 1024);
  #used = 0;

  add(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#all.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  addText(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.#makeRoom(text.length * 3);
    this.#used += encoder.encodeInto(text, this.#all.subarray(this.#used)).written;
  }

  length(): number {
    return this.#used;
  }

  bytes(): Uint8Array {
    return this.#all.subarray(0, this.#used);
  }

  #makeRoom(count: number): void {
    if (this.#used + count <= this.#all.length) return;
    const larger = new Uint8Array(Math.max(this.#all.length * 2, this.#used + count));
    larger.set(this.#all);
    this.#all = larger;
  }
}

const encoder = new TextEncoder();

/** Published versions are sets; the prompt wants an order. */
function oldestFirst(experiences: readonly Experience[]): Experience[] {
  return experiences.toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
}

/** Neither a time nor an id has a space in it. */
function placeOf({ metadata, id }: Experience): string {
  return `${metadata.created_at} ${id}`;
}
