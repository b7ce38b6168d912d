import { describe, expect, test } from 'vitest';
import { estimateRun } from '../../src/grpo/estimate.ts';
import { predictedSize, recordBarren } from '../../src/grpo/predict.ts';
import { train } from '../../src/grpo/train.ts';
import { drain, fakeRun, fakeWorld, problems } from './fake-world.ts';

const adaptive = fakeRun({ with: { adaptiveGroups: true, groupSize: 5 } });
const [problem = { id: '', problem: '' }] = problems;

describe('predictedSize', () => {
  test('nothing is predicted of a problem that taught, or that nobody has tried', () => {
    expect(predictedSize(problem, 1, {}, adaptive)).toBeUndefined();
  });

  test('most groups of a barren problem stay small, by the seed and the step alone', () => {
    const sizes = (times: number) =>
      Array.from({ length: 400 }, (_, step) => predictedSize(problem, step, { [problem.id]: times }, adaptive));
    const once = sizes(1);
    expect(sizes(1)).toEqual(once);
    const whole = once.filter((size) => size === undefined).length;
    expect(whole).toBeGreaterThan(15);
    expect(whole).toBeLessThan(80);
    expect(new Set(once)).toEqual(new Set([undefined, 2]));
    expect(new Set(sizes(2).filter((size) => size !== undefined))).toEqual(new Set([1]));
  });

  test('the published protocol and a majority need every sample', () => {
    const barren = { [problem.id]: 3 };
    for (const changes of [{ adaptiveGroups: false }, { adaptiveGroups: true, groundTruth: false }]) {
      for (let step = 0; step < 50; step++)
        expect(predictedSize(problem, step, barren, fakeRun({ with: changes }))).toBeUndefined();
    }
  });
});

describe('recordBarren', () => {
  test('counts times in a row, forgets what taught, and leaves what was not graded as it was', () => {
    const groups = [
      { problemId: 'a', taught: false, graded: 2 },
      { problemId: 'b', taught: true, graded: 2 },
      { problemId: 'c', taught: false, graded: 1 },
      { problemId: 'd', taught: false, graded: 5 },
    ];
    expect(recordBarren({ a: 1, b: 4, c: 1 }, groups)).toEqual({ a: 2, c: 1, d: 1 });
  });
});

describe('a run of several epochs', () => {
  const always = { rollout: () => 'It is 38' };

  test('spends less on problems that taught nothing, and says so in the account of each step', async () => {
    const { yielded } = await drain(
      train(fakeRun({ with: { adaptiveGroups: true, groupSize: 5, epochs: 3 } }), fakeWorld(always).world),
    );
    expect(yielded[0]).toMatchObject({ predicted: 0, saved: 0, rollouts: { total: 15 } });
    for (const { predicted, saved, rollouts, groups } of yielded.slice(1)) {
      expect(predicted).toBeGreaterThan(0);
      expect(rollouts.total).toBe(groups * 5 - saved);
    }
    expect(yielded[2]?.rollouts.total).toBeLessThan(15);
  });

  test('draws no fewer rollouts than the estimate says, however little its problems teach', async () => {
    const run = fakeRun({ with: { adaptiveGroups: true, groupSize: 5, epochs: 8 } });
    const free = { studentPrice: null, teacherPrice: null, concurrency: null, decodeRate: 50 };
    const { calls } = estimateRun(run, { ...free, rolloutTokens: { least: 1, most: 10 } }).byStage['rollout'] ?? {};
    const { yielded } = await drain(train(run, fakeWorld(always).world));
    const drawn = yielded.reduce((sum, { rollouts }) => sum + rollouts.total, 0);
    expect(drawn).toBeGreaterThanOrEqual(calls?.least ?? Number.NaN);
    expect(drawn).toBeLessThanOrEqual(calls?.most ?? Number.NaN);
    expect(calls?.least).toBe(3 * (2 + 2 + 6));
  });

  test('draws every group whole by the published protocol', async () => {
    const { yielded } = await drain(
      train(fakeRun({ with: { adaptiveGroups: false, groupSize: 5, epochs: 3 } }), fakeWorld(always).world),
    );
    expect(yielded.map(({ predicted, rollouts }) => [predicted, rollouts.total])).toEqual([
      [0, 15],
      [0, 15],
      [0, 15],
    ]);
  });

  test('each group counts once in the mean reward, however small it is', async () => {
    // p1 is always right and left small later on; the others never are.
    const script = {
      rollout: ({ purpose }: { purpose: { item: string } }) => (purpose.item === 'p1' ? 'It is 38' : 'It is 7'),
    };
    const { yielded } = await drain(
      train(fakeRun({ with: { adaptiveGroups: true, groupSize: 5, epochs: 3 } }), fakeWorld(script).world),
    );
    for (const { reward } of yielded) expect(reward.mean).toBeCloseTo(1 / 3);
  });
});

describe('summaries', () => {
  test('of an adaptive group two winners and two losers are summarised', async () => {
    // One wrong sample first; the group grows only while all agree, so that the last two bring the contrast.
    const rollout = (_: unknown, sample: number) => (sample === 4 ? 'It is 38' : 'It is 7');
    const { world, requests } = fakeWorld({
      rollout,
      summarize: () => 'It went this way.',
      extract: () => ({ value: { operations: [] } }),
    });
    await drain(
      train(fakeRun({ problems: problems.slice(0, 1), with: { adaptiveGroups: true, groupSize: 5 } }), world),
    );
    const summarised = requests
      .filter(({ purpose }) => purpose.stage === 'summarize')
      .map(({ purpose }) => purpose.item);
    expect(summarised).toEqual(['p1#0', 'p1#1', 'p1#4']);
  });
});
