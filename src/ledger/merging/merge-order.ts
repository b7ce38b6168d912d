/**
 * Three orders of names become one. The order of the side that moved something counts, ours where both did; what only
 * the other side added stands where it stood there, or at the end when it was added at the end, so that the order stays
 * append-mostly. What either side removed is gone.
 */
export function mergeOrder(base: readonly string[], ours: readonly string[], theirs: readonly string[]): string[] {
  const [inBase, inOurs, inTheirs] = [new Set(base), new Set(ours), new Set(theirs)];
  const stays = (name: string) =>
    inBase.has(name) ? inOurs.has(name) && inTheirs.has(name) : inOurs.has(name) || inTheirs.has(name);
  const common = (order: readonly string[]) => [...new Set(order)].filter((name) => inBase.has(name) && stays(name));
  const oursMoved = !sameOrder(common(base), common(ours));
  const [leading, following] = oursMoved || sameOrder(common(base), common(theirs)) ? [ours, theirs] : [theirs, ours];
  const order = [...new Set(leading)].filter(stays);
  const placed = new Set(order);
  const lastShared = following.findLastIndex((name) => placed.has(name));
  for (const [index, name] of following.entries()) {
    if (placed.has(name) || !stays(name)) continue;
    const before = index < lastShared ? following.slice(0, index).findLast((other) => placed.has(other)) : undefined;
    if (index < lastShared) order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, name);
    else order.push(name);
    placed.add(name);
  }
  return order;
}

function sameOrder(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
