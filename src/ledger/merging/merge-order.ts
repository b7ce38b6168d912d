import { mergeOrderNumbers } from '../shards/merge-order-numbers.ts';
import { side } from '../shards/number-sides.ts';

/**
 * Three orders of names become one. The order of the side that moved something counts, ours where both did; what only
 * the other side added stands where it stood there, or at the end when it was added at the end, so that the order stays
 * append-mostly. What either side removed is gone. What stands twice counts where it stands first.
 */
export function mergeOrder(base: readonly string[], ours: readonly string[], theirs: readonly string[]): string[] {
  const numbers = new Map<string, number>();
  const [names, sides]: [string[], number[]] = [[], []];
  const numbered = (order: readonly string[], bit: number) =>
    Uint32Array.from(new Set(order), (name) => {
      const number = numbers.get(name) ?? names.push(name) - 1;
      numbers.set(name, number);
      sides[number] = (sides[number] ?? 0) | bit;
      return number;
    });
  const [was, our, their] = [numbered(base, side.base), numbered(ours, side.ours), numbered(theirs, side.theirs)];
  return Array.from(
    mergeOrderNumbers(was, our, their, (number) => sides[number] ?? 0),
    (number) => names[number] ?? '',
  );
}
