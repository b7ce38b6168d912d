import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { editText } from '../../src/cli/edit-text.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-editor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An editor that is a shell script; the file is its last argument. */
async function editor(script: string): Promise<{ EDITOR: string }> {
  await writeFile(join(folder, 'editor.sh'), script);
  return { EDITOR: `sh '${join(folder, 'editor.sh')}' --wait` };
}

describe('editText', () => {
  it('gives the text to $EDITOR, flags and all, and takes what it leaves', async () => {
    const environment = await editor('test "$1" = --wait && sed -i s/draft/text/ "$2"\n');
    expect(await editText('a draft', environment)).toBe('a text\n');
    expect(await editText('{\n  "a": "draft"\n}', environment, 'a.json')).toBe('{\n  "a": "text"\n}\n');
  });

  it('prefers $VISUAL', async () => {
    const { EDITOR } = await editor('echo seen > "$2"\n');
    expect(await editText('x', { VISUAL: EDITOR, EDITOR: 'false' })).toBe('seen\n');
  });

  it.each([
    ['false', /it ended with 1/],
    ['no-such-editor-anywhere', /it ended with 127/],
    ['sh -c \': > "$0"\'', /nothing was left/],
  ])('says why "%s" gave no text, and leaves no file behind', async (EDITOR, message) => {
    const drafts = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('zoo-edit-')).length;
    const before = await drafts();
    await expect(editText('x', { EDITOR })).rejects.toMatchObject({
      code: 'editor-failed',
      message: expect.stringMatching(message),
    });
    expect(await drafts()).toBe(before);
  });
});
