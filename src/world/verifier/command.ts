import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { ZooError, messageOf } from '../../core/error.ts';
import type { Problem } from '../../core/learning/problem.ts';
import { readVerdict } from './read-verdict.ts';
import type { Verdict, Verifier } from './verifier.ts';

export interface CommandOptions {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  /** Milliseconds that it may take for one response; default 30,000. */
  readonly limitMs?: number | undefined;
  /** Programs that run at a time; default one a core. */
  readonly atOnce?: number | undefined;
  /** Environment variables that it sees beside PATH, HOME, LANG and TMPDIR. Keys of models are not passed on. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const longestOutput = 1_000_000;

/**
 * Grades with a program of the user's. It gets `{"id", "problem", "answer", "response"}` on its standard input and answers a
 * verdict in JSON on its standard output, or with its exit code alone: 0 right, 1 wrong. Any other exit code, a time-out
 * and an output that is no verdict are errors, not verdicts.
 */
export function commandVerifier(options: CommandOptions): Verifier {
  const limit = pLimit(options.atOnce ?? availableParallelism());
  const name = `command:${options.command.join(' ')}`;
  return {
    name,
    verify: (problem, response, signal) =>
      limit(async () => {
        signal?.throwIfAborted();
        const ended = await runCommand(options, { ...problem, response }, signal);
        return readEnd(ended, name);
      }),
  };
}

interface Ended {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly output: string;
  readonly complaint: string;
}

function readEnd({ code, killedBy, output, complaint }: Ended, name: string): Verdict {
  if (code !== 0 && code !== 1) {
    const how = killedBy === null ? `exit code ${code}` : `signal ${killedBy}`;
    throw new ZooError(
      'verifier-failed',
      `the verifier "${name}" ended with ${how}${complaint === '' ? '' : `: ${complaint}`}`,
      {
        hint: 'it must end with 0 (right) or 1 (wrong), or print a verdict in JSON and end with 0',
      },
    );
  }
  if (output.trim() === '')
    return { kind: 'graded', correct: code === 0, reward: code === 0 ? 1 : 0, answer: '', reason: `exit code ${code}` };
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch (cause) {
    throw new ZooError(
      'verifier-failed',
      `the verifier "${name}" printed something that is no JSON: ${messageOf(cause)}`,
      {
        hint: 'print a verdict in JSON on standard output, and everything else on standard error',
        cause,
      },
    );
  }
  return readVerdict(value, name);
}

function runCommand(
  options: CommandOptions,
  input: Problem & { response: string },
  signal: AbortSignal | undefined,
): Promise<Ended> {
  const [program, ...args] = options.command;
  const limitMs = options.limitMs ?? 30_000;
  return new Promise((resolve, reject) => {
    // A group of its own, so that what the program starts ends with it.
    const child = spawn(program, args, {
      env: environmentOf(options),
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const end = () => killGroup(child.pid);
    const fail = (error: Error) => {
      end();
      reject(error);
    };
    const timer = setTimeout(
      () =>
        fail(
          new ZooError('verifier-timeout', `the verifier "${program}" took more than ${limitMs} ms`, {
            hint: 'make it faster, or give it more time',
          }),
        ),
      limitMs,
    );
    const abort = () => fail(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > longestOutput)
        fail(
          new ZooError('verifier-failed', `the verifier "${program}" printed more than ${longestOutput} characters`),
        );
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint = `${complaint}${chunk}`.slice(-300)));
    child.on('error', (cause) =>
      reject(
        new ZooError('verifier-failed', `the verifier "${program}" cannot be run: ${cause.message}`, {
          hint: 'name a program that is on the PATH, or its whole path',
          cause,
        }),
      ),
    );
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve({ code, killedBy, output, complaint: complaint.trim() });
    });
    // A program that does not read its input closes it; its exit code tells what it thinks of that.
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify(input)}\n`);
  });
}

function environmentOf({ environment }: CommandOptions): Record<string, string> {
  const passed = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...environment };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself in the meantime.
  }
}
