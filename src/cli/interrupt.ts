import { ZooError, exitCode } from '../core/error.ts';
import type { Terminal } from './terminal.ts';

export interface Interrupt {
  /** Aborted by the first interrupt, with the error that the command ends with. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  end(): void;
}

/**
 * The first Ctrl-C (or SIGTERM) asks the command to stop and to save what it has; the second ends the process at once.
 *
 * @param promise what is true of the work that is stopped, such as `the run can be resumed`
 */
export function untilInterrupted(terminal: Terminal, promise: string): Interrupt {
  const controller = new AbortController();
  const end = terminal.host.onInterrupt(() => {
    if (controller.signal.aborted) terminal.host.abort(exitCode.interrupted);
    terminal.message('warn', `Stopping; ${promise}. Press Ctrl-C again to end at once.`);
    controller.abort(new ZooError('interrupted', 'it was interrupted', { exitCode: exitCode.interrupted }));
  });
  return { signal: controller.signal, end };
}
