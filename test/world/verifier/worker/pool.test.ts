import { afterEach, describe, expect, it } from 'vitest';
import { workerPool } from '../../../../src/world/verifier/worker/pool.ts';
import type { Pool } from '../../../../src/world/verifier/worker/pool.ts';

let pool: Pool<string, string>;
const open = (script = './job', killAfterMs = 300, threads = 1) =>
  (pool = workerPool({ script, base: import.meta.url, threads, killAfterMs, megabytes: 24 }));
afterEach(() => pool.close());

describe('workerPool', () => {
  it('answers each job with its own result', async () => {
    open('./job', 5000, 2);
    const results = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((job) => pool.run(job)));
    expect(results).toEqual(['A', 'B', 'C', 'D', 'E'].map((result) => ({ kind: 'done', result })));
  });

  it('kills the thread of a job that hangs, and runs the others elsewhere', async () => {
    open();
    const jobs = ['a', 'hang', 'b', 'hang', 'c'].map((job) => pool.run(job));
    const killed = { kind: 'killed', reason: 'it took more than 300 ms' };
    expect(await Promise.all(jobs)).toEqual([
      { kind: 'done', result: 'A' },
      killed,
      { kind: 'done', result: 'B' },
      killed,
      { kind: 'done', result: 'C' },
    ]);
  });

  it('survives a job that takes all the memory of its thread', async () => {
    open('./job', 20_000);
    expect(await Promise.all([pool.run('exhaust'), pool.run('a')])).toEqual([
      { kind: 'killed', reason: expect.stringContaining('MB') },
      { kind: 'done', result: 'A' },
    ]);
  });

  it('tells what a job threw, and goes on', async () => {
    open('./job', 5000);
    await expect(pool.run('throw')).rejects.toMatchObject({
      code: 'verifier-failed',
      message: expect.stringContaining('thrown inside'),
    });
    expect(await pool.run('a')).toEqual({ kind: 'done', result: 'A' });
  });

  it('tells that its script cannot start', async () => {
    open('./no-such-job', 5000);
    await expect(pool.run('a')).rejects.toMatchObject({ code: 'verifier-failed' });
  });

  it('refuses jobs once it is closed, and those that were under way', async () => {
    open('./job', 20_000);
    const hanging = pool.run('hang');
    const refused = expect(hanging).rejects.toMatchObject({ code: 'verifier-closed' });
    await pool.close();
    await refused;
    await expect(pool.run('a')).rejects.toMatchObject({ code: 'verifier-closed' });
  });
});
