import { describe, expect, test } from 'vitest';
import { chanceOfReversal } from '../../../src/core/learning/curtail.ts';
import type { PairedScores } from '../../../src/core/learning/paired.ts';
import { mean } from '../../../src/core/learning/statistics.ts';
import { randomFor } from '../../../src/core/random.ts';

/** Problems of all difficulties, on which the candidate is better by a difference; all planned samples. */
function draw(seed: number, problems: number, difference: number, planned: number): PairedScores[] {
  const random = randomFor(seed, 'curtail', problems, difference);
  return Array.from({ length: problems }, (_, index) => {
    const chance = random();
    const scores = (rate: number) => Array.from({ length: planned }, () => (random() < rate ? 1 : 0));
    return { problemId: `${index}`, baseline: scores(chance), candidate: scores(chance + difference) };
  });
}

const upTo = (pairs: readonly PairedScores[], samples: number): PairedScores[] =>
  pairs.map(({ problemId, baseline, candidate }) => ({
    problemId,
    baseline: baseline.slice(0, samples),
    candidate: candidate.slice(0, samples),
  }));
const delta = (pairs: readonly PairedScores[]) =>
  mean(pairs.map(({ baseline, candidate }) => mean(candidate) - mean(baseline)));

describe('chanceOfReversal', () => {
  test('is what becomes of the sign, over many comparisons', () => {
    let expected = 0;
    let reversed = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const whole = draw(seed, 12, (seed % 21) / 50 - 0.2, 8);
      const early = upTo(whole, 2);
      expected += chanceOfReversal(early, 8);
      // A difference of nothing is reversed or not as a coin falls.
      const product = delta(early) * delta(whole);
      reversed += product < 0 ? 1 : product === 0 ? 0.5 : 0;
    }
    // Rather too careful than too sure.
    expect((expected - reversed) / 1000).toBeGreaterThan(-0.01);
    expect((expected - reversed) / 1000).toBeLessThan(0.05);
  });

  test('a clear case ends early and agrees with what all samples say', () => {
    let samples = 0;
    let agreed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const whole = draw(seed, 12, 0.4, 8);
      let drawn = 1;
      while (drawn < 8 && chanceOfReversal(upTo(whole, drawn), 8) > 0.025) drawn *= 2;
      samples += drawn;
      agreed += Math.sign(delta(upTo(whole, drawn))) === Math.sign(delta(whole)) ? 1 : 0;
    }
    expect(samples / 200).toBeLessThan(3);
    expect(agreed).toBeGreaterThanOrEqual(195);
  });

  test('a few equal samples are no proof, all planned ones are, and nothing says nothing', () => {
    const one = { problemId: 'a', baseline: [0], candidate: [1] };
    expect(chanceOfReversal([one], 8)).toBeGreaterThan(0.05);
    expect(chanceOfReversal([one], 1)).toBe(0);
    expect(chanceOfReversal([{ ...one, baseline: [] }], 8)).toBe(0.5);
    expect(chanceOfReversal([{ ...one, candidate: [0] }], 8)).toBe(0.5);
  });
});
