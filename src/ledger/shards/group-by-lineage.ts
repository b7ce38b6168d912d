import type { Sha256 } from '../../core/digest.ts';
import { type Column, createColumn, createMarks } from '../../core/numbers.ts';
import { type Lineages, claimAncestors, createLineages } from './claim-ancestors.ts';
import { lineageOfLine, linesOfShard } from './lines-of-shard.ts';
import { type NumberedSides, type Sides, joinShard, side } from './number-sides.ts';

/** A text that somebody decided on: its id, and one of the records that it stands for. */
export interface Decided {
  readonly id: string;
  readonly of: string;
}

/** Records that are settled together, because one takes the place of another or they become one. */
export interface LineageGroups {
  /** By side and the number of its record: one more than that of the base's whose place it takes. */
  readonly ancestors: Readonly<Record<'ours' | 'theirs', Column | undefined>>;
  /** Numbers that are in a group with another one. */
  readonly size: number;
  isLinked(number: number): boolean;
  /** One of the group, the same for all of it. */
  rootOf(number: number): number;
}

/** Reads what came and went on one side, and of that the lineage alone. */
export async function groupByLineage(
  sides: Sides,
  numbered: NumberedSides,
  decided: readonly Decided[],
  sha256: Sha256,
): Promise<LineageGroups> {
  const { names, present, involved, order, places } = numbered;
  const has = (number: number, bit: number) => (present.at(number) & bit) !== 0;
  const ancestors: Record<'ours' | 'theirs', Column | undefined> = { ours: undefined, theirs: undefined };
  const groups = createGroups();
  for (const name of ['ours', 'theirs'] as const) {
    const isFresh = (number: number) => has(number, side[name]) && !has(number, side.base);
    const isGone = (number: number) => has(number, side.base) && !has(number, side[name]);
    if (!involved.some(isFresh) || !involved.some(isGone)) continue;
    const lineages = await readLineages(sides, name, numbered, sha256);
    const found = claimAncestors(lineages, order[name], isFresh, isGone, places.base);
    ancestors[name] = found;
    if (found !== undefined)
      for (const number of involved) {
        const ancestor = found.at(number);
        if (ancestor !== 0) groups.unite(number, ancestor - 1);
      }
  }
  for (const { id, of } of decided) groups.unite(names.add(id), names.find(of));
  return { ancestors, ...groups.made() };
}

async function readLineages(
  sides: Sides,
  name: 'ours' | 'theirs',
  { names, shards, wanted }: NumberedSides,
  sha256: Sha256,
): Promise<Lineages> {
  const lineages = createLineages();
  const onlyIn = (bits: number, one: number, other: number) => (bits & one) !== 0 && (bits & other) === 0;
  for (const shard of shards) {
    const joined = await joinShard(sides, shard, wanted);
    const fresh = joined.filter(({ bits }) => onlyIn(bits, side[name], side.base));
    const gone = joined.filter(({ bits }) => onlyIn(bits, side.base, side[name]));
    const newer = fresh.length === 0 ? undefined : await linesOfShard(sides[name], shard, sha256);
    const older = gone.length === 0 ? undefined : await linesOfShard(sides.base, shard, sha256);
    for (const { id } of fresh) for (const from of known(newer?.get(id))) lineages.named.add(names.find(id), from);
    for (const { id } of gone) for (const from of known(older?.get(id))) lineages.naming.add(from, names.find(id));
  }
  return lineages;

  function known(line: string | undefined): number[] {
    return line === undefined
      ? []
      : lineageOfLine(line)
          .map((id) => names.find(id))
          .filter((number) => number !== -1);
  }
}

function createGroups() {
  /** One more than a number nearer to the root; 0 for a root. */
  const parent = createColumn();
  const linked = createMarks();
  let size = 0;
  const rootOf = (number: number): number => {
    let at = number;
    for (let next = parent.at(at); next !== 0; next = parent.at(at)) {
      const above = parent.at(next - 1);
      if (above !== 0) parent.set(at, above);
      at = next - 1;
    }
    return at;
  };
  const link = (number: number) => {
    if (linked.at(number) === 0) size++;
    linked.set(number, 1);
  };
  return {
    unite: (one: number, other: number) => {
      link(one);
      link(other);
      const [top, below] = [rootOf(one), rootOf(other)];
      if (top !== below) parent.set(below, top + 1);
    },
    made: () => ({ size, isLinked: (number: number) => linked.at(number) !== 0, rootOf }),
  };
}
