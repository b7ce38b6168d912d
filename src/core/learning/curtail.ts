import type { PairedScores } from './paired.ts';
import { mean, normalCumulative, populationDeviation } from './statistics.ts';

/**
 * The chance, [0, 1/2], that the mean paired difference changes its sign once every problem has its planned samples: what
 * more sampling could still change. It speaks of these problems and this sampling noise alone, not of other problems.
 *
 * Of n problems with s samples an arm so far, of S planned, the difference that will be seen in the end is normal about
 * the present one with variance `v / n x (S - s) / (S s)`, where v is the variance of one sample's difference, pooled
 * over the problems (stochastic curtailment: Lan, Simon and Halperin 1982, with the predictive distribution of Spiegelhalter et
 * al. 1986). A half of an observation of the widest kind goes into v, so that a few equal samples are not taken for proof.
 */
export function chanceOfReversal(pairs: readonly PairedScores[], planned: number): number {
  const compared = pairs.filter(({ baseline, candidate }) => baseline.length > 0 && candidate.length > 0);
  if (compared.length === 0) return 0.5;
  const differences = compared.map(({ baseline, candidate }) => mean(candidate) - mean(baseline));
  const drawn = mean(compared.map(({ baseline, candidate }) => Math.min(baseline.length, candidate.length)));
  if (drawn >= planned) return 0;
  const variance =
    pooledVariance(compared.map(({ baseline }) => baseline)) +
    pooledVariance(compared.map(({ candidate }) => candidate));
  const error = Math.sqrt(((variance / compared.length) * (planned - drawn)) / (planned * drawn));
  return 1 - normalCumulative(Math.abs(mean(differences)) / error);
}

/** Mean over problems of the variance of their scores, estimated, with the prior of half an observation. */
function pooledVariance(scores: readonly (readonly number[])[]): number {
  const all = scores.flat();
  const range = Math.max(1, Math.max(...all) - Math.min(...all));
  const squares = scores.reduce((sum, own) => sum + own.length * populationDeviation(own) ** 2, 0);
  const freedom = scores.reduce((sum, own) => sum + own.length - 1, 0);
  return (squares + (range / 2) ** 2 / 2) / (freedom + 0.5);
}
