import { describe, expect, it } from 'vitest';
import { createSpill } from '../../../src/ledger/shards/spill.ts';
import { memoryFiles } from '../../fakes/files.ts';

async function fill(spill: ReturnType<typeof createSpill>, word: string): Promise<void> {
  for (let number = 0; number < 10; number++) await spill.put(number % 2 === 0 ? 'even' : 'odd', `${word} ${number}`);
}

describe('what does not fit into memory', () => {
  it('is read in the order in which it came, wherever it lies', async () => {
    for (const most of [1, 30, 1 << 20]) {
      const files = memoryFiles();
      const spill = createSpill(files, 'library', most);
      await fill(spill, 'line');
      expect(await spill.read('odd')).toBe('line 1\nline 3\nline 5\nline 7\nline 9\n');
      expect(await spill.read('other')).toBe('');
      expect(files.contents.size > 0).toBe(most < 100);
      await spill.clear();
      expect(await spill.read('odd')).toBe('');
      await fill(spill, 'again');
      expect((await spill.read('even')).startsWith('again 0\nagain 2\n')).toBe(true);
      await spill.close();
      expect(files.contents.size).toBe(0);
    }
  });

  it('is kept apart by two at once, and taken away after one that was killed', async () => {
    const files = memoryFiles();
    const [one, other] = [createSpill(files, 'library', 1), createSpill(files, 'library', 1)];
    await fill(one, 'one');
    await fill(other, 'other');
    expect([await one.read('odd'), await other.read('odd')].map((text) => text.slice(0, 5))).toEqual([
      'one 1',
      'other',
    ]);
    const after = files.restart();
    const next = createSpill(after, 'library', 1);
    await next.put('odd', 'next');
    expect(await next.read('odd')).toBe('next\n');
    expect(after.contents.size).toBe(1);
    const last = createSpill(after, 'library', 1);
    await last.put('odd', 'last');
    expect(await next.read('odd')).toBe('next\n');
    await last.close();
    await next.close();
    expect(after.contents.size).toBe(0);
  });
});
