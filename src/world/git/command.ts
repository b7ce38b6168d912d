import { spawn } from 'node:child_process';
import { ZooError } from '../../core/error.ts';
import type { Git, GitResult } from './git.ts';

/** Git as a child process, its messages in English, asking nobody for a password. */
export const gitCommand: Git = {
  run: (folder, words, input) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', [...words], {
        cwd: folder,
        env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const [out, err]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => void out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => void err.push(chunk));
      child.once('error', (cause: NodeJS.ErrnoException) => reject(notRun(cause, folder)));
      child.once('close', (code) => {
        const result: GitResult = {
          code: code ?? 1,
          stdout: Buffer.concat(out),
          stderr: Buffer.concat(err).toString('utf8'),
        };
        resolve(result);
      });
      // Git may end before it has read everything; what it says then is the answer.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input ?? '');
    }),
};

function notRun(cause: NodeJS.ErrnoException, folder: string): ZooError {
  return new ZooError('no-git', `git could not be run in ${folder}: ${cause.message}`, {
    cause,
    hint: 'Install git, or name a folder that is there.',
  });
}
