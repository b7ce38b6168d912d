import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { cacheFolder, files } from './platform.ts';

/**
 * A new folder that goes when this process ends. What processes left there that were killed goes now.
 *
 * @throws ZooError that of the file system
 */
export async function makeScratch(config: Pick<Config, 'environment'>): Promise<string> {
  const all = join(cacheFolder(config), 'scratch');
  for (const name of await files.list(all)) {
    if (!name.endsWith('.lock') || (await files.lockedBy(join(all, name))) !== undefined) continue;
    await files.remove(join(all, name.slice(0, -'.lock'.length)));
    await files.remove(join(all, name));
  }
  const folder = join(all, randomUUID());
  await files.lock(`${folder}.lock`);
  process.once('exit', () => {
    for (const path of [folder, `${folder}.lock`]) rmSync(path, { recursive: true, force: true });
  });
  return folder;
}
