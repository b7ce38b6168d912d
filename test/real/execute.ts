import { type SpawnSyncOptions, spawnSync } from 'node:child_process';

export interface Executed {
  /** Null when the program is not there or was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and returns what it said. */
export function execute(program: string, parameters: readonly string[], options: SpawnSyncOptions = {}): Executed {
  const done = spawnSync(program, parameters, { ...options, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { code: done.status, stdout: done.stdout ?? '', stderr: done.stderr ?? done.error?.message ?? '' };
}

/** The last lines of what a program said, for a message. */
export function tail(text: string, lines = 3): string {
  return text.trim().split('\n').slice(-lines).join(' · ');
}
