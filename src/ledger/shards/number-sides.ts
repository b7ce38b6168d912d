import { compareText } from '../../core/compare-text.ts';
import { type Sha256, toHex } from '../../core/digest.ts';
import { type NameTable, createNameTable } from '../../core/name-table.ts';
import { type Column, createColumn, createMarks, createNumbers } from '../../core/numbers.ts';
import { compareBytes, equalBytes } from '../../core/tree/hashing.ts';
import { keyAt, valueAt } from '../../core/tree/merkle-map.ts';
import { shardOf } from '../layout.ts';
import { numberOrder } from './order-text.ts';
import type { PartEntries } from './parts.ts';
import type { Shards } from './shards.ts';

/** The sides of a merge, as bits: a sum of them tells which sides have a record. */
export const side = { base: 1, ours: 2, theirs: 4 } as const;
export type SideName = keyof typeof side;
export const sideNames = Object.keys(side) as readonly SideName[];
export const allSides = 7;
/** An order names it, and no side has it. */
const nowhere = 8;

/**
 * Three libraries whose ids are numbers. Held are the ids once, and of each side its order and the places in it: some 60
 * bytes a record where all of them differ.
 */
export interface NumberedSides {
  readonly names: NameTable;
  /** Shards that are not the same on all sides, or hold something that is wanted; ascending. */
  readonly shards: readonly string[];
  /** Ids that are involved though they may be the same on all sides. */
  readonly wanted: ReadonlySet<string>;
  /** Numbers of the records that are not the same on all sides, or that are wanted. */
  readonly involved: Uint32Array;
  /** Which sides have an involved record, as a sum of bits; 0 for others. */
  readonly present: Column;
  /** Whether all sides have it, and alike. */
  readonly isQuiet: (number: number) => boolean;
  /** Numbers in the order of each side. */
  readonly order: Readonly<Record<SideName, Uint32Array>>;
  /** By number: one more than the place in that order. */
  readonly places: Readonly<Record<SideName, Column>>;
}

export type Sides = Readonly<Record<SideName, Shards>>;

/** @param asked ids that are wanted */
export async function numberSides(sides: Sides, sha256: Sha256, asked: ReadonlySet<string>): Promise<NumberedSides> {
  const names = createNameTable();
  const order = await numberOrders(sides, names, sha256);
  const known = names.count();
  const present = createMarks(known);
  const involved = createNumbers();
  const add = (number: number, bits: number) => {
    involved.add(number);
    present.set(number, bits);
  };
  const wanted = new Set(asked);
  const shards = new Set([...wanted].map((id) => shardOf(id, sha256)));
  for (const shard of await differingShards(sides)) shards.add(shard);
  for (const shard of [...shards].sort())
    for (const { id, bits } of await joinShard(sides, shard, wanted)) add(names.add(id), bits);

  // As zoo writes them, orders name the same but for what is involved; what nobody wrote so is looked for.
  const odd = namedBySome(order, present, known);
  for (const [shard, numbers] of Map.groupBy(odd, (number) => shardOf(names.at(number), sha256))) {
    const ids = new Set((await sides.ours.entries(shard)).ids());
    for (const number of numbers) {
      const id = names.at(number);
      add(number, ids.has(id) ? allSides : nowhere);
      wanted.add(id);
    }
    shards.add(shard);
  }
  const complete: Record<SideName, Uint32Array> = { ...order };
  for (const name of sideNames) {
    const unnamed = involvedWithout(order[name], involved.all(), (number) => (present.at(number) & side[name]) !== 0);
    if (unnamed.length > 0) complete[name] = await withUnnamed(order[name], unnamed, sides[name], names, sha256);
  }
  const count = names.count();
  return {
    names,
    shards: [...shards].sort(),
    wanted,
    involved: involved.all(),
    present,
    isQuiet: (number) => number < count && present.at(number) === 0,
    order: complete,
    places: placesOf(complete, count),
  };
}

/** Most often they are the same text, which is then numbered once. What stands twice counts where it stands first. */
async function numberOrders(sides: Sides, names: NameTable, sha256: Sha256): Promise<Record<SideName, Uint32Array>> {
  /** By the digest of the text, which is large. */
  const numbered = new Map<string, Uint32Array>();
  const of = async (name: SideName) => {
    const text = await sides[name].order();
    const digest = toHex(sha256(text));
    const numbers = numbered.get(digest) ?? numberOrder(text, names.add);
    numbered.set(digest, numbers);
    return numbers;
  };
  return { base: await of('base'), ours: await of('ours'), theirs: await of('theirs') };
}

async function differingShards({ base, ours, theirs }: Sides): Promise<readonly string[]> {
  const [was, our, their] = [await base.cids(), await ours.cids(), await theirs.cids()];
  const names = new Set([...was.keys(), ...our.keys(), ...their.keys()]);
  return [...names].filter((name) => our.get(name) !== was.get(name) || their.get(name) !== was.get(name));
}

export interface JoinedRecord {
  readonly id: string;
  /** Sides that have it. */
  readonly bits: number;
  /**
   * Whose record counts, or whose lack of one: ours where theirs did nothing or the same, theirs where ours did nothing,
   * both where each did something else.
   */
  readonly changed: 'ours' | 'theirs' | 'both';
}

/** The involved records of a shard, in order of the keys; from the indexes alone. */
export async function joinShard(sides: Sides, shard: string, wanted: ReadonlySet<string>): Promise<JoinedRecord[]> {
  const entries: PartEntries[] = [];
  for (const name of sideNames) entries.push(await sides[name].entries(shard));
  const ids = entries.map((some) => some.ids());
  const at = entries.map(() => 0);
  const joined: JoinedRecord[] = [];
  for (;;) {
    let lowest: Uint8Array | undefined;
    for (const [index, some] of entries.entries()) {
      const place = at[index] ?? 0;
      if (place < some.count && (lowest === undefined || compareBytes(keyAt(some, place), lowest) < 0))
        lowest = keyAt(some, place);
    }
    if (lowest === undefined) return joined;
    let bits = 0;
    let id = '';
    const values = entries.map((some, index) => {
      const place = at[index] ?? 0;
      if (place >= some.count || !equalBytes(keyAt(some, place), lowest)) return undefined;
      bits |= 1 << index;
      id = ids[index]?.[place] ?? '';
      at[index] = place + 1;
      return valueAt(some, place);
    });
    const [was, our, their] = values;
    const [ourSame, theirSame] = [isSame(our, was), isSame(their, was)];
    if (ourSame && theirSame && !wanted.has(id)) continue;
    const changed = theirSame || isSame(our, their) ? 'ours' : ourSame ? 'theirs' : 'both';
    joined.push({ id, bits, changed });
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : equalBytes(one, other);
}

/** Numbers of what is not involved that some orders name and others do not. */
function namedBySome(order: Readonly<Record<SideName, Uint32Array>>, present: Column, known: number): number[] {
  if (order.base === order.ours && order.base === order.theirs) return [];
  const named = new Uint8Array(known);
  for (const name of sideNames) for (const number of order[name]) named[number] = (named[number] ?? 0) | side[name];
  const some: number[] = [];
  for (const [number, bits] of named.entries()) if (bits !== allSides && present.at(number) === 0) some.push(number);
  return some;
}

function involvedWithout(order: Uint32Array, involved: Uint32Array, has: (number: number) => boolean): number[] {
  const named = createMarks();
  for (const number of order) named.set(number, 1);
  return Array.from(involved.filter((number) => has(number) && named.at(number) === 0));
}

/** What an order does not name comes last, oldest first. */
async function withUnnamed(
  order: Uint32Array,
  unnamed: readonly number[],
  shards: Shards,
  names: NameTable,
  sha256: Sha256,
): Promise<Uint32Array> {
  const found: { readonly number: number; readonly at: string; readonly id: string }[] = [];
  for (const [shard, numbers] of Map.groupBy(unnamed, (number) => shardOf(names.at(number), sha256))) {
    const wanted = new Map(numbers.map((number) => [names.at(number), number]));
    for (const { id, metadata } of await shards.read(shard)) {
      const number = wanted.get(id);
      if (number !== undefined) found.push({ number, at: metadata.created_at, id });
    }
  }
  found.sort((one, other) => compareText(one.at, other.at) || compareText(one.id, other.id));
  const all = new Uint32Array(order.length + found.length);
  all.set(order);
  all.set(
    found.map(({ number }) => number),
    order.length,
  );
  return all;
}

function placesOf(order: Readonly<Record<SideName, Uint32Array>>, count: number): Record<SideName, Column> {
  const known = new Map<Uint32Array, Column>();
  const of = (numbers: Uint32Array) => {
    const places = known.get(numbers) ?? createColumn(count);
    if (!known.has(numbers)) for (const [place, number] of numbers.entries()) places.set(number, place + 1);
    known.set(numbers, places);
    return places;
  };
  return { base: of(order.base), ours: of(order.ours), theirs: of(order.theirs) };
}
