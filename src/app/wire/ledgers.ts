import { type Ledger, openLedger } from '../../ledger/open-ledger.ts';
import type { Files } from '../../world/files/files.ts';
import { clock, files, sha256 } from './platform.ts';

export type { Ledger } from '../../ledger/open-ledger.ts';

/** @param where the file system that the folder is in; that of the machine unless given */
export function ledgerAt(folder: string, where: Files = files): Ledger {
  return openLedger({ files: where, sha256, clock, folder });
}
