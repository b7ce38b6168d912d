import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the package: prompts, datasets and package.json lie in it. The same for src/app and dist/app. */
export const packageFolder = fileURLToPath(new URL('../../', import.meta.url));

export const version: string = (JSON.parse(readFileSync(`${packageFolder}package.json`, 'utf8')) as { version: string })
  .version;
