import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { zooPath } from './zoo.ts';

export const hasPseudoTerminal = spawnSync('python3', ['-c', 'import pty']).status === 0;

/** What is typed, once the program has written something since the last answer. */
export type Typed = readonly [after: string, keys: string];

export interface OnTerminal {
  /** All that it wrote there. */
  readonly written: string;
  readonly code: number | null;
}

const script = `import fcntl, json, os, pty, struct, sys, termios
answers = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
unanswered = b""
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    sys.stdout.buffer.write(chunk)
    unanswered += chunk
    while answers and answers[0][0].encode() in unanswered:
        os.write(terminal, answers.pop(0)[1].encode())
        unanswered = b""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Runs the program on a pseudo-terminal of 100 columns. */
export async function runOnTerminal(
  words: readonly string[],
  { folder, environment = {} }: { readonly folder: string; readonly environment?: Readonly<Record<string, string>> },
  typed: readonly Typed[] = [],
): Promise<OnTerminal> {
  const path = join(folder, 'on_terminal.py');
  writeFileSync(path, script);
  const child = spawn('python3', [path, JSON.stringify(typed), process.execPath, zooPath, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TERM: 'xterm-256color', ...environment },
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  expect(Buffer.concat(err).toString()).toBe('');
  return { written: Buffer.concat(out).toString(), code };
}
