import { type Ledger, openLedger } from '../../ledger/open-ledger.ts';
import { clock, files, sha256 } from './platform.ts';

export type { Ledger } from '../../ledger/open-ledger.ts';

export function ledgerAt(folder: string): Ledger {
  return openLedger({ files, sha256, clock, folder });
}
