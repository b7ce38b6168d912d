/** The process around the command line, as an argument, so that tests can run commands without one. */
export interface Host {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working folder. */
  readonly folder: string;
  /** True when someone can answer questions. */
  readonly canAsk: boolean;
  /** Calls back at every interrupt (Ctrl-C) or request to end; returns what takes the callback away. */
  onInterrupt(callback: () => void): () => void;
  /** Ends the process at once. */
  abort(code: number): never;
}

interface Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False where the reader is slower than the writer: then `drain` tells when it is not any more. */
  write(text: string): unknown;
  once?(event: 'drain', callback: () => void): unknown;
}

const endings = ['SIGINT', 'SIGTERM'] as const;

export function processHost(): Host {
  // A reader that went away, as `head` does, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    folder: process.cwd(),
    canAsk: process.stdin.isTTY && process.stderr.isTTY,
    onInterrupt: (callback) => {
      for (const signal of endings) process.on(signal, callback);
      return () => {
        for (const signal of endings) process.off(signal, callback);
      };
    },
    abort: (code) => process.exit(code),
  };
}
