/**
 * The first place of [start, end) at which `holds` is true, `end` where it is nowhere. Whatever comes after such a place
 * must hold as well, as in a sorted array.
 */
export function firstWhere(start: number, end: number, holds: (place: number) => boolean): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
