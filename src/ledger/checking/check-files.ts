import type { Library } from '../../core/library/library.ts';
import { gitAttributes } from '../git/git-drivers.ts';
import { gitIgnored, paths, recordFile, renderRecord } from '../layout.ts';
import { readPending } from '../pending.ts';
import { readHeader, renderHeader } from '../working.ts';
import type { Inspection } from './findings.ts';

/** A change under way, and the counter of changes. */
export async function checkPending({ files, folder, sha256, at, found, attempt }: Inspection): Promise<void> {
  const pending = await attempt(paths.pending, () => readPending(files, folder, sha256));
  if (pending !== undefined)
    found(
      'change-under-way',
      'note',
      paths.pending,
      'A change is decided but not carried out.',
      'The next write carries it out.',
    );
  const generation = await files.readText(at(paths.generation));
  if (generation !== undefined && !/^[1-9]\d{0,15}\n$/.test(generation))
    found('generation-damaged', 'error', paths.generation, 'It holds no number.', 'Remove it.');
}

/** `library.json`, and what git is told. */
export async function checkHeader(inspection: Inspection): Promise<void> {
  const { files, folder, at, found, attempt } = inspection;
  const header = await attempt(paths.header, () => readHeader(files, folder));
  if (header === undefined && (await files.list(at(paths.records))).length > 0)
    found(
      'header-missing',
      'error',
      paths.header,
      'It is missing or damaged.',
      'Restore it from git, or save any change.',
    );
  if (header !== undefined && (await files.readText(at(paths.header))) !== renderHeader(header))
    found('rewritten', 'note', paths.header, 'It is not written as zoo writes it.');
  await checkLines(inspection, 'git-ignore', paths.gitIgnore, gitIgnored);
  await checkLines(inspection, 'git-attributes', paths.gitAttributes, gitAttributes);
}

/** A file that may be absent, and holds these lines among others where it is there. */
async function checkLines({ files, at, found }: Inspection, code: string, path: string, lines: string): Promise<void> {
  const there = ((await files.readText(at(path))) ?? lines).split('\n');
  const missing = lines.split('\n').filter((line) => line !== '' && !there.includes(line));
  if (missing.length > 0)
    found(code, 'note', path, `It does not hold ${missing.map((line) => JSON.stringify(line)).join(', ')}.`, 'Add it.');
}

/** Damage that the reading of records forgives: spaces and escapes; and files that are no record. */
export async function checkRecordFiles({ files, at, found }: Inspection, library: Library): Promise<void> {
  const names = new Set(await files.list(at(paths.records)));
  for (const experience of library.experiences) {
    const path = `${paths.records}/${recordFile(experience.id)}`;
    names.delete(recordFile(experience.id));
    if ((await files.readText(at(path))) !== renderRecord(experience))
      found('rewritten', 'note', path, 'It is not written as zoo writes it.', 'Any change of the record rewrites it.');
  }
  foundStray(found, names);
}

export async function checkShardFiles({ files, at, found }: Inspection): Promise<void> {
  const names = await files.list(at(paths.records));
  foundStray(
    found,
    names.filter((name) => !/^[0-9a-f]{2}\.jsonl$/.test(name)),
  );
}

function foundStray(found: Inspection['found'], names: Iterable<string>): void {
  for (const name of names)
    found('stray-file', 'note', `${paths.records}/${name}`, 'It is no record of this library.', 'Remove it.');
}
