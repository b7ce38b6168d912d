/**
 * The statistics behind a verdict: how fast, and how well calibrated.
 *
 *   node bench/statistics.ts [experiments]
 *
 * 1. Time of a paired comparison of 30 problems x 32 samples with 10,000 bootstrap resamples and 10,000 permutations
 *    (goal: below 0.3 s), and of the bootstrap alone against a bare loop that draws as many random numbers.
 * 2. Simulated experiments without a true difference, problems of all difficulties: how often "better" or "worse" is
 *    said (goal: at most 5 %), by the comparison of a single look, by stopping when decided, and by the betting test.
 * 3. The same with a true difference: how often "better" is said, beside the power that was claimed beforehand.
 *
 * It ends with 1 when 2 or 3 does not hold: a share above 5 %, or a power that is further from the claim than chance explains.
 */
import {
  bootstrapInterval,
  comparePaired,
  type PairedScores,
  pairedDifferences,
  signFlipTest,
  verdictLevel,
} from '../src/core/learning/paired.ts';
import { plannedPower } from '../src/core/learning/power.ts';
import { BettingTest, SpendingTest } from '../src/core/learning/sequential.ts';
import { type Random, randomFor } from '../src/core/random.ts';

interface Design {
  readonly problems: number;
  readonly samples: number;
  /** True difference, and its standard deviation between problems. */
  readonly effect: number;
  readonly deviation: number;
}

/** Mean of p(1 - p) for p uniform in [0.15, 0.85]. */
const spread = 0.25 - 0.7 ** 2 / 12;

const experiments = Number(process.argv[2] ?? 1000);

/** What does not hold. */
const broken: string[] = [];

timeOfAComparison();
errorRates();
power();
if (broken.length > 0) {
  console.log(`\nnot shown: ${broken.join('; ')}`);
  process.exitCode = 1;
} else console.log('\nholds: at most 5 % wrong verdicts, and the power that was claimed');

function timeOfAComparison(): void {
  const pairs = draw({ problems: 30, samples: 32, effect: 0.05, deviation: 0.05 }, randomFor(0));
  const differences = pairedDifferences(pairs);
  const whole = fastest(() => comparePaired(pairs, randomFor(1)));
  const bootstrap = fastest(() => bootstrapInterval(differences, randomFor(1)));
  const bare = fastest(() => {
    const random = randomFor(1);
    let sum = 0;
    for (let index = 0; index < 300_000; index++) sum += random();
    return sum;
  });
  console.log(
    `comparison of 30 x 32, 10,000 resamples and permutations: ${whole.toFixed(1)} ms; limit 300 ms, ratio ${(whole / 300).toFixed(3)}`,
  );
  console.log(
    `bootstrap alone: ${bootstrap.toFixed(1)} ms; its random numbers alone: ${bare.toFixed(1)} ms, ratio ${(bootstrap / bare).toFixed(2)}`,
  );
}

function errorRates(): void {
  console.log(`\nverdicts without a difference, of ${experiments} experiments (goal: at most 5 %)`);
  console.log('problems  samples   one look  stopping early  betting');
  for (const [problems, samples] of [
    [30, 32],
    [30, 8],
    [30, 1],
    [100, 4],
    [10, 16],
    [6, 32],
  ] as const) {
    const said = { look: 0, spending: 0, betting: 0 };
    for (let index = 0; index < experiments; index++) {
      const random = randomFor(2, index, problems, samples);
      const pairs = draw({ problems, samples, effect: 0, deviation: 0.05 }, random);
      if (comparePaired(pairs, random, { resamples: 2000, permutations: 2000 }).verdict !== 'not distinguishable')
        said.look++;
      if (decidesEarly(pairs, samples, random).decided) said.spending++;
      if (bets(pairs)) said.betting++;
    }
    const share = (count: number) => `${((100 * count) / experiments).toFixed(1)} %`.padStart(8);
    for (const [name, count] of Object.entries(said)) {
      if (count > 0.05 * experiments + slack(0.05))
        broken.push(`${name}, ${problems} x ${samples}: ${share(count).trim()} wrong`);
    }
    console.log(
      `${String(problems).padStart(8)} ${String(samples).padStart(8)} ${share(said.look)}  ${share(said.spending)}        ${share(said.betting)}`,
    );
  }
}

function power(): void {
  console.log(`\n"better" with a true difference, of ${experiments} experiments`);
  console.log('problems  samples   effect  claimed   found  stopping early (samples drawn)');
  for (const [problems, samples, effect] of [
    [30, 32, 0.05],
    [30, 32, 0.1],
    [100, 8, 0.05],
    [100, 32, 0.04],
    [30, 16, 0.2],
  ] as const) {
    const design = { problems, samples, effect, deviation: 0.05 };
    const claimed = plannedPower({ ...design, effectDeviation: 0.05, sampleVariance: spread });
    let better = 0;
    let early = 0;
    let drawn = 0;
    for (let index = 0; index < experiments; index++) {
      const random = randomFor(3, index, problems, samples);
      const pairs = draw(design, random);
      if (comparePaired(pairs, random, { resamples: 2000, permutations: 2000 }).verdict === 'better') better++;
      const stopped = decidesEarly(pairs, samples, random);
      if (stopped.decided) early++;
      drawn += stopped.samples / samples;
    }
    const share = (value: number) => value.toFixed(2).padStart(8);
    // The claim is an approximation: it may be too careful, and too bold by three points.
    if (better < (claimed - 0.03) * experiments - slack(claimed))
      broken.push(
        `power of ${problems} x ${samples} at ${effect}: ${share(better / experiments).trim()}, claimed ${share(claimed).trim()}`,
      );
    console.log(
      `${String(problems).padStart(8)} ${String(samples).padStart(8)} ${share(effect)} ${share(claimed)} ${share(better / experiments)} ${share(early / experiments)} (${((100 * drawn) / experiments).toFixed(0)} %)`,
    );
  }
}

/** What chance may add to a count in fewer than the thousand experiments that the promise is about. */
function slack(rate: number): number {
  return experiments >= 1000 ? 0 : 2 * Math.sqrt(experiments * rate * (1 - rate));
}

/** Looks after 1, 2, 4, … samples, as `zoo eval --until-decided` does. */
function decidesEarly(pairs: readonly PairedScores[], samples: number, random: Random) {
  const test = new SpendingTest(verdictLevel, (differences, source) => signFlipTest(differences, source, 2000));
  for (let drawn = 1; ; drawn = Math.min(samples, drawn * 2)) {
    const differences = pairedDifferences(
      pairs.map(({ problemId, baseline, candidate }) => ({
        problemId,
        baseline: baseline.slice(0, drawn),
        candidate: candidate.slice(0, drawn),
      })),
    );
    const { verdict } = test.look({ information: drawn / samples, differences }, random);
    if (verdict !== 'not distinguishable') return { decided: true, samples: drawn };
    if (drawn === samples) return { decided: false, samples: drawn };
  }
}

function bets(pairs: readonly PairedScores[]): boolean {
  const test = new BettingTest({ alpha: 0.05 });
  return pairedDifferences(pairs).some((difference) => test.observe(difference).verdict !== 'not distinguishable');
}

function draw({ problems, samples, effect, deviation }: Design, random: Random): PairedScores[] {
  const sample = (chance: number) => Array.from({ length: samples }, () => (random() < chance ? 1 : 0));
  return Array.from({ length: problems }, (_, index) => {
    const chance = 0.15 + 0.7 * random();
    // The sum of twelve uniform numbers less six is nearly normal, with variance one.
    const noise = Array.from({ length: 12 }, () => random()).reduce((sum, value) => sum + value, -6);
    return {
      problemId: String(index),
      baseline: sample(chance),
      candidate: sample(chance + effect + deviation * noise),
    };
  });
}

/** Milliseconds of the fastest of seven times. */
function fastest(work: () => unknown): number {
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}
