import { describe, expect, it } from 'vitest';
import { type Arm, evaluate } from '../../src/evaluation/evaluate.ts';
import type { Sampled } from '../../src/world/model/model.ts';
import { planEvaluation } from '../../src/evaluation/plan.ts';
import { completion, fakeEvaluation, fakeEvaluationWorld, learner, problems, scripted } from './fake-evaluation.ts';

describe('evaluate', () => {
  it('finds a library that helps', async () => {
    const result = await evaluate(fakeEvaluation(learner(0.4, 0.3)), fakeEvaluationWorld());
    expect(result.paired).toMatchObject({ baseline: 'without', candidate: 'with', verdict: 'better', n: 24 });
    expect(result.paired?.delta).toBeCloseTo((result.arms[1]?.mean ?? 0) - (result.arms[0]?.mean ?? 0), 12);
    expect(result.outcomes.total).toBe(24 * 8 * 2);
    expect(result.samples).toBe(8);
    expect(result.sequential).toBeNull();
  });

  it('finds a library that harms, and one that does nothing', async () => {
    const harm = await evaluate(fakeEvaluation(learner(0.7, -0.3)), fakeEvaluationWorld());
    expect(harm.paired?.verdict).toBe('worse');
    const nothing = await evaluate(fakeEvaluation(learner(0.5, 0)), fakeEvaluationWorld());
    expect(nothing.paired?.verdict).toBe('not distinguishable');
  });

  it('gives all arms the same seeds, samples and parameters, and lets them take turns', async () => {
    const model = learner(0.5, 0);
    await evaluate(fakeEvaluation(model), fakeEvaluationWorld());
    // A part of a problem's samples under one arm has its neighbour in time under the other: the arms do not run in turn.
    const firstArms: boolean[] = [];
    for (let index = 0; index < model.requests.length; index += 2) {
      const [one, other] = model.requests.slice(index, index + 2);
      expect(one?.purpose.item).toBe(other?.purpose.item);
      expect(one?.samples).toEqual(other?.samples);
      expect(one?.sampling).toEqual(other?.sampling);
      expect(one?.messages[0]?.content).not.toBe(other?.messages[0]?.content);
      firstArms.push(one?.messages[0]?.content.includes('useful') === true);
    }
    expect(firstArms.filter(Boolean)).toHaveLength(firstArms.length / 2);
    const drawn = model.requests.flatMap(({ purpose, samples }) =>
      samples.map(({ index }) => `${purpose.item} ${index}`),
    );
    expect(new Set(drawn).size).toBe(24 * 8);
    expect(drawn).toHaveLength(24 * 8 * 2);
  });

  it('takes up problems with long answers before those with short ones', async () => {
    const model = scripted((request) => {
      const tokens = request.purpose.item === 'p-20' ? 900 : 9;
      return { ...completion('42'), usage: { promptTokens: 1, cachedTokens: 0, completionTokens: tokens } } as Sampled;
    });
    const world = { ...fakeEvaluationWorld(), room: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    await evaluate(fakeEvaluation(model, { samples: 16 }), world);
    const items = model.requests.map(({ purpose }) => purpose.item);
    const after = items.slice(24 * 2);
    expect(after.slice(0, 6)).toEqual(Array(6).fill('p-20'));
  });

  it('does not depend on the order in which answers arrive', async () => {
    const model = learner(0.4, 0.2);
    const slow = {
      ...model,
      generate: async (...request: Parameters<typeof model.generate>) => {
        await new Promise((resolve) => setTimeout(resolve, Number(request[0].purpose.item.slice(2)) % 3));
        return model.generate(...request);
      },
    };
    const [one, two] = [fakeEvaluationWorld(), fakeEvaluationWorld()];
    expect(await evaluate(fakeEvaluation(slow), one)).toEqual(await evaluate(fakeEvaluation(model), two));
  });

  it('keeps apart what was wrong, cut short, without an answer, and never answered', async () => {
    const answers = [
      completion('42'),
      completion('7'),
      completion('so far', 'length'),
      completion('42', 'length'),
      completion('I do not know'),
      completion('break'),
      completion('', 'filter'),
      { kind: 'failed', boundary: 'model', code: 'reset', reason: 'reset' } as const,
    ];
    const model = scripted(({ samples }, seed) => {
      const index = samples.find((sample) => sample.seed === seed)?.index ?? 0;
      return answers[index] ?? completion('');
    });
    const evaluation = fakeEvaluation(model, { problems: problems.slice(0, 2) });
    const { arms, outcomes } = await evaluate(evaluation, fakeEvaluationWorld());
    expect(outcomes).toEqual({ total: 32, correct: 8, wrong: 4, truncated: 4, unparseable: 4, failed: 12 });
    // Two of five samples that the model gave are right; the three failed ones are no samples of the model.
    expect(arms[0]?.perProblem[0]).toMatchObject({ mean: 0.4, correct: 2, answered: 5 });
    expect(arms[0]?.passAt['1']).toBeCloseTo(0.4, 12);
    expect(arms[0]?.passAt['4']).toBe(1);
    expect(arms[0]?.passAt).not.toHaveProperty('8');
    expect(arms[0]?.majAt['1']).toBeCloseTo(0.4, 12);
  });

  it('takes back a verdict that the failed calls could overturn, and says so', async () => {
    const model = scripted((request, seed) => {
      const helped = request.messages[0]?.content.includes('useful') === true;
      if (helped && seed % 2 === 0) return { kind: 'failed', boundary: 'model', code: 'reset', reason: 'reset' };
      return completion(seed % 8 < (helped ? 6 : 3) ? '42' : '41');
    });
    const { paired } = await evaluate(fakeEvaluation(model), fakeEvaluationWorld());
    expect(paired?.delta).toBeGreaterThan(0.2);
    expect(paired?.ifFailuresCounted[0]).toBeLessThanOrEqual(0);
    expect(paired?.verdict).toBe('not distinguishable');
    expect(paired?.cautions.join(' ')).toContain('96 of 192 samples (50.0 %) of "with" failed');
    expect(paired?.cautions.join(' ')).toContain('the verdict would be "better"');
  });

  it('warns of truncated answers', async () => {
    const model = scripted((_, seed) => (seed % 4 === 0 ? completion('so', 'length') : completion('42')));
    const { paired } = await evaluate(fakeEvaluation(model), fakeEvaluationWorld());
    expect(paired?.cautions.join(' ')).toContain('48 of 192 samples (25.0 %) of "without" ran into the token limit');
  });

  it('stops early on a clear case, and draws everything otherwise', async () => {
    const clear = fakeEvaluation(learner(0.2, 0.6), { untilDecided: true, samples: 32 });
    const world = fakeEvaluationWorld();
    const decided = await evaluate(clear, world);
    expect(decided.paired?.verdict).toBe('better');
    expect(decided.samples).toBeLessThan(32);
    expect(decided.outcomes.total).toBe(24 * 2 * decided.samples);
    expect(decided.sequential?.looks.at(-1)).toMatchObject({ samples: decided.samples, verdict: 'better' });
    expect(world.events.filter(({ type }) => type === 'look')).toHaveLength(decided.sequential?.looks.length ?? -1);
    const same = fakeEvaluation(learner(0.5, 0), { untilDecided: true, samples: 8 });
    const undecided = await evaluate(same, fakeEvaluationWorld());
    expect(undecided).toMatchObject({ samples: 8, paired: { verdict: 'not distinguishable' } });
    expect(undecided.sequential?.looks.map(({ samples }) => samples)).toEqual([1, 2, 4, 8]);
  });

  it('draws the same samples in growing rounds as at once', async () => {
    const model = learner(0.5, 0);
    const grown = await evaluate(fakeEvaluation(model, { untilDecided: true }), fakeEvaluationWorld());
    const once = await evaluate(fakeEvaluation(model), fakeEvaluationWorld());
    expect(grown.arms).toEqual(once.arms);
  });

  it('asks more of further arms, which share one error rate', async () => {
    const model = learner(0.5, 0);
    const evaluation = fakeEvaluation(model);
    const extra = ['a', 'b'].map((name) => ({ ...(evaluation.arms[0] as (typeof evaluation.arms)[number]), name }));
    const result = await evaluate({ ...evaluation, arms: [...evaluation.arms, ...extra] }, fakeEvaluationWorld());
    expect(result.comparisons.map(({ candidate }) => candidate)).toEqual(['a', 'b']);
    // Same prompt, same seeds: the same answers.
    expect(result.comparisons[0]).toMatchObject({ delta: 0, p: 1, verdict: 'not distinguishable' });
  });

  it('measures a single arm without comparing', async () => {
    const evaluation = fakeEvaluation(learner(0.5, 0));
    const result = await evaluate({ ...evaluation, arms: evaluation.arms.slice(0, 1) }, fakeEvaluationWorld());
    expect(result.paired).toBeNull();
    expect(result.arms[0]?.majAt).toHaveProperty('8');
  });

  it('tells that a library was learned from the very problems', async () => {
    const evaluation = fakeEvaluation(learner(0.5, 0));
    const evidence = [{ run: 'r', step: 0, group: 'p-3', rollouts: [], model: 'm', prompt_hash: 'h' }];
    const [without, held] = evaluation.arms as [Arm, Arm];
    const library = { experiences: held.library.experiences.map((experience) => ({ ...experience, evidence })) };
    const world = fakeEvaluationWorld();
    const { notes } = await evaluate({ ...evaluation, arms: [without, { ...held, library }] }, world);
    expect(notes[0]).toContain('1 of these 24 problems');
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'trained-on' }));
    expect((await evaluate(evaluation, fakeEvaluationWorld())).notes).toEqual([
      'The model is simulated: these figures show how the method runs, not what a model learns.',
    ]);
  });

  it('refuses what it cannot measure', async () => {
    const model = learner(0.5, 0);
    const evaluation = fakeEvaluation(model);
    const world = fakeEvaluationWorld();
    await expect(evaluate({ ...evaluation, problems: [] }, world)).rejects.toMatchObject({
      code: 'nothing-to-evaluate',
    });
    await expect(evaluate({ ...evaluation, samples: 0 }, world)).rejects.toMatchObject({ code: 'nothing-to-evaluate' });
    const twice = [...evaluation.arms, ...evaluation.arms];
    await expect(evaluate({ ...evaluation, arms: twice }, world)).rejects.toMatchObject({ code: 'duplicate-arm' });
    const single = { ...evaluation, arms: evaluation.arms.slice(0, 1), untilDecided: true };
    await expect(evaluate(single, world)).rejects.toMatchObject({ code: 'nothing-to-evaluate' });
    expect(model.requests).toHaveLength(0);
  });
});

describe('planEvaluation', () => {
  it('tells calls and power before anything is drawn', () => {
    const plan = planEvaluation(fakeEvaluation(learner(0, 0), { samples: 32 }));
    expect(plan.calls).toBe(24 * 2 * 32);
    expect(plan.power).toBeGreaterThan(0.2);
    expect(plan.power).toBeLessThan(0.8);
    expect(plan.detectable).toBeGreaterThan(0.05);
  });

  it('says when no difference at all could be seen', () => {
    const plan = planEvaluation(fakeEvaluation(learner(0, 0), { problems: problems.slice(0, 3) }));
    expect(plan).toMatchObject({ power: 0, detectable: null });
  });
});
