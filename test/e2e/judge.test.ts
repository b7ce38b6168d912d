import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatStream, sendJson, sendStream, serve } from '../world/model/endpoint-server.ts';
import { ensureBuilt, makeFolder, runZoo } from './zoo.ts';

const home = makeFolder();
const options = { folder: home.path };
beforeAll(ensureBuilt, 60_000);
afterAll(() => home.remove());

interface Body {
  readonly messages?: readonly { readonly content: string }[];
  readonly seed?: number;
  readonly n?: number;
}

/** A model that writes short and long texts by turns, and judges long ones better; of bakeries it does not speak. */
function writerAndJudge() {
  const reply = (said: string, seed: number): string => {
    if (said.includes('Task: judge')) {
      if (said.includes('bakery')) return 'I would rather not say.';
      return JSON.stringify({ reason: 'by its length', score: said.includes('and says it well') ? 9 : 2 });
    }
    if (said.includes('Task: extract')) {
      const experience = 'When a text has a purpose, say what it is for before anything else.';
      return JSON.stringify({ operations: [{ operation: 'add', id: null, experience }] });
    }
    if (said.includes('Task: consolidate')) return JSON.stringify({ operations: [] });
    if (said.includes('Task: summarize')) return 'It said what it had to say.';
    return seed % 2 === 0 ? 'A text.' : 'A text that says what it is for, and says it well.';
  };
  return serve(({ path, body }, response) => {
    if (path.endsWith('/models')) return sendJson(response, 200, { data: [{ id: 'writer' }] });
    const { messages = [], seed = 0, n = 1 } = body as Body;
    const said = messages.map(({ content }) => content).join('\n');
    const choices = Array.from({ length: n }, (_, index) => ({ pieces: [reply(said, seed + index)] }));
    return sendStream(response, chatStream(choices));
  });
}

describe('a judge', () => {
  it('grades a dataset without answers by the rubric of its card, with an account of its own', async () => {
    const { url, received } = await writerAndJudge();
    const model = ['--base-url', `${url}/v1`, '--model', 'writer', '--dataset', 'short-texts', '--limit', '12'];
    const trained = await runZoo(
      ['train', ...model, '--epochs', '1', '--group-size-fixed', '--json', '--run', 'one', '--no-live'],
      options,
    );
    expect([trained.code, trained.stderr]).toEqual([expect.any(Number), expect.not.stringContaining('error')]);
    const { judge, steps, usage } = JSON.parse(trained.stdout) as {
      judge: { asked: number; graded: number; failed: number; unusable: number; mean: number };
      steps: { rollouts: { correct: number; wrong: number; failed: number } }[];
      usage: { byStage: Record<string, { calls: number }> };
    };
    expect(judge.asked).toBe(judge.graded + judge.failed + judge.unusable);
    expect(judge.unusable).toBeGreaterThan(0);
    expect(judge.mean).toBeGreaterThan(0.2);
    expect(judge.mean).toBeLessThan(0.9);
    expect(steps[0]?.rollouts.correct).toBeGreaterThan(0);
    expect(steps[0]?.rollouts.wrong).toBeGreaterThan(0);
    expect(steps[0]?.rollouts.failed).toBeGreaterThan(0);
    expect(usage.byStage['judge']?.calls).toBeGreaterThan(0);
    const asked = received.find(({ body }) => JSON.stringify(body ?? '').includes('Task: judge'));
    expect(JSON.stringify(asked?.body)).toContain('for a reader who meets it without context');

    const replayed = await runZoo(['train', '--replay', 'one', '--library', 'again', '--json'], options);
    expect(replayed.stderr).not.toContain('error');
    expect(JSON.parse(replayed.stdout)).toMatchObject({ steps });

    const measured = await runZoo(['eval', ...model, '--allow-trained-on', '--samples', '2'], options);
    expect(measured.code).toBe(0);
    expect(measured.stdout).toMatch(
      /judge: graded \d+ of 48 answers, mean score 0\.\d+; 0 calls failed, \d+ replies were unusable/,
    );
  });

  it('grades a file by a rubric of the user, and says what it lacks', async () => {
    const { url } = await writerAndJudge();
    writeFileSync(join(home.path, 'rubric.md'), 'Long texts are better.');
    const rows = ['Short.', 'It is long and says it well.'].map((response, id) =>
      JSON.stringify({ id, gold: '', response }),
    );
    writeFileSync(join(home.path, 'rows.jsonl'), `${rows.join('\n')}\n`);
    const model = ['--base-url', `${url}/v1`, '--model', 'writer'];
    const graded = await runZoo(['grade', 'rows.jsonl', '--verifier', 'judge:rubric.md', ...model], options);
    expect(
      graded.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { correct: boolean }).correct),
    ).toEqual([false, true]);
    expect(graded.stderr).toContain('judge: graded 2 of 2 answers');
    const bare = await runZoo(['grade', 'rows.jsonl', '--verifier', 'judge', ...model], options);
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('[no-rubric]')]);
  });

  it('refuses what no judge can do, and code that has no sandbox', async () => {
    const sim = ['--provider', 'sim', '--no-live'];
    const majority = await runZoo(['train', ...sim, '--dataset', 'short-texts', '--no-ground-truth'], options);
    expect([majority.code, majority.stderr]).toEqual([2, expect.stringContaining('no two texts agree')]);
    const code = await runZoo(['train', ...sim, '--dataset', 'quickstart', '--verifier', 'code'], options);
    expect([code.code, code.stderr]).toEqual([2, expect.stringMatching(/\[verifier-unavailable\].*sandbox/)]);
  });
});
