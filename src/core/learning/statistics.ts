import jstat from 'jstat';

/** Lower and upper end. */
export type Interval = readonly [number, number];

/** NaN for no values. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Standard deviation of the values themselves (divisor n), as GRPO normalises with. 0 for fewer than two values. */
export function populationDeviation(values: readonly number[]): number {
  return values.length < 2 ? 0 : Math.sqrt(squaredDeviations(values) / values.length);
}

/** Standard deviation estimated for what the values were drawn from (divisor n - 1). 0 for fewer than two values. */
export function sampleDeviation(values: readonly number[]): number {
  return values.length < 2 ? 0 : Math.sqrt(squaredDeviations(values) / (values.length - 1));
}

function squaredDeviations(values: readonly number[]): number {
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) ** 2;
  return sum;
}

/** The value below which a share of them lies, by linear interpolation. @param sorted ascending, not empty */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const position = Math.min(1, Math.max(0, share)) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}

/** Student's interval for the mean of what the values were drawn from; null for fewer than two values. */
export function meanInterval(values: readonly number[], level = 0.95): Interval | null {
  if (values.length < 2) return null;
  const half =
    (studentQuantile((1 + level) / 2, values.length - 1) * sampleDeviation(values)) / Math.sqrt(values.length);
  const centre = mean(values);
  return [centre - half, centre + half];
}

/** Wilson's interval for a proportion; null for no trials. (Wilson 1927) */
export function proportionInterval(successes: number, trials: number, level = 0.95): Interval | null {
  if (trials === 0) return null;
  const z = normalQuantile((1 + level) / 2);
  const share = successes / trials;
  const shrink = 1 + (z * z) / trials;
  const centre = (share + (z * z) / (2 * trials)) / shrink;
  const half = (z / shrink) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

export function normalCumulative(value: number): number {
  return jstat.normal.cdf(value, 0, 1);
}

export function normalQuantile(probability: number): number {
  return jstat.normal.inv(probability, 0, 1);
}

export function studentCumulative(value: number, degreesOfFreedom: number): number {
  return jstat.studentt.cdf(value, degreesOfFreedom);
}

export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  return jstat.studentt.inv(probability, degreesOfFreedom);
}
