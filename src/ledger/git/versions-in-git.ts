import type { Git } from '../../world/git/git.ts';
import { paths } from '../layout.ts';

/**
 * The git revisions at which versions of a library became its newest, by the version's id, of all branches. What the
 * library held there is no more certain than that: whoever uses it compares roots.
 *
 * @param folder the library's
 */
export async function versionsInGit(git: Git, folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const listed = await git.run(folder, ['log', '--all', '--full-history', '--format=%H', '--', paths.head]);
  const revisions = new TextDecoder().decode(listed.stdout).split('\n').filter(Boolean);
  if (listed.code !== 0 || revisions.length === 0) return new Map();
  const asked = revisions.map((revision) => `${revision}:./${paths.head}\n`).join('');
  const { stdout } = await git.run(folder, ['cat-file', '--batch=%(objecttype)'], asked);
  // A line that tells the type, or that there is none, then the file with a line feed.
  const answers = new TextDecoder().decode(stdout).match(/^blob\n[\s\S]*?\n\n|^.* missing\n/gm) ?? [];
  const found = new Map<string, string[]>();
  for (const [index, revision] of revisions.entries()) {
    const id = /^blob\n([0-9a-f]{64})\n/.exec(answers[index] ?? '')?.[1];
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), revision]);
  }
  return found;
}
