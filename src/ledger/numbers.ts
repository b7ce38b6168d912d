/** A list of whole numbers below 2^32 that grows: 4 bytes each, where an array of numbers takes 8 or more. */
export interface Numbers {
  count(): number;
  add(number: number): void;
  /** Those that were added so far; not to be written to. */
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
    all: () => numbers.subarray(0, count),
  };
}
