import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../world/clock/clock.ts';
import { systemClock } from '../../world/clock/system.ts';
import { sha256 as nodeSha256 } from '../../world/digest/node-crypto.ts';
import { diskFiles } from '../../world/files/disk.ts';
import type { Files } from '../../world/files/files.ts';
import type { Config } from '../config.ts';

export const files: Files = diskFiles;
export const clock: Clock = systemClock;
export const sha256 = nodeSha256;

/** Where zoo keeps what can be had again: downloads, and what it learnt about endpoints. */
export function cacheFolder({ environment }: Pick<Config, 'environment'>): string {
  const base = environment['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'zoo');
}

/** What must outlast a cleared cache, and belongs to a user of this machine. */
export function stateFolder({ environment }: Pick<Config, 'environment'>): string {
  const base = environment['XDG_STATE_HOME'];
  const home = environment['HOME'] ?? homedir();
  return join(base === undefined || base === '' ? join(home, '.local', 'state') : base, 'zoo');
}
