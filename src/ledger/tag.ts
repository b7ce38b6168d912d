import { ZooError, exitCode } from '../core/error.ts';
import type { Files } from '../world/files/files.ts';
import { isTagName } from './history.ts';
import { paths } from './layout.ts';
import type { Ledger } from './open-ledger.ts';

/**
 * Gives a version a name.
 *
 * @param commit the version's commit id
 * @throws ZooError `invalid-tag`, `tag-exists` unless `replace`
 */
export async function writeTag(
  files: Files,
  ledger: Ledger,
  name: string,
  commit: string,
  replace: boolean,
): Promise<void> {
  if (!isTagName(name))
    throw new ZooError('invalid-tag', `"${name}" cannot be the name of a tag`, {
      hint: 'Use up to 64 letters, digits, dots, dashes and underscores; nothing that reads as a version, a root or a CID, such as v3.',
      exitCode: exitCode.usage,
    });
  const lock = await ledger.lock();
  try {
    const there = (await ledger.tags()).get(name);
    if (there !== undefined && there !== commit && !replace)
      throw new ZooError('tag-exists', `the tag ${name} is there already, for another version`, {
        hint: 'Choose another name, or move the tag with --force.',
      });
    await files.writeAtomic(tagPath(ledger.folder, name), `${commit}\n`);
  } finally {
    await lock.release();
  }
}

/** @throws ZooError `unknown-tag` */
export async function removeTag(files: Files, ledger: Ledger, name: string): Promise<void> {
  const lock = await ledger.lock();
  try {
    if (!(await ledger.tags()).has(name))
      throw new ZooError('unknown-tag', `the library has no tag ${name}`, {
        hint: '"zoo ledger tag" lists the tags.',
      });
    await files.remove(tagPath(ledger.folder, name));
  } finally {
    await lock.release();
  }
}

function tagPath(folder: string, name: string): string {
  return `${folder}/${paths.tags}/${name}`;
}
