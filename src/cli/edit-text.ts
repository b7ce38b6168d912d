import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZooError } from '../core/error.ts';

/**
 * Lets somebody edit a text in `$VISUAL`, `$EDITOR` or vi.
 *
 * @param name of the file, by which editors know what it is
 * @throws ZooError `editor-failed` when the editor cannot be run, fails, or leaves nothing
 */
export async function editText(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  name = 'experience.txt',
): Promise<string> {
  const editor =
    [environment['VISUAL'], environment['EDITOR']].find((name) => name !== undefined && name !== '') ?? 'vi';
  const folder = await mkdtemp(join(tmpdir(), 'zoo-edit-'));
  const path = join(folder, name);
  try {
    await writeFile(path, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
    await runEditor(editor, path);
    const edited = await readFile(path, 'utf8');
    if (edited.trim() === '') throw failed(editor, 'nothing was left of the text');
    return edited;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The user's own setting may hold flags, as in `code --wait`; it goes through the shell as git does it. */
function runEditor(editor: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' });
    child.once('error', (cause) => reject(failed(editor, cause.message)));
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(failed(editor, `it ended with ${code ?? 'a signal'}`)),
    );
  });
}

function failed(editor: string, why: string): ZooError {
  return new ZooError('editor-failed', `the editor "${editor}" did not give a text: ${why}`, {
    hint: 'Set EDITOR to an editor that waits until you are done, or say the change with flags.',
  });
}
