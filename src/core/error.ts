/** What every command exits with; scripts depend on these numbers (`zoo --help`, docs/cli). */
export const exitCode = {
  done: 0,
  error: 1,
  usage: 2,
  regression: 3,
  budget: 4,
  verification: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export interface ErrorDetail {
  /** How to mend it; names the flag and the environment variable where there is one. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  readonly exitCode?: ExitCode | undefined;
  /** Machine-readable facts for `--json`; never a secret. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The one error that zoo throws on purpose: a stable code for scripts, a message that says what happened and why,
 * and a hint that says how to mend it.
 */
export class ZooError extends Error {
  override readonly name = 'ZooError';
  /** Stable and kebab-case, such as `library-locked`. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.hint = detail.hint;
    this.exitCode = detail.exitCode ?? exitCode.error;
    this.data = detail.data;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
