/** A list of whole numbers below 2^32 that grows: 4 bytes each, where an array of numbers takes 8 or more. */
export interface Numbers {
  count(): number;
  add(number: number): void;
  /** 0 where nothing was added. */
  at(index: number): number;
  set(index: number, number: number): void;
  /** Those that were added so far; valid until the next is added. */
  all(): Uint32Array;
}

export function createNumbers(): Numbers {
  let numbers = new Uint32Array(1024);
  let count = 0;
  return {
    count: () => count,
    add: (number) => {
      if (count === numbers.length) {
        const larger = new Uint32Array(numbers.length * 2);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[count++] = number;
    },
    at: (index) => numbers[index] ?? 0,
    set: (index, number) => {
      numbers[index] = number;
    },
    all: () => numbers.subarray(0, count),
  };
}

/** A whole number below 2^32 for each of some others, 0 where none was set: 4 bytes for each up to the largest. */
export interface Column {
  at(index: number): number;
  set(index: number, number: number): void;
}

/** @param size room at the beginning */
export function createColumn(size = 1024): Column {
  return growing((length) => new Uint32Array(length), size);
}

/** The same for numbers below 256: a byte each. */
export function createMarks(size = 1024): Column {
  return growing((length) => new Uint8Array(length), size);
}

function growing(make: (length: number) => Uint32Array | Uint8Array, size: number): Column {
  let numbers = make(size);
  return {
    at: (index) => numbers[index] ?? 0,
    set: (index, number) => {
      if (index >= numbers.length) {
        const larger = make(Math.max(index + 1, numbers.length * 2));
        larger.set(numbers);
        numbers = larger;
      }
      numbers[index] = number;
    },
  };
}

/** Short lists of numbers, one for each of some numbers: 8 bytes a member, and 4 for each of the numbers. */
export interface Links {
  add(from: number, to: number): void;
  /** Those that were added last come first. */
  of(from: number): Generator<number>;
}

export function createLinks(): Links {
  /** By `from`: one more than the place of its last member. */
  const newest = createColumn();
  const [members, before] = [createNumbers(), createNumbers()];
  return {
    add: (from, to) => {
      members.add(to);
      before.add(newest.at(from));
      newest.set(from, members.count());
    },
    of: function* (from) {
      for (let next = newest.at(from); next !== 0; next = before.at(next - 1)) yield members.at(next - 1);
    },
  };
}

/** Pairs of whole numbers below 2^32, numbered from 0 as they come: 12 to 24 bytes each, where a Map takes 60. */
export interface PairTable {
  count(): number;
  /** -1 for a pair that was not added. */
  find(one: number, other: number): number;
  /** The number of a pair, which is added where it is new. */
  add(one: number, other: number): number;
}

export function createPairTable(): PairTable {
  const [ones, others] = [createNumbers(), createNumbers()];
  /** One more than the number of the pair in a slot; 0 for a free one. */
  let slots = new Uint32Array(2048);

  const slotOf = (one: number, other: number): number => {
    const mask = slots.length - 1;
    let slot = mix(one, other) & mask;
    for (let number = slots[slot] ?? 0; number !== 0; number = slots[slot] ?? 0) {
      if (ones.at(number - 1) === one && others.at(number - 1) === other) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  };
  return {
    count: () => ones.count(),
    find: (one, other) => (slots[slotOf(one, other)] ?? 0) - 1,
    add: (one, other) => {
      const slot = slotOf(one, other);
      const known = slots[slot] ?? 0;
      if (known !== 0) return known - 1;
      ones.add(one);
      others.add(other);
      const number = ones.count();
      slots[slot] = number;
      if (number * 2 > slots.length) grow();
      return number - 1;
    },
  };

  function grow(): void {
    slots = new Uint32Array(slots.length * 2);
    for (let index = 0; index < ones.count(); index++) slots[slotOf(ones.at(index), others.at(index))] = index + 1;
  }
}

function mix(one: number, other: number): number {
  let hash = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(other ^ (other >>> 15), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Words, numbered from 0 as they come, without their letters. */
export interface WordTable {
  count(): number;
  find(word: string): number;
  add(word: string): number;
}

/**
 * Words are told apart by 64 bits that derive from them: among a million words two are taken for one with a chance of
 * 1 in 30 million. What is made of them is shown to people, never signed.
 */
export function createWordTable(): WordTable {
  const pairs = createPairTable();
  return {
    count: () => pairs.count(),
    find: (word) => pairs.find(hashWord(word, 0x811c9dc5, 0x9e3779b1), hashWord(word, 0x41c6ce57, 0x5f356495)),
    add: (word) => pairs.add(hashWord(word, 0x811c9dc5, 0x9e3779b1), hashWord(word, 0x41c6ce57, 0x5f356495)),
  };
}

function hashWord(word: string, seed: number, factor: number): number {
  let hash = seed;
  for (let place = 0; place < word.length; place++) {
    hash = Math.imul(hash ^ word.charCodeAt(place), factor);
    hash ^= hash >>> 16;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
