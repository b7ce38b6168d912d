import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/world/clock/system.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { type FileJournal, openFileJournal } from '../../../src/world/journal/file.ts';
import type { CallEntry, JournalEntry } from '../../../src/world/journal/journal.ts';
import { type MemoryFiles, memoryFiles } from '../../fakes/files.ts';

function call(number: number, text = `answer ${number}`): CallEntry {
  return {
    type: 'call',
    key: `key-${number}`,
    purpose: { stage: 'rollout', role: 'student', item: 'p1', step: 0 },
    model: { provider: 'sim', model: 'student', endpoint: 'http://127.0.0.1:1/v1' },
    messages: ['m1', 'm2'],
    sample: { index: 0, seed: number },
    result: {
      kind: 'completion',
      text,
      reasoning: 'π ≈ 3 "quoted"\n',
      finish: 'stop',
      usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 2 },
      usageReported: true,
      timing: { firstTokenMs: 1, totalMs: 2 },
    },
    at: 1,
  };
}
const decision: JournalEntry = {
  type: 'decision',
  step: 0,
  about: 'p1',
  decision: 'skipped',
  reason: 'no spread',
  data: { spread: 0 },
};
const message: JournalEntry = { type: 'message', digest: 'd1', role: 'user', content: 'What is 1 + 1?' };

const open = (files: MemoryFiles, readOnly = false): Promise<FileJournal> =>
  openFileJournal({ files, folder: 'run', clock: systemClock, readOnly });

async function all(journal: FileJournal): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of journal.entries()) entries.push(entry);
  return entries;
}

describe('openFileJournal', () => {
  it('finds again what was appended, also after it was opened again', async () => {
    const files = memoryFiles();
    const first = await open(files);
    expect(await first.checkpoint()).toBeUndefined();
    const entries: JournalEntry[] = [message, call(1), decision, call(2)];
    for (const entry of entries) await first.append(entry);
    await first.append(call(1, 'a later answer'));
    expect(await first.find('key-1')).toEqual(call(1, 'a later answer').result);
    expect(await first.find('key-9')).toBeUndefined();
    await first.commit({ step: 1, library: ['x'] });
    await first.close();

    const second = await open(files);
    expect(second.warnings).toEqual([]);
    expect(await second.checkpoint()).toEqual({ step: 1, library: ['x'] });
    expect(await second.find('key-1')).toEqual(call(1, 'a later answer').result);
    expect(await second.find('key-2')).toEqual(call(2).result);
    expect(await second.message('d1')).toMatchObject({ role: 'user', content: 'What is 1 + 1?' });
    expect(await all(second)).toEqual([...entries, call(1, 'a later answer')]);
    await second.close();
  });

  it('writes lines that any JSON tool reads', async () => {
    const files = memoryFiles();
    const journal = await open(files);
    await journal.append(call(1));
    await journal.close();
    const lines = (files.text('run/journal.jsonl') ?? '').trimEnd().split('\n');
    const { sum, ...entry } = JSON.parse(lines[0] ?? '') as { sum: string };
    expect(sum).toMatch(/^[0-9a-f]{8}$/);
    expect(entry).toEqual(call(1));
  });

  it('keeps a message once', async () => {
    const files = memoryFiles();
    const journal = await open(files);
    await journal.append(message);
    await journal.append(message);
    expect(await all(journal)).toEqual([message]);
    await journal.close();
  });

  it('cuts off a last line torn at any byte and tells it', async () => {
    const files = memoryFiles();
    const journal = await open(files);
    await journal.append(call(1));
    const whole = files.contents.get('run/journal.jsonl')?.length ?? 0;
    await journal.append(call(2));
    await journal.close();
    const bytes = files.contents.get('run/journal.jsonl') as Uint8Array;
    for (let length = whole + 1; length < bytes.length; length += 7) {
      files.set('run/journal.jsonl', bytes.slice(0, length));
      const again = await open(files.restart());
      expect(again.warnings).toHaveLength(1);
      expect(await again.find('key-1')).toEqual(call(1).result);
      expect(await again.find('key-2')).toBeUndefined();
      await again.append(call(3));
      expect(await all(again)).toEqual([call(1), call(3)]);
      await again.close();
    }
  });

  it('refuses a journal damaged before its end, naming line and mend', async () => {
    const files = memoryFiles();
    const journal = await open(files);
    for (const number of [1, 2, 3]) await journal.append(call(number));
    await journal.close();
    const bytes = files.contents.get('run/journal.jsonl') as Uint8Array;
    const second = bytes.indexOf(10) + 1;
    const damaged = bytes.slice();
    damaged[second + 60] = (damaged[second + 60] as number) ^ 4;
    files.set('run/journal.jsonl', damaged);
    const error: unknown = await open(files).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'journal-damaged', data: { line: 2, offset: second } });
    expect((error as Error).message).toContain('line 2');
    // What the hint says mends it.
    files.set('run/journal.jsonl', damaged.slice(0, second));
    const mended = await open(files);
    expect(await all(mended)).toEqual([call(1)]);
    await mended.close();
  });

  it('finds every flipped bit of a middle line', async () => {
    const files = memoryFiles();
    const journal = await open(files);
    await journal.append(decision);
    await journal.append(decision);
    await journal.close();
    const bytes = files.contents.get('run/journal.jsonl') as Uint8Array;
    for (let bit = 0; bit < bytes.indexOf(10) * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >>> 3] = (flipped[bit >>> 3] as number) ^ (1 << (bit & 7));
      files.set('run/journal.jsonl', flipped);
      await expect(open(files, true)).rejects.toMatchObject({ code: 'journal-damaged' });
    }
  });

  it('refuses a journal that is shorter than its checkpoint', async () => {
    const files = memoryFiles();
    const journal = await open(files);
    await journal.append(call(1));
    await journal.append(call(2));
    await journal.commit({ step: 1 });
    await journal.close();
    const bytes = files.contents.get('run/journal.jsonl') as Uint8Array;
    files.set('run/journal.jsonl', bytes.slice(0, bytes.indexOf(10) + 1));
    await expect(open(files)).rejects.toMatchObject({ code: 'journal-damaged' });
  });

  it('refuses a checkpoint that was changed', async () => {
    const files = memoryFiles();
    const journal = await open(files);
    await journal.commit({ step: 1 });
    await journal.close();
    files.set('run/checkpoint.json', (files.text('run/checkpoint.json') ?? '').replace('"step":1', '"step":2'));
    await expect(open(files)).rejects.toMatchObject({ code: 'checkpoint-damaged' });
  });

  it('keeps a second process off the run, but not a reader', async () => {
    const files = memoryFiles();
    const journal = await open(files);
    await journal.append(call(1));
    await expect(open(files)).rejects.toMatchObject({ code: 'run-locked' });
    const reader = await open(files, true);
    expect(await reader.find('key-1')).toEqual(call(1).result);
    await expect(reader.append(call(2))).rejects.toMatchObject({ code: 'read-only-journal' });
    await reader.close();
    await journal.close();
    await (await open(files)).close();
  });

  it('leaves no folder of a run that was refused before it began', async () => {
    const files = memoryFiles();
    await (await open(files)).close();
    expect(await files.exists('run/journal.jsonl')).toBe(false);
    files.set('run/run.json', '{}');
    await (await open(files)).close();
    expect(await files.exists('run/journal.jsonl')).toBe(true);
  });

  it('tells a full disk and goes on when there is space again', async () => {
    const start = memoryFiles();
    start.set('run/run.json', '{}');
    await (await open(start)).close();
    const files = start.restart({ at: 0, kind: 'disk-full', steps: 1 });
    const journal = await open(files);
    await expect(journal.append(call(1))).rejects.toMatchObject({ code: 'disk-full' });
    expect(await journal.find('key-1')).toBeUndefined();
    await journal.append(call(2));
    expect(await all(journal)).toEqual([call(2)]);
    await journal.close();
  });

  it.each(['stop', 'torn'] as const)('has everything that was told to be written after a %s', async (kind) => {
    for (let at = 0; at < 12; at++) {
      const files = memoryFiles({ at, kind });
      const told: CallEntry[] = [];
      try {
        const journal = await open(files);
        for (const number of [1, 2, 3, 4]) {
          await journal.append(call(number));
          told.push(call(number));
          if (number % 2 === 0) await journal.commit({ step: number });
        }
      } catch {
        // The process is gone.
      }
      const again = await open(files.restart());
      const found = await all(again);
      expect(found.slice(0, told.length)).toEqual(told);
      expect(found.length).toBeLessThanOrEqual(told.length + 1);
      await again.close();
    }
  });
});

describe('a journal on the disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zoo-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes thousands of entries at once and finds each', async () => {
    const journal = await openFileJournal({ files: diskFiles, folder, clock: systemClock });
    const count = 5000;
    const text = 'x'.repeat(2000);
    await Promise.all(Array.from({ length: count }, (_, number) => journal.append(call(number, `${number} ${text}`))));
    await journal.close();
    const again = await openFileJournal({ files: diskFiles, folder, clock: systemClock });
    for (const number of [0, 1, 777, count - 1])
      expect(await again.find(`key-${number}`)).toMatchObject({ text: `${number} ${text}` });
    let entries = 0;
    for await (const entry of again.entries()) if (entry.type === 'call') entries++;
    expect(entries).toBe(count);
    await again.close();
    expect((await readFile(join(folder, 'journal.jsonl'))).length).toBeGreaterThan(count * 2000);
  });

  it('keeps what was told to be written when its process is killed', async () => {
    const source = (path: string) => JSON.stringify(join(import.meta.dirname, '../../../src/world', path));
    const script = `
      import { systemClock } from ${source('clock/system.ts')};
      import { diskFiles } from ${source('files/disk.ts')};
      import { openFileJournal } from ${source('journal/file.ts')};
      import { writeSync } from 'node:fs';
      const journal = await openFileJournal({ files: diskFiles, folder: ${JSON.stringify(folder)}, clock: systemClock });
      let number = 0;
      const worker = async () => {
        for (;;) {
          const own = number++;
          await journal.append({ type: 'decision', step: own, about: 'x', decision: 'y', reason: 'z'.repeat(5000) });
          writeSync(1, own + '\\n');
          if (own % 50 === 0) await journal.commit({ step: own });
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
    `;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let told = '';
      await new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk: Buffer) => {
          told += chunk.toString();
          if (told.length > 400 + 300 * round) child.kill('SIGKILL');
        });
        child.on('close', () => resolve());
      });
      const journal = await openFileJournal({ files: diskFiles, folder, clock: systemClock });
      const found = new Set((await all(journal)).map((entry) => (entry.type === 'decision' ? entry.step : -1)));
      const steps = told.slice(0, told.lastIndexOf('\n')).split('\n').map(Number);
      expect(steps.length).toBeGreaterThan(50);
      for (const step of steps) expect(found).toContain(step);
      await journal.close();
    }
  });
});
