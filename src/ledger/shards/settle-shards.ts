import type { Sha256 } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import { type Column, createColumn, createMarks } from '../../core/numbers.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';
import { shardOf } from '../layout.ts';
import { type MergeConflict, type Resolution, mergeMembers } from '../merging/merge-libraries.ts';
import type { Decided, LineageGroups } from './group-by-lineage.ts';
import { linesOfShard, recordOfLine } from './lines-of-shard.ts';
import { stays } from './merge-order-numbers.ts';
import {
  type JoinedRecord,
  type NumberedSides,
  type SideName,
  type Sides,
  allSides,
  joinShard,
  side,
  sideNames,
} from './number-sides.ts';
import type { ShardEdits } from './shard-edits.ts';
import type { Spill } from './spill.ts';
import type { ChangeTally } from './tally-changes.ts';

export interface Settled {
  /** Conflicts without a resolution, in order; none where they are more than anybody reads. */
  readonly conflicts: readonly MergeConflict[];
  readonly conflictCount: number;
  readonly resolvedCount: number;
  /** Which sides have a name, once each record has the name that it gets. */
  readonly sidesOf: (name: number) => number;
  readonly isMerged: (name: number) => boolean;
  /** By side and number: one more than the name that its record gets; 0 where it keeps its own. */
  readonly renamed: Readonly<Record<SideName, Column>>;
  /** Merged names that no order places, as they were settled. */
  readonly unplaced: readonly number[];
  /** Texts that somebody decided on and that no record of their group had. */
  readonly decided: readonly Decided[];
  /** Whether one of these is that of another record. */
  readonly collides: boolean;
}

interface SettleWorld {
  readonly sides: Sides;
  readonly numbered: NumberedSides;
  readonly groups: LineageGroups;
  readonly sha256: Sha256;
  readonly spill: Spill;
  readonly edits: ShardEdits;
  readonly tally: ChangeTally;
  readonly resolve: (conflict: MergeConflict) => Resolution | undefined;
  /** Conflicts that are listed. */
  readonly most: number;
}

/** Out of a merge: the name is that of a record in it. */
const mergedBit = 8;

/** Numbers that are settled at once. */
const groupedAtOnce = 4096;

/** Records of the base are settled first, then what ours added, then what theirs added: each phase counts so much more. */
const phase = 2 ** 32;

type NumberedRecord = JoinedRecord & { readonly number: number };

interface Member {
  readonly of: SideName;
  readonly number: number;
  readonly line: string;
}

/**
 * Decides every involved record, shard by shard, with what `mergeMembers` makes of it where both sides changed it. Those
 * that are linked to others in other shards are gathered by group, on the disk where they are many.
 */
export async function settleShards(world: SettleWorld): Promise<Settled> {
  const { sides, numbered, groups, sha256, spill, edits, tally } = world;
  const { names, places, isQuiet } = numbered;
  const known = names.count();
  const named = createMarks(known);
  const renamed: Record<SideName, Column> = { base: createColumn(), ours: createColumn(), theirs: createColumn() };
  let conflicts: { readonly at: number; readonly conflict: MergeConflict }[] = [];
  const counts = { conflicts: 0, resolved: 0 };
  const unplaced: { readonly at: number; readonly name: number }[] = [];
  const decided: Decided[] = [];
  const decidedIds = new Set<string>();
  let collides = false;

  const buckets = Math.ceil(groups.size / groupedAtOnce);
  for (const shard of numbered.shards) await settleShard(shard);
  for (let bucket = 0; bucket < buckets; bucket++) await settleBucket(bucket);
  return {
    conflicts: conflicts.sort((one, other) => one.at - other.at).map(({ conflict }) => conflict),
    conflictCount: counts.conflicts,
    resolvedCount: counts.resolved,
    sidesOf: (name) => (isQuiet(name) ? allSides : named.at(name) & allSides),
    isMerged: (name) => isQuiet(name) || (named.at(name) & mergedBit) !== 0,
    renamed,
    unplaced: unplaced.sort((one, other) => one.at - other.at).map(({ name }) => name),
    decided,
    collides,
  };

  async function settleShard(shard: string): Promise<void> {
    const joined = (await joinShard(sides, shard, numbered.wanted)).map((one) => ({
      ...one,
      number: names.find(one.id),
    }));
    const isWhole = ({ number, changed }: NumberedRecord) => groups.isLinked(number) || changed === 'both';
    const linesWhere = async (name: SideName, needed: (one: NumberedRecord) => boolean) =>
      joined.some((one) => (one.bits & side[name]) !== 0 && needed(one))
        ? await linesOfShard(sides[name], shard, sha256)
        : new Map<string, string>();
    const takes = (one: NumberedRecord) => isWhole(one) || one.changed === 'theirs';
    const lines: Record<SideName, ReadonlyMap<string, string>> = {
      base: await linesWhere('base', isWhole),
      ours: await linesWhere('ours', takes),
      theirs: await linesWhere('theirs', takes),
    };
    for (const one of joined) {
      const { id, number, bits, changed } = one;
      if (isWhole(one)) {
        const members = sideNames.flatMap((of): Member[] => {
          const line = lines[of].get(id);
          return line === undefined ? [] : [{ of, number, line }];
        });
        if (groups.isLinked(number)) await putAside(members);
        else await settleGroup(members);
        continue;
      }
      const stands = (bits & side[changed as 'ours' | 'theirs']) !== 0;
      named.set(number, bits | (stands ? mergedBit : 0));
      if (changed === 'theirs') await note(number, shard, lines.ours.get(id), lines.theirs.get(id));
    }
  }

  async function putAside(members: readonly Member[]): Promise<void> {
    for (const { of, number, line } of members)
      await spill.put(`group-${groups.rootOf(number) % buckets}`, `${of} ${number} ${line}`);
  }

  async function settleBucket(bucket: number): Promise<void> {
    const byRoot = new Map<number, Member[]>();
    for (const text of (await spill.read(`group-${bucket}`)).split('\n').slice(0, -1)) {
      const [of = '', digits = ''] = text.split(' ', 2);
      const number = Number(digits);
      const member = { of: of as SideName, number, line: text.slice(of.length + digits.length + 2) };
      const root = groups.rootOf(number);
      const members = byRoot.get(root) ?? [];
      if (members.push(member) === 1) byRoot.set(root, members);
    }
    for (const members of byRoot.values()) await settleGroup(members);
  }

  async function settleGroup(members: readonly Member[]): Promise<void> {
    const own = {} as Record<SideName, (Member & { readonly record: Experience })[]>;
    for (const of of sideNames)
      own[of] = members
        .filter((member) => member.of === of)
        .sort((one, other) => places[of].at(one.number) - places[of].at(other.number))
        .map((member) => ({ ...member, record: recordOfLine(member.line) }));
    const libraryOf = (of: SideName) => ({ experiences: own[of].map(({ record }) => record) });
    const made = mergeMembers(
      libraryOf('base'),
      libraryOf('ours'),
      libraryOf('theirs'),
      sha256,
      ask,
      descendants('ours'),
      descendants('theirs'),
    );
    const before = new Map(own.ours.map(({ record, line }) => [record.id, line]));
    const numbers = new Set(members.map(({ number }) => number));
    const others = new Map<string, string>();
    for (const of of sideNames)
      for (const { number, record } of own[of]) {
        const id = made.renamed[of].get(record.id) ?? record.id;
        const name = names.add(id);
        if (name !== number) renamed[of].set(number, name + 1);
        if (!numbers.has(name)) others.set(id, record.id);
        named.set(name, named.at(name) | side[of]);
      }
    for (const [id, of] of others) meetDecided(id, of);
    for (const [id, record] of made.merged) {
      const name = names.add(id);
      named.set(name, named.at(name) | mergedBit);
      const [was, is] = [before.get(id), canonicalJson(record)];
      if (was !== is) await note(name, shardOf(id, sha256), was, is);
      if (!stays(named.at(name) & allSides)) unplaced.push({ at: firstSettled(name), name });
    }
    for (const { number, record, line } of own.ours)
      if (!made.merged.has(record.id)) await note(number, shardOf(record.id, sha256), line, undefined);

    function descendants(of: 'ours' | 'theirs'): ReadonlyMap<string, Experience> {
      return new Map(
        own[of].flatMap(({ number, record }) => {
          if ((numbered.present.at(number) & side.base) !== 0) return [[record.id, record] as const];
          const ancestor = groups.ancestors[of]?.at(number) ?? 0;
          return ancestor === 0 ? [] : [[names.at(ancestor - 1), record] as const];
        }),
      );
    }

    /** When the first record came out that has the name. */
    function firstSettled(name: number): number {
      for (const [index, of] of sideNames.entries()) {
        const first = own[of].find(({ record }) => made.renamed[of].get(record.id) === names.at(name));
        if (first !== undefined) return index * phase + places[of].at(first.number);
      }
      return 0;
    }
  }

  /** A text that no record of the group has; were it another record's, the two would have to be settled together. */
  function meetDecided(id: string, of: string): void {
    collides ||= names.find(id) < known || decidedIds.has(id);
    decidedIds.add(id);
    decided.push({ id, of });
  }

  async function note(
    number: number,
    shard: string,
    before: string | undefined,
    after: string | undefined,
  ): Promise<void> {
    tally.note(number, before, after);
    const id = names.at(number);
    await (after === undefined ? edits.remove(shard, id) : edits.put(shard, id, after));
  }

  function ask(conflict: MergeConflict): Resolution | undefined {
    const resolution = world.resolve(conflict);
    if (resolution !== undefined) {
      counts.resolved++;
      return resolution;
    }
    if (++counts.conflicts > world.most) conflicts = [];
    else conflicts.push({ at: placeOfConflict(conflict), conflict });
    return undefined;
  }

  function placeOfConflict({ base, ours }: MergeConflict): number {
    if (base !== undefined) return places.base.at(names.find(base.id));
    return phase + places.ours.at(names.find(ours?.id ?? ''));
  }
}
