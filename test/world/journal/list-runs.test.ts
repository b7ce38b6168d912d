import { describe, expect, it } from 'vitest';
import { listRuns } from '../../../src/world/journal/list-runs.ts';
import { memoryFiles } from '../../fakes/files.ts';

describe('listRuns', () => {
  it('tells running, finished, broken off and broken runs apart', async () => {
    const files = memoryFiles();
    files.set('runs/a/run.json', '{"dataset":"quickstart"}');
    files.set('runs/a/result.json', '{"status":"completed","run":"a"}');
    files.set('runs/b/journal.jsonl', '');
    files.set('runs/c/run.json', '{}');
    files.set('runs/d/result.json', '{"status":');
    files.set('runs/e/result.json', '{"status":"unheard-of"}');
    files.set('runs/notes/readme.txt', 'no run');
    files.set('runs/stray', 'a file');
    const lock = await files.lock('runs/c/lock');
    const runs = await listRuns(files, 'runs');
    expect(runs.map(({ run, state }) => `${run} ${state}`)).toEqual([
      'a completed',
      'b interrupted',
      'c running',
      'd broken',
      'e broken',
    ]);
    expect(runs[0]).toMatchObject({ settings: { dataset: 'quickstart' }, result: { run: 'a' }, heldBy: undefined });
    expect(runs[3]?.problem).toContain('runs/d/result.json');
    await lock.release();
    expect((await listRuns(files, 'runs'))[2]?.state).toBe('interrupted');
    expect(await listRuns(files, 'nowhere')).toEqual([]);
  });
});
