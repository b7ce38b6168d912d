import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { journaled } from '../../../src/world/model/journaled.ts';
import { type Model, ModelError, type Sampled } from '../../../src/world/model/model.ts';
import { retrying } from '../../../src/world/model/retry.ts';
import { siblings } from '../../../src/world/model/siblings.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { memoryJournal } from '../../fakes/journal.ts';
import { createFakeModel, fakeCompletion, fakeIdentity, fakeRequest } from '../../fakes/model.ts';

const sha256 = (data: Uint8Array | string) => hash('sha256', data, 'buffer');
const said = (sampled: readonly Sampled[]) => sampled.map((one) => (one.kind === 'completion' ? one.text : one.code));

/** Siblings around the journal, as `app/wire` builds it. */
function kept(model: Model, journal = memoryJournal(), widest?: () => number) {
  const inner = journaled(model, journal, { mode: 'live', scope: 'data', clock: createFakeClock(), sha256 });
  return { model: siblings(inner, { widest }), journal };
}

const keptSeeds = (journal: ReturnType<typeof memoryJournal>) =>
  journal.written.flatMap((entry) =>
    entry.type === 'call' && entry.result.kind === 'completion' ? [entry.sample.seed] : [],
  );

describe('siblings around a journal', () => {
  it('keeps each single call as soon as it is answered, not when the group is', async () => {
    const answers = new Map<number, () => void>();
    const { model, journal } = kept({
      identity: fakeIdentity,
      generate: async ({ samples: [sample] }) => {
        await new Promise<void>((resolve) => answers.set(sample?.seed ?? -1, resolve));
        return [fakeCompletion()];
      },
    });
    const asked = model.generate(fakeRequest({ count: 3 }));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    expect([...answers.keys()]).toEqual([1, 2, 3]);
    answers.get(3)?.();
    await turn();
    expect(keptSeeds(journal)).toEqual([3]);
    answers.get(1)?.();
    await turn();
    expect(keptSeeds(journal)).toEqual([3, 1]);
    answers.get(2)?.();
    expect(await asked).toHaveLength(3);
  });

  it('lets a later completion win over what a group call left open', async () => {
    let groups: boolean | undefined;
    const server = createFakeModel({
      answer: ({ samples }, { index }) =>
        samples.length > 1 && index > 0
          ? { kind: 'failed', boundary: 'model', code: 'choice-missing', reason: 'none' }
          : fakeCompletion({ text: `answer ${index}` }),
    });
    const endpoint: Model = {
      ...server,
      takesGroups: () => groups,
      generate: async (request, options) => {
        const drawn = await server.generate(request, options);
        if (request.samples.length > 1) groups = false;
        return drawn;
      },
    };
    const { model, journal } = kept(endpoint);
    expect(said(await model.generate(fakeRequest({ count: 3 })))).toEqual(['answer 0', 'answer 1', 'answer 2']);
    expect(server.requests.map(({ samples }) => samples.length)).toEqual([3, 1, 1]);

    const nobody = createFakeModel({ answer: () => new ModelError('server', 'it is shut') });
    const again = kept(nobody, journal);
    expect(said(await again.model.generate(fakeRequest({ count: 3 })))).toEqual(['answer 0', 'answer 1', 'answer 2']);
    expect(nobody.requests).toEqual([]);
  });

  it('asks after a kill only for what is missing, whichever part of the group that is', async () => {
    const journal = memoryJournal();
    const first = createFakeModel();
    await kept(first, journal).model.generate({
      ...fakeRequest({ count: 5 }),
      samples: [1, 3].map((index) => ({ index, seed: 1 + index })),
    });
    const second = createFakeModel();
    const { model } = kept({ ...second, takesGroups: () => true }, journal);
    expect(said(await model.generate(fakeRequest({ count: 5 })))).toEqual([0, 1, 2, 3, 4].map((n) => `answer ${n}`));
    expect(second.requests.map(({ samples }) => samples.map(({ index }) => index))).toEqual([[0], [2], [4]]);
  });
});

describe('wide groups', () => {
  it('are asked in parts, whose answers keep their order and whose failures are their own', async () => {
    const clock = createFakeClock();
    const server = createFakeModel({
      answer: ({ samples }, { index }) =>
        samples[0]?.index === 2 ? new ModelError('invalid-request', 'no') : fakeCompletion({ text: `${index}` }),
    });
    const calls = retrying(server, { clock, random: () => 0.5, observe: () => {} });
    const model = siblings({ ...calls, takesGroups: () => true }, { widest: () => 2 });
    const answers = await clock.settle(model.generate(fakeRequest({ count: 5 })));
    expect(server.requests.map(({ samples }) => samples.length)).toEqual([2, 2, 1]);
    expect(said(answers)).toEqual(['0', '1', 'invalid-request', 'invalid-request', '4']);
  });
});
