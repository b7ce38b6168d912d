import { readFileSync } from 'node:fs';

/** The version in package.json, which lies at the same distance from src/app and from dist/app. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
