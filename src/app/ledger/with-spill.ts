import { type Spill, createSpill } from '../../ledger/shards/spill.ts';
import type { Ledger } from '../wire/ledgers.ts';
import { files } from '../wire/platform.ts';

/** Gives room below the library's folder for what does not fit into memory, as long as `act` runs. */
export async function withSpill<T>({ folder }: Ledger, act: (spill: Spill) => Promise<T>): Promise<T> {
  const spill = createSpill(files, folder);
  try {
    return await act(spill);
  } finally {
    await spill.close();
  }
}
