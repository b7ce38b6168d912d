import { resolve } from 'node:path';
import { type Invocation, textFlag } from './invocation.ts';

/** A flag's path, from the working folder. */
export function pathFlag(invocation: Invocation, name: string): string | undefined {
  const path = textFlag(invocation, name);
  return path === undefined ? undefined : resolve(invocation.terminal.host.folder, path);
}
