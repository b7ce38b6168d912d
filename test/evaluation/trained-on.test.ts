import { describe, expect, it } from 'vitest';
import type { Experience } from '../../src/core/library/experience.ts';
import { findTrainedOn } from '../../src/evaluation/trained-on.ts';
import { sampleRun } from './sample-run.ts';

const [template] = sampleRun().after.experiences as readonly [Experience, ...Experience[]];
const libraryFrom = (...groups: string[]) => ({
  experiences: [
    {
      ...template,
      evidence: groups.map((group) => ({ run: 'r1', step: 0, group, rollouts: [], model: 'm', prompt_hash: 'h' })),
    },
  ],
});
const problemsOf = (...ids: string[]) => ids.map((id) => ({ id, problem: `Problem ${id}`, answer: '1' }));
const unknown = () => undefined;

describe('findTrainedOn', () => {
  it('knows problems by the ids that the evidence names', () => {
    const dataset = { problems: problemsOf('aime-1', 'aime-2', 'aime-3'), sha256: 'other' };
    expect(findTrainedOn(dataset, [libraryFrom('aime-2'), libraryFrom('gsm-1')], unknown)).toEqual(['aime-2']);
    expect(findTrainedOn(dataset, [libraryFrom('gsm-1')], unknown)).toEqual([]);
    expect(findTrainedOn(dataset, [], unknown)).toEqual([]);
  });

  it('counts every problem of a dataset that a run is known to have learned from', () => {
    const dataset = { problems: problemsOf('1', '2', '3'), sha256: 'same' };
    expect(findTrainedOn(dataset, [libraryFrom('2')], (run) => (run === 'r1' ? 'same' : undefined))).toHaveLength(3);
  });

  it('does not take the bare numbers of one dataset for those of another', () => {
    const dataset = { problems: problemsOf('1', '2', '3'), sha256: 'one' };
    expect(findTrainedOn(dataset, [libraryFrom('2')], () => 'another')).toEqual([]);
  });
});
