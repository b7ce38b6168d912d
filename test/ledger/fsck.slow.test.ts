import { describe, expect, it } from 'vitest';
import { missedFlips, wholeStore } from './fsck-stores.ts';

describe('fsck', { timeout: 1_800_000 }, () => {
  it.each(['files', 'shards'] as const)('finds every flipped bit, wherever it is: %s', async (layout) => {
    expect(await missedFlips(await wholeStore(layout, false), 1)).toEqual([]);
  });

  it('finds every flipped bit of what is signed', async () => {
    expect(await missedFlips(await wholeStore('files'), 1, /\/commits\/|\/checkpoint$/)).toEqual([]);
  });
});
