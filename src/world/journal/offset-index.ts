import { hash } from 'node:crypto';

/**
 * From names to file offsets, in 16 bytes a slot and at most three slots in four used: 100,000 names take 4 MiB at
 * worst, however long they are. A name is kept as 64 bits of a SHA-256; who reads the line at the offset
 * sees whether it is the right one.
 */
export interface OffsetIndex {
  readonly count: number;
  get(name: string): number | undefined;
  set(name: string, offset: number): void;
}

export function createOffsetIndex(): OffsetIndex {
  let capacity = 1024;
  let prints = new BigUint64Array(capacity);
  let offsets = new Float64Array(capacity);
  let count = 0;
  return {
    get count() {
      return count;
    },
    get: (name) => {
      const print = printOf(name);
      const slot = slotOf(print);
      return prints[slot] === print ? offsets[slot] : undefined;
    },
    set: (name, offset) => {
      if (count * 4 >= capacity * 3) grow();
      put(printOf(name), offset);
    },
  };

  function put(print: bigint, offset: number): void {
    const slot = slotOf(print);
    if (prints[slot] === 0n) count++;
    prints[slot] = print;
    offsets[slot] = offset;
  }

  /** The slot that holds a print, or the free one where it belongs. */
  function slotOf(print: bigint): number {
    let slot = Number(print & 0xffffffffn) & (capacity - 1);
    while (prints[slot] !== 0n && prints[slot] !== print) slot = (slot + 1) & (capacity - 1);
    return slot;
  }

  function grow(): void {
    const [oldPrints, oldOffsets] = [prints, offsets];
    capacity *= 2;
    prints = new BigUint64Array(capacity);
    offsets = new Float64Array(capacity);
    count = 0;
    oldPrints.forEach((print, slot) => {
      if (print !== 0n) put(print, oldOffsets[slot] as number);
    });
  }
}

/** Names end in a SHA-256 as a rule, whose last 64 bits do as well as those of another. Zero marks a free slot. */
function printOf(name: string): bigint {
  const print = /[0-9a-f]{64}$/.test(name)
    ? BigInt(`0x${name.slice(-16)}`)
    : hash('sha256', name, 'buffer').readBigUInt64LE(0);
  return print === 0n ? 1n : print;
}
