import { it } from 'vitest';
import { canMount, changeOnFullDisks } from './full-disk.ts';

it.skipIf(!canMount)('leaves the old or the new state on a full disk, and works again when there is room', () =>
  changeOnFullDisks('files', 3, 4),
);
