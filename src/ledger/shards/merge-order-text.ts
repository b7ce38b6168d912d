import { idsOfOrder, linesOf } from './order-text.ts';

/** One side of a merge: its order, what became of its own ids, and which of the merged names it has. */
export interface MergedSide {
  readonly order: string;
  readonly renamed: ReadonlyMap<string, string>;
  /** Of the names that differ between the sides those that this one has. */
  readonly has: ReadonlySet<string>;
}

/** Lines that are joined at once. */
const linesAtOnce = 10_000;

/**
 * What `mergeOrder` makes of three orders, where all but a few names are in all of them: in memory are the three texts
 * and these few.
 *
 * @param differing names, after the merge, that are not in all three
 * @param merged of these, what came out of the merge
 */
export function mergeOrderTexts(
  base: MergedSide,
  ours: MergedSide,
  theirs: MergedSide,
  differing: ReadonlySet<string>,
  merged: ReadonlyMap<string, unknown>,
): string {
  const stays = (name: string): boolean => {
    if (!differing.has(name)) return true;
    return base.has.has(name) ? ours.has.has(name) && theirs.has.has(name) : ours.has.has(name) || theirs.has.has(name);
  };
  const common = (side: MergedSide) =>
    filtered(once(namesOf(side)), (name) => !differing.has(name) || (base.has.has(name) && stays(name)));
  const oursMoved = !sameNames(common(base), common(ours));
  const [leading, following] = oursMoved || sameNames(common(base), common(theirs)) ? [ours, theirs] : [theirs, ours];
  /** Of the differing names those that are placed already. */
  const placed = new Set<string>();
  for (const name of namesOf(leading)) if (differing.has(name) && stays(name)) placed.add(name);
  const { after, atEnd } = placeFollowing(following, stays, placed, differing);
  return joinLines(filtered(withFollowing(), (name) => !differing.has(name) || merged.has(name)));

  function* withFollowing(): Generator<string> {
    yield* after.get('') ?? [];
    for (const name of once(namesOf(leading))) {
      if (!stays(name)) continue;
      yield name;
      yield* after.get(name) ?? [];
    }
    yield* atEnd;
  }

  /** Two ids of a side may have become one name. */
  function* once(names: Iterable<string>): Generator<string> {
    const told = new Set<string>();
    for (const name of names) {
      if (told.has(name)) continue;
      if (differing.has(name)) told.add(name);
      yield name;
    }
  }
}

/** What only the other side added: behind which name it stands (none for the beginning), or at the end. */
function placeFollowing(
  following: MergedSide,
  stays: (name: string) => boolean,
  placed: ReadonlySet<string>,
  differing: ReadonlySet<string>,
) {
  const isPlaced = (name: string) => !differing.has(name) || placed.has(name);
  let lastShared = -1;
  let index = 0;
  for (const name of namesOf(following)) {
    if (isPlaced(name)) lastShared = index;
    index++;
  }
  const after = new Map<string, string[]>();
  const atEnd: string[] = [];
  const fresh = new Set<string>();
  let anchor = '';
  index = 0;
  for (const name of namesOf(following)) {
    if (isPlaced(name)) anchor = name;
    else if (stays(name) && !fresh.has(name)) {
      fresh.add(name);
      if (index < lastShared) after.set(anchor, [...(after.get(anchor) ?? []), name]);
      else atEnd.push(name);
    }
    index++;
  }
  return { after, atEnd };
}

function* namesOf({ order, renamed }: MergedSide): Generator<string> {
  for (const id of idsOfOrder(order)) yield renamed.get(id) ?? id;
}

function* filtered(names: Iterable<string>, keeps: (name: string) => boolean): Generator<string> {
  for (const name of names) if (keeps(name)) yield name;
}

function sameNames(one: Generator<string>, other: Generator<string>): boolean {
  for (const name of one) if (other.next().value !== name) return false;
  return other.next().done === true;
}

function joinLines(names: Iterable<string>): string {
  const pieces: string[] = [];
  let waiting: string[] = [];
  for (const name of names) {
    waiting.push(name);
    if (waiting.length < linesAtOnce) continue;
    pieces.push(linesOf(waiting));
    waiting = [];
  }
  return `${pieces.join('')}${linesOf(waiting)}`;
}
