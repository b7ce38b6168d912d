import { type NameTable, createNameTable } from '../../core/name-table.ts';
import { createMarks, createNumbers } from '../../core/numbers.ts';
import type { LibraryChanges } from '../changes.ts';

/**
 * `order.txt` of many experiences: an id a line, 21 MB at a million. It is never taken apart into all of its ids, which
 * would take many times as much.
 */

/** The ids of an order one after the other. */
export function* idsOfOrder(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = endOfLine(text, start);
    if (end > start) yield text.slice(start, end);
    start = end + 1;
  }
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

/** The order after changes: what is new comes last, and what takes the place of another stands there. */
export function changedOrder(text: string, changes: LibraryChanges): string {
  if (changes.order !== undefined) return linesOf(changes.order);
  const old = changes.complete ? '' : text;
  const renamed = new Map(changes.renames);
  const deleted = new Set(changes.deletes);
  const fresh = new Set(changes.puts.map(({ id }) => id));
  const pieces: string[] = [];
  let copied = 0;
  for (let start = 0; start < old.length;) {
    const end = endOfLine(old, start);
    const id = old.slice(start, end);
    const next = renamed.get(id) ?? id;
    const stands = !deleted.has(next) && (next === id || fresh.has(next));
    fresh.delete(next);
    if (next !== id || !stands) {
      pieces.push(old.slice(copied, start), stands ? `${next}\n` : '');
      copied = end + 1;
    }
    start = end + 1;
  }
  pieces.push(old.slice(copied));
  if (old !== '' && !old.endsWith('\n') && copied < old.length) pieces.push('\n');
  return `${pieces.join('')}${linesOf(fresh)}`;
}

function linesOf(ids: Iterable<string>): string {
  let text = '';
  for (const id of ids) text += `${id}\n`;
  return text;
}

/** Where some ids stand in an order, from 0. */
export function placesInOrder(text: string, wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  if (wanted.size === 0) return places;
  let place = 0;
  for (const id of idsOfOrder(text)) {
    if (wanted.has(id) && !places.has(id)) places.set(id, place);
    place++;
  }
  return places;
}

/**
 * The ids of an order as numbers. One that stands twice counts where it stands first.
 *
 * @param numberOf -1 for what is left out
 */
export function numberOrder(text: string, numberOf: NameTable['find']): Uint32Array {
  const numbers = createNumbers();
  const seen = createMarks();
  for (let start = 0; start < text.length;) {
    const end = endOfLine(text, start);
    const number = numberOf(text, start, end);
    if (number !== -1 && seen.at(number) === 0) {
      seen.set(number, 1);
      numbers.add(number);
    }
    start = end + 1;
  }
  return numbers.all().slice();
}

/** The order after some ids went. */
export async function orderWithout(text: string, gone: Iterable<string> | AsyncIterable<string>): Promise<Uint8Array> {
  const names = createNameTable();
  const numbers = numberOrder(text, names.add);
  const isGone = createMarks(names.count());
  for await (const id of gone) {
    const number = names.find(id);
    if (number !== -1) isGone.set(number, 1);
  }
  return names.lines(numbers.filter((number) => isGone.at(number) === 0));
}
