import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { type NameTable, createNameTable } from '../../core/name-table.ts';
import { type Column, createColumn, createNumbers } from '../../core/numbers.ts';
import { compareBytes, equalBytes, hashLength } from '../../core/tree/hashing.ts';
import { keyAt, valueAt } from '../../core/tree/merkle-map.ts';
import { type LibraryComparison, type Modification, compareRecords } from '../comparing/compare-libraries.ts';
import { claimAncestors, createLineages } from './claim-ancestors.ts';
import { lineageOfLine, linesOfShard } from './lines-of-shard.ts';
import { idsOfOrder, numberOrder, placesInOrder } from './order-text.ts';
import type { PartEntries } from './parts.ts';
import type { Shards } from './shards.ts';

/** More changes than that are counted, not listed, where they are shown to somebody: nobody reads as many. */
export const mostListed = 20_000;

/**
 * Compares two libraries by their shards. Of shards that are the same nothing is read; of the others the indexes, and
 * the records of those alone in which something differs. In memory are one shard, the keys (32 bytes each) of records
 * that one side alone has, and what is listed.
 *
 * @param most changes that are listed; where there are more, they are counted
 * @returns what `compareLibraries` gives
 */
export async function compareShards(
  before: Shards,
  after: Shards,
  sha256: Sha256,
  most = Number.POSITIVE_INFINITY,
): Promise<LibraryComparison> {
  const { shards, gone, fresh, differing } = await findKeys(before, after);
  const ancestors = await findAncestors(before, after, shards, gone, fresh, sha256);
  const counts = {
    added: fresh.count() - ancestors.size,
    removed: gone.count() - ancestors.size,
    modified: differing + ancestors.size,
  };
  if (counts.added + counts.removed + counts.modified > most)
    return { added: [], removed: [], modified: [], reordered: false, unlisted: counts };
  return await listChanges(before, after, shards, new Map(ancestors.entries()));
}

/** Ids of the older library by the ids of what took their place in the newer one. */
export async function ancestorsBetween(before: Shards, after: Shards, sha256: Sha256): Promise<Ancestors> {
  const { shards, gone, fresh } = await findKeys(before, after);
  return await findAncestors(before, after, shards, gone, fresh, sha256);
}

/** Keys of what one side alone has, and how many records differ; from the indexes alone. */
async function findKeys(before: Shards, after: Shards) {
  const [gone, fresh] = [createKeys(), createKeys()];
  let differing = 0;
  const shards: string[] = [];
  for (const shard of await changedShards(before, after)) {
    const [old, next] = [await before.entries(shard), await after.entries(shard)];
    const was = differing + gone.count() + fresh.count();
    for (const { kind, key } of joinKeys(old, next)) {
      if (kind === 'removed') gone.add(key);
      else if (kind === 'added') fresh.add(key);
      else differing++;
    }
    if (differing + gone.count() + fresh.count() > was) shards.push(shard);
  }
  return { shards, gone, fresh, differing };
}

/** Shards that are not the same, ascending. */
async function changedShards(before: Shards, after: Shards): Promise<readonly string[]> {
  const [old, next] = [await before.cids(), await after.cids()];
  const names = [...new Set([...old.keys(), ...next.keys()])].sort();
  return names.filter((shard) => old.get(shard) !== next.get(shard));
}

type Kind = 'removed' | 'added' | 'modified';

/** What differs between two shards, in order of the keys. */
function* joinKeys(
  old: PartEntries,
  next: PartEntries,
): Generator<{ readonly kind: Kind; readonly key: Uint8Array; readonly old: number; readonly next: number }> {
  let [one, other] = [0, 0];
  while (one < old.count || other < next.count) {
    const order = one >= old.count ? 1 : other >= next.count ? -1 : compareBytes(keyAt(old, one), keyAt(next, other));
    if (order < 0) yield { kind: 'removed', key: keyAt(old, one), old: one++, next: -1 };
    else if (order > 0) yield { kind: 'added', key: keyAt(next, other), old: -1, next: other++ };
    else {
      if (!equalBytes(valueAt(old, one), valueAt(next, other)))
        yield { kind: 'modified', key: keyAt(old, one), old: one, next: other };
      one++;
      other++;
    }
  }
}

/** Ids of what differs in one shard. */
async function idsInShard(before: Shards, after: Shards, shard: string): Promise<Record<Kind, Set<string>>> {
  const [old, next] = [await before.entries(shard), await after.entries(shard)];
  const found = { removed: new Set<string>(), added: new Set<string>(), modified: new Set<string>() };
  const [oldIds, nextIds] = [old.ids(), next.ids()];
  for (const { kind, old: one, next: other } of joinKeys(old, next))
    found[kind].add((kind === 'removed' ? oldIds[one] : nextIds[other]) ?? '');
  return found;
}

/** Ids of an older library by the ids of what took their place in a newer one: some 60 bytes each. */
export interface Ancestors {
  readonly size: number;
  get(id: string): string | undefined;
  entries(): Generator<readonly [id: string, ancestor: string]>;
}

/** As `findDescendants` finds them. Held are those alone that name one another in their lineage. */
async function findAncestors(
  before: Shards,
  after: Shards,
  shards: readonly string[],
  gone: Keys,
  fresh: Keys,
  sha256: Sha256,
): Promise<Ancestors> {
  const names = createNameTable();
  /** By number: of what only the older library has 1, of what only the newer one has 2. */
  const sides = createColumn();
  const numberOf = (id: string, side: 1 | 2): number => {
    const number = names.add(id);
    sides.set(number, side);
    return number;
  };
  const lineages = createLineages();
  for (const shard of gone.count() === 0 || fresh.count() === 0 ? [] : shards) {
    const { removed, added } = await idsInShard(before, after, shard);
    if (added.size > 0)
      for (const [id, line] of await linesOfShard(after, shard, sha256))
        for (const from of added.has(id) ? lineageOfLine(line) : [])
          if (gone.has(sha256(from))) lineages.named.add(numberOf(id, 2), numberOf(from, 1));
    if (removed.size > 0)
      for (const [id, line] of await linesOfShard(before, shard, sha256))
        for (const from of removed.has(id) ? lineageOfLine(line) : [])
          if (fresh.has(sha256(from))) lineages.naming.add(numberOf(from, 2), numberOf(id, 1));
  }
  if (names.count() === 0) return ancestorsIn(names, createColumn());
  const places = createColumn(names.count());
  for (const [place, number] of (await orderOfKnown(before, names)).entries()) places.set(number, place + 1);
  const newer = await orderOfKnown(after, names);
  const isFresh = (number: number) => sides.at(number) === 2;
  const isGone = (number: number) => sides.at(number) === 1;
  return ancestorsIn(names, claimAncestors(lineages, newer, isFresh, isGone, places) ?? createColumn());
}

/** The known ids in the order of a library; those that it does not name come last. */
async function orderOfKnown(shards: Shards, names: NameTable): Promise<Uint32Array> {
  const named = numberOrder(await shards.order(), names.find);
  const isNamed = createColumn(names.count());
  for (const number of named) isNamed.set(number, 1);
  const all = createNumbers();
  for (const number of named) all.add(number);
  for (let number = 0; number < names.count(); number++) if (isNamed.at(number) === 0) all.add(number);
  return all.all();
}

/** @param ancestors by number, one more than that of the ancestor */
function ancestorsIn(names: NameTable, ancestors: Column): Ancestors {
  let size = 0;
  for (let number = 0; number < names.count(); number++) if (ancestors.at(number) !== 0) size++;
  const at = (number: number) => {
    const ancestor = number === -1 ? 0 : ancestors.at(number);
    return ancestor === 0 ? undefined : names.at(ancestor - 1);
  };
  return {
    size,
    get: (id) => at(names.find(id)),
    entries: function* () {
      for (let number = 0; number < names.count(); number++) {
        const ancestor = at(number);
        if (ancestor !== undefined) yield [names.at(number), ancestor];
      }
    },
  };
}

async function listChanges(
  before: Shards,
  after: Shards,
  shards: readonly string[],
  ancestors: ReadonlyMap<string, string>,
): Promise<LibraryComparison> {
  const reworded = new Set(ancestors.values());
  const removed = new Map<string, Experience>();
  const added = new Map<string, Experience>();
  const [old, next] = [new Map<string, Experience>(), new Map<string, Experience>()];
  for (const shard of shards) {
    const ids = await idsInShard(before, after, shard);
    if (ids.removed.size + ids.modified.size > 0)
      for (const record of await before.read(shard)) {
        if (ids.modified.has(record.id) || reworded.has(record.id)) old.set(record.id, record);
        else if (ids.removed.has(record.id)) removed.set(record.id, record);
      }
    if (ids.added.size + ids.modified.size > 0)
      for (const record of await after.read(shard)) {
        if (ids.modified.has(record.id) || ancestors.has(record.id)) next.set(record.id, record);
        else if (ids.added.has(record.id)) added.set(record.id, record);
      }
  }
  const [oldOrder, newOrder] = [await before.order(), await after.order()];
  const newPlaces = placesInOrder(newOrder, new Set([...added.keys(), ...next.keys()]));
  const modified = inOrder(next, newPlaces).flatMap((record): Modification[] => {
    const ancestor = old.get(ancestors.get(record.id) ?? record.id);
    return ancestor === undefined ? [] : [compareRecords(ancestor, record)];
  });
  return {
    added: inOrder(added, newPlaces),
    removed: inOrder(removed, placesInOrder(oldOrder, new Set(removed.keys()))),
    modified,
    reordered: oldOrder !== newOrder && isReordered(oldOrder, newOrder, removed, added, ancestors),
  };
}

/** Whether what two orders have in common stands in another sequence. @param ancestors older ids by newer ones */
function isReordered(
  oldOrder: string,
  newOrder: string,
  removed: ReadonlyMap<string, unknown>,
  added: ReadonlyMap<string, unknown>,
  ancestors: ReadonlyMap<string, string>,
): boolean {
  const descendants = new Map([...ancestors].map(([id, from]) => [from, id]));
  const kept = idsOfOrder(newOrder);
  for (const id of idsOfOrder(oldOrder)) {
    if (removed.has(id)) continue;
    let next = kept.next();
    while (next.done !== true && added.has(next.value)) next = kept.next();
    if (next.done === true || next.value !== (descendants.get(id) ?? id)) return true;
  }
  return false;
}

function inOrder(records: ReadonlyMap<string, Experience>, places: ReadonlyMap<string, number>): Experience[] {
  return byPlace([...records.keys()], places).flatMap((id) => records.get(id) ?? []);
}

/** What the order does not name comes last. */
function byPlace(ids: readonly string[], places: ReadonlyMap<string, number>): string[] {
  const placeOf = (id: string) => places.get(id) ?? Number.MAX_SAFE_INTEGER;
  return ids.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/** Keys in ascending order, 32 bytes each. */
interface Keys {
  count(): number;
  /** @param key above all that were added before */
  add(key: Uint8Array): void;
  has(key: Uint8Array): boolean;
}

function createKeys(): Keys {
  let bytes = new Uint8Array(64 * hashLength);
  let count = 0;
  const at = (index: number) => bytes.subarray(index * hashLength, (index + 1) * hashLength);
  return {
    count: () => count,
    add: (key) => {
      if ((count + 1) * hashLength > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2);
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(key, count++ * hashLength);
    },
    has: (key) => {
      let [low, high] = [0, count];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compareBytes(at(middle), key) < 0) low = middle + 1;
        else high = middle;
      }
      return low < count && equalBytes(at(low), key);
    },
  };
}
