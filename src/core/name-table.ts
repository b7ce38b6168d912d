import { createNumbers } from './numbers.ts';

/**
 * Names of visible ASCII letters, numbered from 0 as they come: about 20 bytes each beside their letters, where a Map of
 * strings takes 100. They are compared letter by letter, so that none is ever taken for another.
 */
export interface NameTable {
  count(): number;
  /** The number of the name that stands in a text at [start, end); -1 where it was not added. */
  readonly find: (text: string, start?: number, end?: number) => number;
  /** The same, added where it is new; -1 for what no name is: nothing, or other letters. */
  readonly add: (text: string, start?: number, end?: number) => number;
  at(number: number): string;
  /** Some of the names, one a line, in ASCII. */
  lines(numbers: Uint32Array): Uint8Array;
}

export function createNameTable(): NameTable {
  let letters = new Uint8Array(16_384);
  /** By number: where the name ends. */
  const ends = createNumbers();
  const hashes = createNumbers();
  /** One more than the number of the name in a slot; 0 for a free one. */
  let slots = new Uint32Array(2048);
  const startOf = (number: number) => (number === 0 ? 0 : ends.at(number - 1));

  const slotOf = (hash: number, text: string, start: number, end: number): number => {
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let held = slots[slot] ?? 0; held !== 0; held = slots[slot] ?? 0) {
      if (hashes.at(held - 1) === hash && isName(held - 1, text, start, end)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  };
  return {
    count: () => ends.count(),
    find: (text, start = 0, end = text.length) =>
      (slots[slotOf(hashLetters(text, start, end), text, start, end)] ?? 0) - 1,
    add: (text, start = 0, end = text.length) => {
      if (!isVisible(text, start, end)) return -1;
      const hash = hashLetters(text, start, end);
      const slot = slotOf(hash, text, start, end);
      const known = slots[slot] ?? 0;
      if (known !== 0) return known - 1;
      const from = startOf(ends.count());
      makeRoom(from + end - start);
      for (let place = start; place < end; place++) letters[from + place - start] = text.charCodeAt(place);
      ends.add(from + end - start);
      hashes.add(hash);
      const number = ends.count();
      slots[slot] = number;
      if (number * 2 > slots.length) spread();
      return number - 1;
    },
    at: (number) => decoder.decode(letters.subarray(startOf(number), ends.at(number))),
    lines: (numbers) => {
      let size = numbers.length;
      for (const number of numbers) size += ends.at(number) - startOf(number);
      const bytes = new Uint8Array(size);
      let used = 0;
      for (const number of numbers) {
        const [from, to] = [startOf(number), ends.at(number)];
        for (let place = from; place < to; place++) bytes[used++] = letters[place] ?? 0;
        bytes[used++] = 10;
      }
      return bytes;
    },
  };

  function isName(number: number, text: string, start: number, end: number): boolean {
    const from = startOf(number);
    if (ends.at(number) - from !== end - start) return false;
    for (let place = start; place < end; place++)
      if (letters[from + place - start] !== text.charCodeAt(place)) return false;
    return true;
  }

  function makeRoom(size: number): void {
    if (size <= letters.length) return;
    const larger = new Uint8Array(Math.max(size, letters.length + (letters.length >> 1)));
    larger.set(letters);
    letters = larger;
  }

  function spread(): void {
    slots = new Uint32Array(slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < ends.count(); number++) {
      let slot = hashes.at(number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
  }
}

const decoder = new TextDecoder();

function hashLetters(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let place = start; place < end; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function isVisible(text: string, start: number, end: number): boolean {
  for (let place = start; place < end; place++) {
    const letter = text.charCodeAt(place);
    if (letter < 33 || letter > 126) return false;
  }
  return end > start;
}
