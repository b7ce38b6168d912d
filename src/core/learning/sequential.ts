import type { Random } from '../random.ts';
import type { ComparisonVerdict } from './paired.ts';
import type { Interval } from './statistics.ts';

/** Rates that the betting test spreads its wealth over, for differences of scores in [0, 1]. */
const rates = [0.5, 1, 2, 4, 8, 16];

export interface BettingOptions {
  /** Two-sided error rate over all looks together. */
  readonly alpha?: number;
  /** Width of the range of the scores; it affects the power only. 1 for scores in [0, 1]. */
  readonly scale?: number;
}

export interface BettingState {
  /** Differences seen. */
  readonly n: number;
  readonly mean: number;
  /** Wealth of who bets on "better" and on "worse", from 1; at 2 / alpha the bet is won. */
  readonly better: number;
  readonly worse: number;
  /** Undecided so far: not distinguishable. */
  readonly verdict: ComparisonVerdict;
}

/**
 * A sequential test of "each difference could as well have had the other sign" that may be looked at after every
 * difference and stopped at any time: whatever the stopping rule, it says "better" or "worse" wrongly with probability
 * at most alpha. It has the null of the sign-flip permutation test, so it needs no bound on the differences.
 *
 * Against each direction it bets at several rates at once; the wealth at rate r is `exp(r S - r^2 V / 2)` with S the sum
 * and V the sum of squares of the differences, which is a nonnegative supermartingale for symmetric differences (de la
 * Pena 1999). By Ville's inequality it ever reaches 2 / alpha with probability alpha / 2 at most.
 *
 * Each difference is one problem's: mean score of the candidate minus that of the baseline. Problems come in random
 * order. Fresh samples of a problem may be observed again; the verdict is then about these problems, not others like them.
 */
export class BettingTest {
  readonly #alpha: number;
  readonly #scale: number;
  readonly #values: number[] = [];

  constructor(options: BettingOptions = {}) {
    this.#alpha = options.alpha ?? 0.05;
    this.#scale = options.scale ?? 1;
  }

  observe(difference: number): BettingState {
    this.#values.push(difference / this.#scale);
    return this.state;
  }

  get state(): BettingState {
    const { sum, square } = this.#moments(0);
    const better = wealth(sum, square);
    const worse = wealth(-sum, square);
    const bar = 2 / this.#alpha;
    const n = this.#values.length;
    const mean = n === 0 ? 0 : (sum / n) * this.#scale;
    return { n, mean, better, worse, verdict: decide(better >= bar, worse >= bar) };
  }

  /** Confidence sequence: every centre in [-scale, scale] that the bets do not refute, to within 1 % of the scale. */
  get interval(): Interval {
    const bar = 2 / this.#alpha;
    const refuted = (centre: number, direction: 1 | -1) => {
      const { sum, square } = this.#moments(centre);
      return wealth(direction * sum, square) >= bar;
    };
    const n = this.#values.length;
    const centre = n === 0 ? 0 : this.#moments(0).sum / n;
    // The bets refute what is far from the mean of the differences, so both ends are sought outwards from it.
    let low = centre;
    while (low > -1 && !refuted(low, 1)) low -= 0.01;
    let high = centre;
    while (high < 1 && !refuted(high, -1)) high += 0.01;
    return [Math.max(-1, low) * this.#scale, Math.min(1, high) * this.#scale];
  }

  #moments(centre: number): { readonly sum: number; readonly square: number } {
    let sum = 0;
    let square = 0;
    for (const value of this.#values) {
      sum += value - centre;
      square += (value - centre) ** 2;
    }
    return { sum, square };
  }
}

function wealth(sum: number, square: number): number {
  return rates.reduce((total, rate) => total + Math.exp(rate * sum - (rate * rate * square) / 2), 0) / rates.length;
}

function decide(better: boolean, worse: boolean): ComparisonVerdict {
  if (better) return 'better';
  return worse ? 'worse' : 'not distinguishable';
}

export interface Look {
  /** Share of all planned samples that are in, (0, 1]; 1 at the last look. */
  readonly information: number;
  /** One difference a problem, over all samples so far. The same problems in the same order at every look. */
  readonly differences: readonly number[];
}

export interface LookState {
  /** Largest p at which this look decides. */
  readonly level: number;
  readonly p: number;
  readonly verdict: ComparisonVerdict;
}

/**
 * A group-sequential test for growing samples on the same problems, where the betting test would speak of these problems alone: later
 * samples of a problem say nothing about other problems. Each look is a sign-flip permutation test by problem, at what
 * the spending function alpha x information^2 (Kim and DeMets 1987) has released since the look before. The looks' levels
 * add up to alpha, so that the chance of any wrong verdict is at most alpha, however the looks depend on one another.
 */
export class SpendingTest {
  readonly #alpha: number;
  readonly #test: (differences: readonly number[], random: Random) => number;
  #spent = 0;

  /** @param test two-sided p of "the mean is zero", such as `signFlipTest` */
  constructor(alpha: number, test: (differences: readonly number[], random: Random) => number) {
    this.#alpha = alpha;
    this.#test = test;
  }

  look({ information, differences }: Look, random: Random): LookState {
    const released = this.#alpha * Math.min(1, information) ** spendingPower;
    const level = Math.max(0, released - this.#spent);
    this.#spent = Math.max(this.#spent, released);
    const p = this.#test(differences, random);
    const sum = differences.reduce((total, value) => total + value, 0);
    return { level, p, verdict: decide(p <= level && sum > 0, p <= level && sum < 0) };
  }
}

/** Little is spent early, so that the last look keeps nearly the power of a single test. */
const spendingPower = 2;
