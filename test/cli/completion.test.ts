import { spawnSync } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { fakeHost } from './fake-host.ts';

async function scriptOf(shell: string): Promise<string> {
  const host = fakeHost();
  expect(await main(['completion', shell], host)).toBe(0);
  return host.written.stdout();
}

/** What bash offers for a line that ends at the cursor. */
function complete(script: string, words: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-completion-'));
  const file = join(folder, 'zoo.bash');
  writeFileSync(file, script);
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const { stdout, stderr } = spawnSync(
    'bash',
    [
      '--norc',
      '-c',
      `source ${file}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _zoo; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
    { encoding: 'utf8' },
  );
  rmSync(folder, { recursive: true });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

it('bash completes commands, commands below commands, flags and choices', async () => {
  const script = await scriptOf('bash');
  expect(complete(script, ['zoo', 'tr'])).toEqual(['train']);
  expect(complete(script, ['zoo', 'dataset', 'sh'])).toEqual(['show']);
  expect(complete(script, ['zoo', 'ledger', 'bl'])).toEqual(['blame']);
  // What git calls is for git.
  expect(complete(script, ['zoo', 'ledger', 'git-'])).toEqual(['']);
  expect(complete(script, ['zoo', 'train', '--group-s'])).toEqual(['--group-size', '--group-size-fixed']);
  expect(complete(script, ['zoo', 'train', '--gate', ''])).toEqual(['off', 'epoch', 'step']);
  expect(complete(script, ['zoo', 'runs', '--js'])).toEqual(['--json']);
});

it.each(['zsh', 'fish'])('%s gets every command', async (shell) => {
  const script = await scriptOf(shell);
  for (const word of ['train', 'validate', 'group-size', 'epoch']) expect(script).toContain(word);
});

it('an unknown shell is wrong usage', async () => {
  const host = fakeHost();
  expect(await main(['completion', 'tcsh'], host)).toBe(2);
  expect(host.written.stderr()).toContain('bash, zsh, fish');
});
