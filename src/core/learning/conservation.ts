import { type Random, shuffle } from '../random.ts';
import type { Hamiltonian } from './hamiltonian.ts';
import { type Interval, mean, quantileOfSorted, sampleDeviation } from './statistics.ts';

/** The account of one group, and when in the run it was measured. */
export interface HamiltonianPoint extends Hamiltonian {
  readonly step: number;
  readonly problemId: string;
}

export interface ConservationResult {
  /** Groups tested, and those left out because nothing was injected (Psi = 0) or nothing was uncertain (Theta = 0). */
  readonly n: number;
  readonly leftOut: number;
  /** Mean kappa of the groups tested, and its standard deviation over its mean. */
  readonly mean: number;
  readonly dispersion: number;
  /** Change of kappa a step; the claim says zero. `p` against steps in random order. */
  readonly trend: { readonly slope: number; readonly ci95: Interval; readonly p: number };
  /** Dispersion when each Psi meets another group's Theta; the claim says that the true pairing spreads less. */
  readonly null: { readonly dispersion: number; readonly ci95: Interval; readonly p: number };
  /** Slope of log Theta over log Psi; the claim says -1, independence says 0. */
  readonly exponent: { readonly value: number; readonly ci95: Interval };
  readonly verdict: 'consistent with conservation' | 'contradicts conservation' | 'undecided';
  /** Why, one sentence a finding. */
  readonly findings: readonly string[];
}

/** Below this many groups nothing is said. */
const fewestGroups = 10;

/**
 * Tests the claim that Psi x Theta stays constant (Zoo paper, section 4.1) on the groups of a run.
 *
 * The claim has three consequences, and each is held against what would be seen without it: kappa has no trend over the
 * steps (null: the steps in random order); kappa spreads less than products of a Psi with another group's Theta (null:
 * such products); and log Theta falls by one for each unit that log Psi rises (bootstrap by problem). It is contradicted
 * when kappa has a trend or the exponent excludes -1; it is consistent when neither is so, kappa spreads less than the
 * null, and the exponent excludes 0; otherwise the data do not decide.
 */
export function testConservation(
  points: readonly HamiltonianPoint[],
  random: Random,
  resamples = 2000,
): ConservationResult {
  const tested = points.filter(({ psi, theta }) => psi > 0 && theta > 0);
  const kappas = tested.map(({ kappa }) => kappa);
  const base = { n: tested.length, leftOut: points.length - tested.length };
  if (tested.length < fewestGroups) {
    const none: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return {
      ...base,
      mean: kappas.length === 0 ? 0 : mean(kappas),
      dispersion: dispersionOf(kappas),
      trend: { slope: 0, ci95: none, p: 1 },
      null: { dispersion: 0, ci95: none, p: 1 },
      exponent: { value: 0, ci95: none },
      verdict: 'undecided',
      findings: [`Only ${tested.length} groups had both an experience in the prompt and an uncertain answer.`],
    };
  }
  const trend = trendOf(tested, random, resamples);
  const shuffled = shuffledDispersion(tested, random, resamples);
  const exponent = exponentOf(tested, random, resamples);
  const result = { ...base, mean: mean(kappas), dispersion: dispersionOf(kappas), trend, null: shuffled, exponent };
  return { ...result, ...judge(result) };
}

function judge(
  result: Omit<ConservationResult, 'verdict' | 'findings'>,
): Pick<ConservationResult, 'verdict' | 'findings'> {
  const { trend, exponent, null: shuffled } = result;
  const drifts = trend.p <= 0.05;
  const [low, high] = exponent.ci95;
  const excludesOne = low > -1 || high < -1;
  const excludesZero = high < 0;
  const tight = shuffled.p <= 0.05;
  const findings = [
    drifts
      ? `kappa ${trend.slope > 0 ? 'rises' : 'falls'} with the steps (p = ${trend.p.toFixed(3)}).`
      : `No trend of kappa over the steps was found (p = ${trend.p.toFixed(3)}).`,
    tight
      ? `kappa spreads less than unrelated products do (p = ${shuffled.p.toFixed(3)}).`
      : `kappa spreads no less than unrelated products do (p = ${shuffled.p.toFixed(3)}).`,
    `Theta goes with Psi to the power ${exponent.value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]; conservation needs -1.`,
  ];
  if (drifts || excludesOne) return { verdict: 'contradicts conservation', findings };
  return { verdict: tight && excludesZero ? 'consistent with conservation' : 'undecided', findings };
}

function trendOf(points: readonly HamiltonianPoint[], random: Random, resamples: number): ConservationResult['trend'] {
  const steps = points.map(({ step }) => step);
  const kappas = points.map(({ kappa }) => kappa);
  const slope = slopeOf(steps, kappas);
  let extreme = 1;
  for (let resample = 0; resample < resamples; resample++) {
    if (Math.abs(slopeOf(shuffle(steps, random), kappas)) >= Math.abs(slope) - 1e-12) extreme++;
  }
  const ci95 = bootstrapByProblem(points, random, resamples, (drawn) =>
    slopeOf(
      drawn.map(({ step }) => step),
      drawn.map(({ kappa }) => kappa),
    ),
  );
  return { slope, ci95, p: extreme / (resamples + 1) };
}

function shuffledDispersion(
  points: readonly HamiltonianPoint[],
  random: Random,
  resamples: number,
): ConservationResult['null'] {
  const observed = dispersionOf(points.map(({ kappa }) => kappa));
  const thetas = points.map(({ theta }) => theta);
  const dispersions = new Float64Array(resamples);
  let tighter = 1;
  for (let resample = 0; resample < resamples; resample++) {
    const other = shuffle(thetas, random);
    const dispersion = dispersionOf(points.map(({ psi }, index) => psi * (other[index] as number)));
    dispersions[resample] = dispersion;
    if (dispersion <= observed) tighter++;
  }
  dispersions.sort();
  return {
    dispersion: quantileOfSorted(dispersions, 0.5),
    ci95: [quantileOfSorted(dispersions, 0.025), quantileOfSorted(dispersions, 0.975)],
    p: tighter / (resamples + 1),
  };
}

function exponentOf(
  points: readonly HamiltonianPoint[],
  random: Random,
  resamples: number,
): ConservationResult['exponent'] {
  const fit = (drawn: readonly HamiltonianPoint[]) =>
    slopeOf(
      drawn.map(({ psi }) => Math.log(psi)),
      drawn.map(({ theta }) => Math.log(theta)),
    );
  return { value: fit(points), ci95: bootstrapByProblem(points, random, resamples, fit) };
}

/** Percentile interval of a statistic; problems are drawn whole, since a problem comes again in every epoch. */
function bootstrapByProblem(
  points: readonly HamiltonianPoint[],
  random: Random,
  resamples: number,
  statistic: (drawn: readonly HamiltonianPoint[]) => number,
): Interval {
  const clusters = [...Map.groupBy(points, ({ problemId }) => problemId).values()];
  const values = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    const drawn: HamiltonianPoint[] = [];
    for (let draw = 0; draw < clusters.length; draw++) {
      drawn.push(...(clusters[Math.floor(random() * clusters.length)] as HamiltonianPoint[]));
    }
    values[resample] = statistic(drawn);
  }
  values.sort();
  return [quantileOfSorted(values, 0.025), quantileOfSorted(values, 0.975)];
}

/** Standard deviation over mean. */
function dispersionOf(values: readonly number[]): number {
  const centre = values.length === 0 ? 0 : mean(values);
  return centre === 0 ? 0 : sampleDeviation(values) / centre;
}

/** Least squares; 0 where x does not vary. */
function slopeOf(x: readonly number[], y: readonly number[]): number {
  const [centreX, centreY] = [mean(x), mean(y)];
  let covariance = 0;
  let variance = 0;
  for (const [index, value] of x.entries()) {
    covariance += (value - centreX) * ((y[index] as number) - centreY);
    variance += (value - centreX) ** 2;
  }
  return variance === 0 ? 0 : covariance / variance;
}
