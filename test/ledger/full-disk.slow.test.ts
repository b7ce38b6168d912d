import { it } from 'vitest';
import { canMount, changeOnFullDisks } from './full-disk.ts';

it.skipIf(!canMount)('leaves the old or the new state of a large library on a full disk', { timeout: 600_000 }, () =>
  changeOnFullDisks('shards', 2001, 3),
);
