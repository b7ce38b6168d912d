import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { Experience } from '../../core/library/experience.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Library } from '../../core/library/library.ts';
import { readHeader } from '../../ledger/working.ts';
import type { Config } from '../config.ts';
import { creationDate } from '../train-run.ts';
import { type Ledger, ledgerAt } from '../wire/ledgers.ts';
import { clock, files } from '../wire/platform.ts';

export function configuredLedger({ settings }: Pick<Config, 'settings'>): Ledger {
  return ledgerAt(settings.library);
}

/** Whether the working library lies in shards. One that cannot be read is told by whoever reads it. */
export async function isLargeLibrary({ settings }: Pick<Config, 'settings'>): Promise<boolean> {
  const header = await readHeader(files, settings.library).catch(() => undefined);
  return header?.layout === 'shards';
}

/** From this many bytes on, a file is not read as a whole. */
const manyBytes = 4 << 20;

export async function isLargeFile(path: string, folder: string): Promise<boolean> {
  const file = resolve(folder, path);
  if (!(await files.exists(file))) return false;
  // What cannot be opened, such as a folder, is told by whoever reads it.
  const reader = await files.open(file).catch(() => undefined);
  await reader?.close();
  return reader !== undefined && reader.size >= manyBytes;
}

/** Who changes the library: the setting, then what git would say, then the system's user. */
export function authorOf({ settings, environment }: Pick<Config, 'settings' | 'environment'>): string {
  const named = [settings.author, environment['GIT_AUTHOR_NAME'], environment['USER'], environment['USERNAME']];
  return (named.find((name) => name !== undefined && name !== '') ?? systemUser()).slice(0, 256);
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return 'curator';
  }
}

/** RFC 3339, UTC; SOURCE_DATE_EPOCH where it is set. */
export function dateOf({ environment }: Pick<Config, 'environment'>): string {
  return creationDate(environment, '', clock.now());
}

/**
 * The experience of an id, or of the only one that begins with what is given.
 *
 * @throws ZooError `unknown-experience`, `ambiguous-experience`
 */
export function findById(library: Library, id: string): Experience {
  const [only, ...more] = beginningWith(library, id);
  if (only !== undefined && more.length === 0) return only;
  if (only === undefined) {
    const now = library.experiences.find(({ lineage }) => lineage.some((ancestor) => begins(ancestor, id)));
    throw new ZooError('unknown-experience', `the library has no experience ${id}`, {
      exitCode: exitCode.usage,
      hint:
        now === undefined
          ? '"zoo ledger list" shows the ids; --at names another version or file.'
          : `It was reworded and is ${now.id} now; --at names a version that still has it.`,
    });
  }
  const some = [only, ...more].slice(0, 5).map((experience) => experience.id);
  throw new ZooError('ambiguous-experience', `${id} begins ${more.length + 1} ids`, {
    exitCode: exitCode.usage,
    hint: `Give more of it: ${some.join(', ')}.`,
  });
}

/** The whole id where something begins one id alone, and as it was given otherwise. */
export function completeId(library: Library, id: string): string {
  const [only, ...more] = beginningWith(library, id);
  return only === undefined || more.length > 0 ? id : only.id;
}

function beginningWith({ experiences }: Library, id: string): readonly Experience[] {
  const exact = experiences.filter((experience) => experience.id === id);
  if (exact.length > 0 || id.length < 3) return exact;
  return experiences.filter((experience) => begins(experience.id, id));
}

/** The prefix that ids of zoo's own have may be left out. */
function begins(id: string, beginning: string): boolean {
  return id === beginning || (beginning.length >= 3 && (id.startsWith(beginning) || id.startsWith(`exp_${beginning}`)));
}
