import { describe, expect, test } from 'vitest';
import { ZooError, exitCode } from '../../src/core/error.ts';
import { train } from '../../src/grpo/train.ts';
import { exampleLibrary } from '../ledger/experience.ts';
import { type Script, complete, drain, fakeRun, fakeWorld, problems } from './fake-world.ts';

const answerOf = (item: string) => problems.find(({ id }) => id === item)?.answer ?? '';
const half: Script = ({ purpose }, sample) => (sample % 2 === 0 ? `It is ${answerOf(purpose.item)}` : 'It is 1');
const lesson = (item: string) =>
  `When working on a task like ${{ p1: 'taking away', p2: 'taking powers', p3: 'pairing people' }[item]}, check the result by an independent second method.`;
const add = (experience: string) => ({ operation: 'add', id: null, experience });
const teach: Script = ({ purpose }) => ({ value: { operations: [add(lesson(purpose.item))] } });
const keepAll: Script = ({ messages }) => {
  const listed = /<operations>\n([\s\S]*)\n<\/operations>/.exec(messages[1]?.content ?? '')?.[1] ?? '';
  return {
    value: { operations: listed.split('\n').map((line, index) => ({ ...JSON.parse(line), from: [index + 1] })) },
  };
};
const learning = { rollout: half, summarize: () => 'It went this way.', extract: teach, consolidate: keepAll };

describe('train', () => {
  test('goes through all stages and learns what the groups taught', async () => {
    const { world, requests, events } = fakeWorld(learning);
    const { yielded, returned } = await drain(train(fakeRun(), world));

    expect(returned.status).toBe('completed');
    expect(returned.library.experiences.map(({ text }) => text).sort()).toEqual(['p1', 'p2', 'p3'].map(lesson).sort());
    expect(yielded).toHaveLength(1);
    expect(yielded[0]).toMatchObject({
      groups: 3,
      contested: 3,
      rollouts: { total: 12, correct: 6, wrong: 6 },
      experiences: 3,
    });
    expect(requests.filter(({ purpose }) => purpose.stage === 'summarize')).toHaveLength(12);
    expect(events.filter(({ type }) => type === 'experience')).toHaveLength(3);
  });

  test('every experience carries its evidence', async () => {
    const { world, journal } = fakeWorld(learning);
    const { returned } = await drain(train(fakeRun(), world));
    const rollouts = journal.written.flatMap((entry) => (entry.type === 'rollout' ? [entry] : []));
    for (const { evidence, id } of returned.library.experiences) {
      expect(id).toMatch(/^exp_[0-9a-f]{16}$/);
      expect(evidence).toHaveLength(1);
      const [{ group, rollouts: digests, ...rest } = { group: '', rollouts: [] }] = evidence;
      expect(rest).toEqual({ run: 'f'.repeat(16), step: 0, model: 'scripted', prompt_hash: 'prompt-hash' });
      expect(digests).toEqual(rollouts.filter(({ problemId }) => problemId === group).map(({ digest }) => digest));
    }
  });

  test('a group without spread costs no teacher and leaves the library as it was', async () => {
    const { world, requests } = fakeWorld({ ...learning, rollout: ({ purpose }) => `It is ${answerOf(purpose.item)}` });
    const { yielded, returned } = await drain(train(fakeRun(), world));
    expect(returned.library.experiences).toEqual([]);
    expect(yielded[0]).toMatchObject({ contested: 0, rollouts: { correct: 12 } });
    expect(requests.every(({ purpose }) => purpose.stage === 'rollout')).toBe(true);
  });

  test('rewards that spread around a mean of one half or of zero are a signal all the same', async () => {
    const rewards = [-2, 2, 0, 0];
    const { world } = fakeWorld(learning, {
      verifier: {
        name: 'given',
        verify: async (_, response) => ({
          kind: 'graded',
          correct: false,
          reward: Number(/-?\d+$/.exec(response)?.[0]),
          answer: '',
          reason: '',
        }),
      },
    });
    const scripted = fakeWorld(
      { ...learning, rollout: (_, sample) => `${rewards[sample]}` },
      { verifier: world.verifier },
    );
    const { yielded } = await drain(train(fakeRun(), scripted.world));
    expect(yielded[0]).toMatchObject({ contested: 3, reward: { mean: 0 } });
  });

  test('a failed, truncated or unparseable rollout has no reward and is counted as what it is', async () => {
    const failure = { kind: 'failed', boundary: 'model', code: 'connection-reset', reason: 'reset' } as const;
    const said = [complete('38 and then', 'length'), complete('I do not know'), failure, complete('It is 38')];
    const rollout: Script = ({ purpose }, sample) =>
      sample === 0 ? complete('on and on', 'length') : (said[sample] ?? purpose.item);
    const { world, events } = fakeWorld({ ...learning, rollout });
    const { yielded } = await drain(train(fakeRun({ problems: problems.slice(0, 1) }), world));
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [`${event.message} ${event.hint}`] : []));
    expect(warnings).toEqual([
      expect.stringMatching(/1 of 4 .*--max-tokens/),
      expect.stringMatching(/1 of 4 .*failed/),
    ]);
    expect(yielded[0]).toMatchObject({
      contested: 0,
      rollouts: { total: 4, correct: 1, wrong: 0, truncated: 1, unparseable: 1, failed: 1 },
      reward: { mean: 1, std: 0, groups: 1 },
    });
  });

  test('experiences that the prompt has no room for are told', async () => {
    const { world, events } = fakeWorld(learning);
    await drain(train(fakeRun({ library: exampleLibrary(1), with: { libraryTokens: 1 } }), world));
    expect(events).toContainEqual(
      expect.objectContaining({ code: 'library-cut', hint: expect.stringMatching(/now 1,/) }),
    );
  });

  test('an answer that stands before the token limit counts', async () => {
    const { world } = fakeWorld({ ...learning, rollout: () => complete('It is 38', 'length') });
    const { yielded } = await drain(train(fakeRun({ problems: problems.slice(0, 1) }), world));
    expect(yielded[0]?.rollouts).toMatchObject({ correct: 4, truncated: 0 });
  });

  test('an adaptive group stops at the first spread and goes on without one', async () => {
    const run = fakeRun({ problems: problems.slice(0, 1), with: { adaptiveGroups: true, groupSize: 5 } });
    const decided = fakeWorld(learning);
    const first = await drain(train(run, decided.world));
    expect(first.yielded[0]).toMatchObject({ rollouts: { total: 2 }, saved: 3, contested: 1 });

    const undecided = fakeWorld({ ...learning, rollout: () => 'It is 38' });
    const second = await drain(train(run, undecided.world));
    expect(second.yielded[0]).toMatchObject({ rollouts: { total: 5 }, saved: 0, contested: 0 });
    const sizes = undecided.requests.map(({ samples }) => samples.map(({ index }) => index));
    expect(sizes).toEqual([[0, 1], [2], [3, 4]]);
    const seeds = undecided.requests.flatMap(({ samples }) => samples.map(({ seed }) => seed));
    expect(seeds).toEqual(seeds.map((_, index) => (seeds[0] ?? 0) + index));
  });

  test('the result does not depend on the order in which calls finish', async () => {
    const runWithDelays = async (delay: (item: string, index: number) => number) => {
      const { world } = fakeWorld(learning);
      const slow = {
        ...world.student,
        generate: async (...args: Parameters<typeof world.student.generate>) => {
          await new Promise(
            (resolve) => void setTimeout(resolve, delay(args[0].purpose.item, args[0].samples[0]?.index ?? 0)),
          );
          return world.student.generate(...args);
        },
      };
      return (await drain(train(fakeRun({ with: { epochs: 2 } }), { ...world, student: slow, teacher: slow }))).returned
        .library;
    };
    const forwards = await runWithDelays((item) => (item.startsWith('p1') ? 1 : 12));
    const backwards = await runWithDelays((item) => (item.startsWith('p1') ? 12 : 1));
    expect(backwards).toEqual(forwards);
  });

  test('resumes after the last finished step', async () => {
    const broken = fakeWorld(learning);
    const run = fakeRun({ with: { batchSize: 1 } });
    const generator = train(run, broken.world);
    await generator.next();
    await generator.return(undefined as never);

    const again = fakeWorld(learning, { journal: broken.journal });
    const { returned, yielded } = await drain(train(run, again.world));
    const whole = await drain(train(run, fakeWorld(learning).world));
    expect(returned.resumedFrom).toBe(1);
    expect(yielded.map(({ step }) => step)).toEqual([1, 2]);
    expect(returned.library).toEqual(whole.returned.library);
    expect(returned.steps).toEqual(whole.returned.steps);
  });

  test('a budget and an interruption end the run with a status; other errors are thrown', async () => {
    const failing = (code: string, exit: 4 | 130 | 1) =>
      fakeWorld({
        ...learning,
        summarize: () => {
          throw new ZooError(code, code, { exitCode: exit });
        },
      });
    expect((await drain(train(fakeRun(), failing('budget-exhausted', exitCode.budget).world))).returned.status).toBe(
      'budget',
    );
    expect((await drain(train(fakeRun(), failing('interrupted', exitCode.interrupted).world))).returned.status).toBe(
      'interrupted',
    );
    await expect(drain(train(fakeRun(), failing('auth', exitCode.error).world))).rejects.toThrow('auth');
  });

  test('consolidation that cannot be used carries the operations to the next step', async () => {
    let replies = 0;
    const consolidate: Script = (request, sample, seed) =>
      replies++ < 2 ? complete('no JSON at all') : keepAll(request, sample, seed);
    const { world, events } = fakeWorld({ ...learning, consolidate });
    const { yielded, returned } = await drain(train(fakeRun({ with: { epochs: 2 } }), world));
    expect(yielded[0]).toMatchObject({ operations: { proposed: 3, accepted: 0, carried: 3 }, experiences: 0 });
    expect(yielded[1]?.operations.carried).toBe(0);
    expect(returned.library.experiences).toHaveLength(3);
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'consolidation-unusable' }));
  });

  test('an overlong experience is shortened once', async () => {
    const long = `When in doubt, ${'check '.repeat(40)}everything.`;
    const { world, requests } = fakeWorld({
      ...learning,
      extract: () => ({ value: { operations: [add(long)] } }),
      shorten: () => ({ value: { experience: 'When in doubt, check everything.' } }),
    });
    const { returned } = await drain(train(fakeRun({ problems: problems.slice(0, 1) }), world));
    expect(returned.library.experiences.map(({ text }) => text)).toEqual(['When in doubt, check everything.']);
    expect(requests.filter(({ purpose }) => purpose.stage === 'shorten')).toHaveLength(1);
  });

  test('refused operations are counted by reason and shown to the teacher as refused', async () => {
    const extract: Script = () => ({
      value: {
        operations: [
          { operation: 'modify', id: 'exp_nowhere', experience: 'When lost, look at the map.' },
          add('When Aisha has marbles, subtract them.'),
          add('Always be careful'),
          add('When late, hurry up.'),
        ],
      },
    });
    const { world, requests } = fakeWorld({ ...learning, extract });
    const { yielded } = await drain(train(fakeRun({ problems: problems.slice(0, 1), with: { epochs: 2 } }), world));
    expect(yielded[0]?.operations.rejected).toEqual(
      expect.arrayContaining(
        ['unknown-id', 'problem-specific', 'not-a-strategy', 'too-many'].map((reason) => ({ reason, count: 1 })),
      ),
    );
    const second = requests.filter(({ purpose }) => purpose.stage === 'extract').at(-1);
    expect(second?.messages[1]?.content).toContain('<refused>');
    expect(second?.messages[1]?.content).toContain('When Aisha has marbles');
    expect(yielded[1]?.operations.rejected).toContainEqual({ reason: 'remembered', count: 2 });
  });

  test('without ground truth the majority of the group decides, and no prompt tells the answer', async () => {
    const rollout: Script = (_, sample) => (sample < 3 ? 'It is 12' : 'It is 38');
    const { world, requests, journal } = fakeWorld({ ...learning, rollout });
    await drain(train(fakeRun({ problems: problems.slice(0, 1), with: { groundTruth: false } }), world));
    const outcomes = journal.written.flatMap((entry) => (entry.type === 'rollout' ? [entry.outcome.kind] : []));
    expect(outcomes).toEqual(['correct', 'correct', 'correct', 'wrong']);
    for (const { messages } of requests) expect(messages.at(-1)?.content).not.toContain('<ground_truth>');
  });

  test('the direct control makes no rollouts', async () => {
    const { world, requests } = fakeWorld({
      ...learning,
      direct: () => ({ value: { experiences: ['When stuck, try a smaller case.'] } }),
    });
    const { returned } = await drain(train(fakeRun({ with: { direct: true } }), world));
    expect(returned.library.experiences.map(({ text }) => text)).toEqual(['When stuck, try a smaller case.']);
    expect(new Set(requests.map(({ purpose }) => purpose.stage))).toEqual(new Set(['direct']));
    expect(requests[0]?.messages[1]?.content).not.toContain('253');
  });

  test('G = 1 learns from single rollouts', async () => {
    const { world } = fakeWorld(learning);
    const { returned } = await drain(train(fakeRun({ with: { groupSize: 1 } }), world));
    expect(returned.library.experiences).toHaveLength(3);
  });
});

describe('the gate', () => {
  const gateProblems = Array.from({ length: 12 }, (_, index) => ({
    id: `g${index}`,
    problem: `Say ${index}.`,
    answer: `${index}`,
  }));
  const holds = (content: string | undefined) => content?.includes('[exp_') === true;
  const gated =
    (good: boolean): Script =>
    ({ messages, purpose }) =>
      holds(messages[0]?.content) === good ? `It is ${purpose.item.slice(1)}` : 'It is 999';

  test('keeps a candidate that helps', async () => {
    const { world } = fakeWorld({ ...learning, gate: gated(true) });
    const { returned } = await drain(train(fakeRun({ gateProblems, with: { gate: 'epoch' } }), world));
    expect(returned).toMatchObject({ status: 'completed', gate: { accepted: true, delta: 1, n: 12 } });
    expect(returned.library.experiences).toHaveLength(3);
  });

  test('drops a candidate that harms, says so, and does not take the same operations again', async () => {
    const { world, events } = fakeWorld({ ...learning, gate: gated(false) });
    const { returned, yielded } = await drain(
      train(fakeRun({ gateProblems, with: { gate: 'epoch', epochs: 2 } }), world),
    );
    expect(returned).toMatchObject({ status: 'rejected', gate: { accepted: false, delta: -1 } });
    expect(returned.library.experiences).toEqual([]);
    expect(yielded[1]?.operations.rejected).toContainEqual({ reason: 'remembered', count: 3 });
    expect(events).toContainEqual(expect.objectContaining({ type: 'gate', accepted: false }));
  });

  test('of several candidates the one that scores highest is put to the gate', async () => {
    const consolidate: Script = (request, sample, seed) => {
      const whole = keepAll(request, sample, seed) as { value: { operations: unknown[] } };
      // The second candidate keeps one proposal alone.
      return request.purpose.item.startsWith('candidate 1')
        ? { value: { operations: whole.value.operations.slice(0, 1) } }
        : whole;
    };
    const gate: Script = ({ messages, purpose }) =>
      messages[0]?.content.match(/\[exp_/g)?.length === 1 ? `It is ${purpose.item.slice(1)}` : 'It is 999';
    const { world, journal } = fakeWorld({ ...learning, consolidate, gate });
    const run = fakeRun({ gateProblems, with: { gate: 'step', candidates: 3 } });
    const { returned } = await drain(train(run, world));
    expect(returned.library.experiences).toHaveLength(1);
    expect(returned.gate).toMatchObject({ accepted: true, delta: 1 });
    expect(journal.written).toContainEqual(expect.objectContaining({ about: 'candidates', decision: 'competed' }));
  });

  test('a failed call is no answer on the gate', async () => {
    const failure = { kind: 'failed', boundary: 'model', code: 'server', reason: '500' } as const;
    const { world } = fakeWorld({
      ...learning,
      gate: ({ purpose }) => (purpose.item === 'g0' ? failure : `It is ${purpose.item.slice(1)}`),
    });
    const { returned } = await drain(train(fakeRun({ gateProblems, with: { gate: 'epoch' } }), world));
    expect(returned.gate).toMatchObject({ n: 11, delta: 0, accepted: true });
  });
});
