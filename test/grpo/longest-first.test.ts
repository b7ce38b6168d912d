import { describe, expect, test } from 'vitest';
import { openLongestFirst } from '../../src/grpo/longest-first.ts';
import { drain, complete, fakeRun, fakeWorld, problems } from './fake-world.ts';
import { train } from '../../src/grpo/train.ts';

const step = { epoch: 0, step: 0, problems, lastOfEpoch: true };
const tokens = { p1: 5, p2: 500, p3: 50 };

/** A world whose answers take the tokens above. That of p2 comes when it is released. */
function measuredWorld() {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const { world, requests } = fakeWorld({
    rollout: ({ purpose }) => {
      const completion = complete('It is 1');
      const completionTokens = tokens[purpose.item as keyof typeof tokens];
      return { ...completion, usage: { ...completion.usage, completionTokens } };
    },
  });
  const { student } = world;
  const generate: typeof student.generate = async (request) => {
    if (request.purpose.item === 'p2') await promise;
    return student.generate(request);
  };
  return { world: { ...world, student: { ...student, generate } }, requests, release };
}

describe('the order in which groups are opened', () => {
  test('begins one rollout of each unknown problem, then opens first what still runs, then what took longest', async () => {
    const { world, release } = measuredWorld();
    const opened: string[] = [];
    for (const { problem, isWhole } of openLongestFirst(step, fakeRun().library, new Map(), fakeRun(), world)) {
      opened.push(isWhole ? problem.id : `first of ${problem.id}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    release();
    expect(opened).toEqual(['first of p1', 'first of p2', 'first of p3', 'p2', 'p3', 'p1']);
  });

  test('follows the lengths of earlier steps where they are known', () => {
    const { world } = measuredWorld();
    const lengths = new Map(Object.entries(tokens));
    const opened = [...openLongestFirst(step, fakeRun().library, lengths, fakeRun(), world)];
    expect(opened.map(({ problem, isWhole }) => [problem.id, isWhole])).toEqual([
      ['p2', true],
      ['p3', true],
      ['p1', true],
    ]);
  });

  test('begins nothing before its turn where groups are adaptive', () => {
    const { world, requests } = measuredWorld();
    const run = fakeRun({ with: { adaptiveGroups: true } });
    const opened = [...openLongestFirst(step, run.library, new Map(), run, world)];
    expect(opened.map(({ problem, first }) => [problem.id, first])).toEqual([
      ['p1', undefined],
      ['p2', undefined],
      ['p3', undefined],
    ]);
    expect(requests).toHaveLength(0);
  });

  test('draws every sample of a group once', async () => {
    const { world, requests, release } = measuredWorld();
    release();
    const { returned } = await drain(train(fakeRun(), world));
    const drawn = requests.flatMap(({ purpose, samples }) => samples.map(({ index }) => `${purpose.item} ${index}`));
    const all = problems.flatMap(({ id }) => [0, 1, 2, 3].map((index) => `${id} ${index}`));
    expect(drawn.toSorted()).toEqual(all);
    expect(returned.steps[0]?.rollouts.total).toBe(12);
  });
});
