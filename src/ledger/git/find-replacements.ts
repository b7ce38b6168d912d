/**
 * By each id that a side took out of an order, the new one that stands in its place there. Both orders are gone through
 * once.
 */
export function findReplacements(base: readonly string[], side: readonly string[]): ReadonlyMap<string, string> {
  const before = new Set(base);
  const places = new Map<string, number>();
  for (const [place, id] of side.entries()) if (!places.has(id)) places.set(id, place);
  const found = new Map<string, string>();
  let next = 0;
  for (const id of before) {
    const place = places.get(id);
    const there = side[next];
    if (place !== undefined) next = place + 1;
    else if (there !== undefined && !before.has(there)) {
      found.set(id, there);
      next = (places.get(there) ?? next) + 1;
    }
  }
  return found;
}
