import { type Sha256, toHex } from '../core/digest.ts';
import type { Experience } from '../core/library/experience.ts';
import { rawCid } from '../core/tree/cid.ts';
import { hashLength } from '../core/tree/hashing.ts';
import type { Files } from '../world/files/files.ts';
import { filesAtMost } from './layout.ts';
import type { PackParts } from './pack.ts';
import { encodePartEntries, keepIndex, partIndexPath, partPath } from './parts.ts';

/** A record that came from elsewhere, right by itself. */
export interface RecordToKeep {
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
  /** What each record is sorted by, its id behind. */
  readonly #order: string[] = [];
  #shard = -1;
  #records: RecordToKeep[] = [];

  constructor(files: Files, folder: string, sha256: Sha256) {
    this.#files = files;
    this.#folder = folder;
    this.#sha256 = sha256;
  }

  put(record: RecordToKeep): Promise<void> | undefined {
    const shard = record.key[0] as number;
    const ended = shard === this.#shard ? undefined : this.#endShard();
    this.#shard = shard;
    this.#records.push(record);
    this.#order.push(flat(placeOf(record.experience)));
    return ended;
  }

  async finish(): Promise<PackParts> {
    await this.#endShard();
    const lines = this.#order.sort().map((place) => `${place.slice(place.indexOf(' ') + 1)}\n`);
    this.#order.length = 0;
    const order = await this.#keep(new TextEncoder().encode(lines.join('')));
    return { shards: this.#shards, order };
  }

  #endShard(): Promise<void> | undefined {
    const records = this.#records;
    this.#records = [];
    return records.length === 0 ? undefined : this.#writeShard(records);
  }

  async #writeShard(records: readonly RecordToKeep[]): Promise<void> {
    const cid = await this.#keep(linesOf(records));
    const [keys, values] = [join(records.map(({ key }) => key)), join(records.map(({ bytes }) => this.#sha256(bytes)))];
    const ids = () => records.map(({ experience }) => experience.id);
    const index = encodePartEntries({ count: records.length, keys, values, ids }, this.#sha256);
    await keepIndex(this.#files, partIndexPath(this.#folder, cid), index);
    this.#shards[toHex((records[0] as RecordToKeep).key.subarray(0, 1))] = cid;
  }

  async #keep(text: Uint8Array): Promise<string> {
    const cid = rawCid(this.#sha256(text));
    const path = partPath(this.#folder, cid);
    if (await this.#files.exists(path)) return cid;
    await this.#files.writeAtomic(path, text);
    this.written.push(path);
    return cid;
  }
}

function linesOf(records: readonly RecordToKeep[]): Uint8Array {
  const text = new Uint8Array(records.reduce((sum, { bytes }) => sum + bytes.length + 1, 0));
  let at = 0;
  for (const { bytes } of records) {
    text.set(bytes, at);
    at += bytes.length;
    text[at++] = 10;
  }
  return text;
}

function join(hashes: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(hashes.length * hashLength);
  for (const [index, hash] of hashes.entries()) all.set(hash, index * hashLength);
  return all;
}

/** Published versions are sets; the prompt wants an order. */
function oldestFirst(experiences: readonly Experience[]): Experience[] {
  return experiences.toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
}

/** Neither a time nor an id has a space in it. */
function placeOf({ metadata, id }: Experience): string {
  return `${metadata.created_at} ${id}`;
}

/** A text that was put together of others keeps them, until somebody looks into it. */
function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}
