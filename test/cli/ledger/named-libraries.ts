import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../../src/core/digest.ts';
import type { Experience } from '../../../src/core/library/experience.ts';
import type { Library } from '../../../src/core/library/library.ts';
import { libraryRoots } from '../../../src/core/tree/library-roots.ts';
import { changesBetween } from '../../../src/ledger/changes.ts';
import { commitWorking } from '../../../src/ledger/commit-working.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { encodePack } from '../../../src/ledger/pack.ts';
import { writeVersion } from '../../../src/ledger/write-version.ts';
import { sha256 } from '../../../src/world/digest/node-crypto.ts';
import { diskFiles } from '../../../src/world/files/disk.ts';
import { exampleExperience } from '../../ledger/experience.ts';

const clock = { now: () => Date.UTC(2026, 0, 1), sleep: () => Promise.resolve() };
const options = { message: 'Next', author: 'ada' };

/** So many, and each so long, that they lie in shards, and their file is one that is not read as a whole. */
const size = 2100;
const long = 'Long enough to matter. '.repeat(90);

/** Oldest first, as what was published is told; some say nearly the same, and one breaks a rule. */
function member(number: number): Experience {
  const one = exampleExperience(number);
  const text =
    number % 500 === 3 ? `Be careful with case c${number}.` : `When case c${number} asks for a bound, name it first.`;
  return exampleExperience(number, {
    text,
    domain: number % 2 === 0 ? 'math.algebra' : 'code',
    examples: [{ input: `What is ${number}?`, output: long }],
    metadata: {
      ...one.metadata,
      created_at: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
      usage_count: number % 7,
    },
  });
}

/** The library that is named in every way. */
export const named: Library = { experiences: Array.from({ length: size }, (_, number) => member(number)) };
export const [gone, counted, old] = [20, 31, 42].map((place) => named.experiences[place] as Experience) as [
  Experience,
  Experience,
  Experience,
];
export const fresh = exampleExperience(90_002, { domain: 'code' });
/** What became of it in the working library: one gone, one counted, one reworded, one new. */
export const working: Library = {
  experiences: named.experiences
    .filter(({ id }) => id !== gone.id)
    .map((one) => {
      if (one.id === old.id) return { ...exampleExperience(90_001, { domain: old.domain }), lineage: [old.id] };
      return one.id === counted.id ? { ...one, metadata: { ...one.metadata, usage_count: 99 } } : one;
    })
    .concat(fresh),
};

const git = (home: string, ...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', ...words], { cwd: home });

const ledgerIn = (folder: string) => openLedger({ files: diskFiles, sha256, clock, folder });

/**
 * A folder whose `library` has the library as `v2` and as the git commit `before`, and what became of it as the working
 * library; the same library in a folder and in a file; as changes since parts, as they were written once (`packs`); and as
 * a clone has it (`clone`).
 */
export async function nameLibrary(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'zoo-named-'));
  git(home, 'init', '-q');
  const ledger = ledgerIn(join(home, 'library'));
  await ledger.save({ experiences: named.experiences.slice(0, 2050) });
  await commitWorking(diskFiles, clock, ledger, options, sha256);
  await cp(join(home, 'library'), join(home, 'packs'), { recursive: true });
  await commitChanges(join(home, 'packs'), named);
  await ledger.save(named);
  await commitWorking(diskFiles, clock, ledger, options, sha256);
  git(home, 'add', 'library');
  git(home, 'commit', '-qm', 'before');
  git(home, 'tag', 'before');
  await cp(join(home, 'library'), join(home, 'folder'), { recursive: true });
  git(home, 'clone', '-q', home, 'clone');
  await writeFile(join(home, 'file.jsonl'), named.experiences.map((one) => `${JSON.stringify(one)}\n`).join(''));
  await ledger.save(working);
  return home;
}

/** A version that holds what changed since one in parts. */
async function commitChanges(folder: string, library: Library): Promise<void> {
  const ledger = ledgerIn(folder);
  const previous = (await ledger.history()).at(-1)?.id ?? null;
  const changes = changesBetween(await ledger.library(), library, sha256);
  const { recordsRoot, mapRoot, size: count } = libraryRoots(sha256, library.experiences);
  const roots = { recordsRoot: toHex(recordsRoot), mapRoot: toHex(mapRoot), size: count };
  await ledger.change(async () => {
    const version = await writeVersion(
      { files: diskFiles, folder, clock, sha256 },
      { pack: encodePack(changes, previous), roots },
      options,
    );
    return { change: { layout: 'shards', changes, version: { seq: version.seq, commit: version.id } }, result: null };
  });
  // What lies there is another library, so that the version is read from its packs.
  await ledger.save(working);
}

export async function forget(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true });
}
