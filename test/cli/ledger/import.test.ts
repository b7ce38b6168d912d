import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLedger } from './run-ledger.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-import-'));
  await runLedger(folder, ['import', 'starter:code']);
  await runLedger(folder, ['commit', '-m', 'Begin']);
  await mkdir(join(folder, 'folder.json'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function contentOf(path: string): Promise<readonly (readonly [path: string, bytes: string])[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await Promise.all(files.toSorted().map(async (file) => [file, await readFile(file, 'latin1')] as const));
}

describe('the example of the paper, section 5.1', { timeout: 60_000 }, () => {
  // Its ellipses are no JSON, and a line break in a string is written as an escape there.
  const example = {
    id: 'exp_abc123',
    domain: 'math.algebra',
    text: "When solving quadratics, check discriminant\n          ( $b^2-4ac$ ) first. If negative, return 'no real\n          solutions' to avoid wasted computation.",
    confidence: 0.87,
    examples: [
      { input: ' $x^2 + 2x + 5 = 0$ ', output: 'No real solutions' },
      { input: ' $x^2 + 2x - 3 = 0$ ', output: ' $x = 1$  or  $x = -3$ ' },
    ],
    metadata: {
      created_at: '2025-10-17T12:00:00Z',
      created_by: '0x742d35Cc...',
      votes: { upvotes: 24, downvotes: 2 },
      usage_count: 156,
    },
    embedding: [0.123, -0.456],
    merkle_proof: '0xabcdef',
  };

  it('comes into a library and out of it whole, on every way back', async () => {
    await writeFile(join(folder, 'paper.json'), JSON.stringify(example, null, 2));
    const paper = ['--library', 'paper'];
    expect((await runLedger(folder, ['import', 'paper.json', ...paper])).code).toBe(0);
    const { stdout } = await runLedger(folder, ['export', '--format', 'paper', ...paper]);
    const proof = expect.stringMatching(/^0x[0-9a-f]+$/);
    const text =
      "When solving quadratics, check discriminant ( $b^2-4ac$ ) first. If negative, return 'no real solutions' to avoid wasted computation.";
    expect(JSON.parse(stdout)).toEqual([{ ...example, text, merkle_proof: proof }]);
    expect(Object.keys((JSON.parse(stdout) as object[])[0] ?? {})).toEqual(Object.keys(example));

    const rootOf = async (library: string) =>
      /root ([0-9a-f]{64})/.exec((await runLedger(folder, ['status', '--library', library])).stdout)?.[1];
    for (const form of ['paper', 'json', 'jsonl', 'csv']) {
      await runLedger(folder, ['export', '--format', form, '--output', `again.${form}`, ...paper]);
      await runLedger(folder, ['import', `again.${form}`, '--format', form, '--library', form]);
      expect(await rootOf(form), form).toBe(await rootOf('paper'));
    }
  });
});

describe('a file that cannot be taken', { timeout: 60_000 }, () => {
  it.each<[name: string, data: string | Uint8Array | undefined, code: string]>([
    ['a.json', '[{"text":"When a, do b."},{"text":"When c, do d.","confidence":"high"}]', 'invalid-data'],
    ['b.json', '[{"text":"When a, do b."}', 'invalid-json'],
    ['c.json', `${'{"text":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 'invalid-json'],
    ['d.json', gzipSync('[]'), 'not-text'],
    ['e.jsonl', '{"text":"When a, do b."}\n{"text":', 'invalid-json'],
    ['f.csv', 'text;domain\nWhen a, do b.;x\n', 'invalid-csv'],
    ['g.md', 'Nothing is listed here.\n', 'nothing-to-import'],
    ['h.txt', `[a] ${'word '.repeat(33)}\n`, 'too-long'],
    ['i.jsonl', '{"id":"../../x","text":"When a, do b."}\n', 'invalid-data'],
    ['j.jsonl', `{"text":"${'x'.repeat(5 << 20)}"}\n`, 'line-too-long'],
    ['k', 'When a, do b.', 'unknown-format'],
    ['folder.json', undefined, 'is-a-folder'],
    ['library', undefined, 'is-a-library'],
    ['missing.json', undefined, 'no-such-file'],
  ])('%s: is told with a mend, and nothing is changed', async (name, data, code) => {
    if (data !== undefined) await writeFile(join(folder, name), data);
    const before = await contentOf(join(folder, 'library'));
    for (const more of [[], ['--replace'], ['--dry-run'], ['--existing', 'update']]) {
      const { code: exit, stderr } = await runLedger(folder, ['import', name, ...more]);
      expect([exit > 0, stderr]).toEqual([true, expect.stringContaining(`[${code}]`)]);
      expect(stderr).toMatch(/hint: \w/);
    }
    expect(await contentOf(join(folder, 'library'))).toEqual(before);
  });
});
