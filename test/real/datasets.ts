import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Skipped } from './skipped.ts';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A folder with aime24.jsonl: ZOO_DATASETS_DIR, or shared/datasets beside the project. The problems are others' work and
 * are not part of the repository.
 *
 * @throws Skipped when there is none
 */
export function datasetsFolder(): string {
  const given = process.env['ZOO_DATASETS_DIR'];
  const folder = given === undefined || given === '' ? join(projectFolder, '..', 'shared', 'datasets') : resolve(given);
  if (existsSync(join(folder, 'aime24.jsonl'))) return folder;
  throw new Skipped(`there is no aime24.jsonl in ${folder}; name a folder that has it with ZOO_DATASETS_DIR`);
}
