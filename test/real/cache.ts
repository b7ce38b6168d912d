import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where models and libraries of the real-model tests are kept, outside the repository: $ZOO_TEST_CACHE or ~/.cache/zoo. */
export function cacheFolder(...parts: readonly string[]): string {
  const folder = join(process.env['ZOO_TEST_CACHE'] ?? join(homedir(), '.cache', 'zoo'), ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}
