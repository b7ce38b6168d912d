import type { Host } from '../../src/cli/host.ts';

export interface FakeHost extends Host {
  /** What was written so far. */
  readonly written: { readonly stdout: () => string; readonly stderr: () => string };
  /** What Ctrl-C does. */
  interrupt(): void;
}

export interface FakeHostOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly canAsk?: boolean;
}

/** A process that keeps what is written to it. */
export function fakeHost({
  environment = {},
  folder = '/',
  isTTY = false,
  columns,
  canAsk = false,
}: FakeHostOptions = {}): FakeHost {
  const out: string[] = [];
  const err: string[] = [];
  const interrupts = new Set<() => void>();
  return {
    stdout: { isTTY, columns, write: (text) => out.push(text) },
    stderr: { isTTY, write: (text) => err.push(text) },
    environment,
    folder,
    canAsk,
    onInterrupt: (callback) => {
      interrupts.add(callback);
      return () => interrupts.delete(callback);
    },
    abort: (code) => {
      throw new Error(`aborted with ${code}`);
    },
    interrupt: () => {
      for (const callback of interrupts) callback();
    },
    written: { stdout: () => out.join(''), stderr: () => err.join('') },
  };
}
