/**
 * How unequally amounts are spread, by Gini: 0 where all are the same, towards 1 where one has everything; null without
 * any. Amounts of zero count as well.
 */
export function giniOf(amounts: readonly bigint[]): number | null {
  const sorted = amounts.toSorted(ascending);
  const total = sorted.reduce((sum, amount) => sum + amount, 0n);
  if (total === 0n) return null;
  const count = BigInt(sorted.length);
  const weighted = sorted.reduce((sum, amount, index) => sum + BigInt(index + 1) * amount, 0n);
  // 2 Σ i x(i) / (n Σ x) - (n + 1) / n, over one denominator, so that nothing is rounded before the end.
  return ratio(2n * weighted - (count + 1n) * total, count * total);
}

/** The fewest of them that hold more than half together (Nakamoto coefficient); null where there is nothing to hold. */
export function fewestForMajority(amounts: readonly bigint[]): number | null {
  const total = amounts.reduce((sum, amount) => sum + amount, 0n);
  if (total === 0n) return null;
  let held = 0n;
  for (const [index, amount] of amounts.toSorted(ascending).toReversed().entries()) {
    held += amount;
    if (held * 2n > total) return index + 1;
  }
  return null;
}

/** To six places, which is more than is shown. */
export function ratio(part: bigint, whole: bigint): number {
  return Number((part * 1_000_000n) / whole) / 1_000_000;
}

function ascending(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
