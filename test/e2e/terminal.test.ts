import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, makeFolder, zooPath } from './zoo.ts';

const hasPty = spawnSync('python3', ['-c', 'import pty']).status === 0;
const home = makeFolder();
beforeAll(ensureBuilt, 60_000);
afterAll(() => home.remove());

/** Runs the program on a pseudo-terminal of 100 columns and returns all that it wrote there. */
function onTerminal(words: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  const script = join(home.path, 'on_terminal.py');
  writeFileSync(
    script,
    `import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    sys.stdout.buffer.write(chunk)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`,
  );
  const { status, stdout, stderr } = spawnSync('python3', [script, process.execPath, zooPath, ...words], {
    cwd: home.path,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: home.path, TERM: 'xterm-256color', ...environment },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

const train = ['train', '--dataset', 'quickstart', '--provider', 'sim', '--limit', '12', '--epochs', '1'];

describe.skipIf(!hasPty)('on a terminal (skipped where python3 has no pty module)', () => {
  it('draws the stages, redraws in place, and leaves the last frame and the account', () => {
    const written = onTerminal([...train, '--library', 'one']);
    expect(written).toMatch(/rollouts +█/);
    expect(written).toContain('\u001B[2K');
    expect(written.lastIndexOf('status   completed')).toBeGreaterThan(written.lastIndexOf('rollouts'));
    expect(written).not.toContain('step 1 done');
  });

  it.each([
    ['--no-live', [...train, '--library', 'two', '--no-live'], {}],
    ['CI', [...train, '--library', 'three'], { CI: 'true' }],
    ['TERM=dumb', [...train, '--library', 'four'], { TERM: 'dumb' }],
  ])('%s gives plain lines', (_, words, environment) => {
    const written = onTerminal(words, environment);
    expect(written).toContain('step 1 done');
    expect(written).not.toContain('█');
    expect(written).not.toContain('\u001B[2K');
  });

  it('NO_COLOR keeps the view and takes the colour', () => {
    const written = onTerminal([...train, '--library', 'five'], { NO_COLOR: '1' });
    expect(written).toMatch(/rollouts +█/);
    for (const colour of ['31', '32', '33']) expect(written).not.toContain(`\u001B[${colour}m`);
  });
});
