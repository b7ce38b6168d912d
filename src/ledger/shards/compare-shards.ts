import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { type NameTable, createNameTable } from '../../core/name-table.ts';
import { type Column, createColumn, createMarks, createNumbers } from '../../core/numbers.ts';
import { compareBytes, equalBytes } from '../../core/tree/hashing.ts';
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
 * the records of those alone in which something differs. In memory are one shard, the ids of records that one side alone
 * has, where the other has such too, and what is listed.
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
  const { shards, added, removed, modified } = await countKinds(before, after);
  const ancestors = added === 0 || removed === 0 ? none : await findAncestors(before, after, shards, sha256);
  const counts = {
    added: added - ancestors.size,
    removed: removed - ancestors.size,
    modified: modified + ancestors.size,
  };
  if (counts.added + counts.removed + counts.modified > most)
    return { added: [], removed: [], modified: [], reordered: false, unlisted: counts };
  return await listChanges(before, after, shards, new Map(ancestors.entries()));
}

/** Ids of the older library by the ids of what took their place in the newer one. */
export async function ancestorsBetween(before: Shards, after: Shards, sha256: Sha256): Promise<Ancestors> {
  const { shards, added, removed } = await countKinds(before, after);
  return added === 0 || removed === 0 ? none : await findAncestors(before, after, shards, sha256);
}

/** The shards in which records differ, and how many; from the indexes alone. */
async function countKinds(before: Shards, after: Shards) {
  const counts: Record<Kind, number> = { added: 0, removed: 0, modified: 0 };
  const shards: string[] = [];
  for (const shard of await changedShards(before, after)) {
    const kinds = joinKeys(await before.entries(shard), await after.entries(shard));
    let differs = false;
    for (const { kind } of kinds) {
      counts[kind]++;
      differs = true;
    }
    if (differs) shards.push(shard);
  }
  return { shards, ...counts };
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

/** As `findDescendants` finds them. */
async function findAncestors(
  before: Shards,
  after: Shards,
  shards: readonly string[],
  sha256: Sha256,
): Promise<Ancestors> {
  const names = createNameTable();
  /** By number: whether only the older library has it, or only the newer one. */
  const kinds = createMarks();
  const [gone, fresh] = [1, 2];
  const [withGone, withFresh]: [string[], string[]] = [[], []];
  for (const shard of shards) {
    const { removed, added } = await idsInShard(before, after, shard);
    for (const id of removed) kinds.set(names.add(id), gone);
    for (const id of added) kinds.set(names.add(id), fresh);
    if (removed.size > 0) withGone.push(shard);
    if (added.size > 0) withFresh.push(shard);
  }
  const isGone = (number: number) => kinds.at(number) === gone;
  const isFresh = (number: number) => kinds.at(number) === fresh;
  const lineages = createLineages();
  for (const shard of withFresh)
    await follow(after, shard, isFresh, isGone, (number, from) => lineages.named.add(number, from));
  for (const shard of withGone)
    await follow(before, shard, isGone, isFresh, (number, from) => lineages.naming.add(from, number));
  const places = createColumn(names.count());
  for (const [place, number] of (await orderOfKnown(before, names)).entries()) places.set(number, place + 1);
  const ancestors = claimAncestors(lineages, await orderOfKnown(after, names), isFresh, isGone, places);
  return ancestors === undefined ? none : ancestorsIn(names, ancestors);

  /** Tells of the records of a kind those that the lineage names and that are of the other kind. */
  async function follow(
    shards: Shards,
    shard: string,
    isOwn: (number: number) => boolean,
    isOther: (number: number) => boolean,
    tell: (number: number, from: number) => void,
  ): Promise<void> {
    for (const [id, line] of await linesOfShard(shards, shard, sha256)) {
      const number = names.find(id);
      if (number === -1 || !isOwn(number)) continue;
      for (const named of lineageOfLine(line)) {
        const from = names.find(named);
        if (from !== -1 && isOther(from)) tell(number, from);
      }
    }
  }
}

/** The known ids in the order of a library; those that it does not name come last. */
async function orderOfKnown(shards: Shards, names: NameTable): Promise<Uint32Array> {
  const named = numberOrder(await shards.order(), names.find);
  const isNamed = createMarks(names.count());
  for (const number of named) isNamed.set(number, 1);
  const all = createNumbers();
  for (const number of named) all.add(number);
  for (let number = 0; number < names.count(); number++) if (isNamed.at(number) === 0) all.add(number);
  return all.all();
}

const none: Ancestors = { size: 0, get: () => undefined, entries: function* () {} };

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
