import { toHex } from '../../core/digest.ts';
import type { Evidence, Experience } from '../../core/library/experience.ts';
import { certifyDifference } from '../../core/tree/certify-difference.ts';
import type { CertifiedChange } from '../../core/tree/difference-certificate.ts';
import { libraryRoots } from '../../core/tree/library-roots.ts';
import { certifyVersions } from '../../ledger/proofs/certify-versions.ts';
import { type LibraryComparison, compareLibraries, isSameLibrary } from '../../ledger/comparing/compare-libraries.ts';
import { compareShards, mostListed } from '../../ledger/shards/compare-shards.ts';
import type { RunAccount } from '../../ledger/comparing/difference-markdown.ts';
import { shardsOfLibrary } from '../../ledger/shards/shards.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Config } from '../config.ts';
import { type NamedLibrary, type ReferenceContext, openReference } from '../library-reference.ts';
import { findRuns } from '../wire/journals.ts';
import { files, sha256 } from '../wire/platform.ts';
import { type NamedShards, openAsNamedShards, openLarge } from './named-shards.ts';
import { configuredLedger, isVersion } from './open.ts';

interface ComparedLibrary {
  readonly reference: string;
  readonly title: string;
  readonly version: string | null;
  readonly count: number;
  readonly recordsRoot: string;
  readonly mapRoot: string;
}

export interface Difference extends LibraryComparison {
  readonly from: ComparedLibrary;
  readonly to: ComparedLibrary;
  /** Whether both are the same set of experiences, whatever their order. */
  readonly equal: boolean;
  /** The runs that taught what is new, as far as they are in the folder of runs. */
  readonly runs: readonly RunAccount[];
}

/** Compares two libraries. @param from the newest version unless given, or nothing where there is none */
export async function compareReferences(
  config: Config,
  from: string | undefined,
  to: string | undefined,
  folder: string,
): Promise<Difference> {
  const context = { config, ledger: configuredLedger(config), folder };
  const large = await whileBusy(() => compareLarge(context, from, to ?? 'working'));
  if (large !== undefined) return { ...large, runs: await runsBehind(large, config) };
  const before = from === undefined ? await lastVersion(context) : await openReference(from, context);
  const after = await openReference(to ?? 'working', context);
  const comparison = compareLibraries(before.library, after.library);
  return {
    from: aboutLibrary(before),
    to: aboutLibrary(after),
    equal: isSameLibrary(comparison),
    ...comparison,
    runs: await runsBehind(comparison, config),
  };
}

/** Two of which one is large: only shards that differ are read. Undefined where both are small. */
async function compareLarge(
  context: ReferenceContext,
  from: string | undefined,
  to: string,
): Promise<Omit<Difference, 'runs'> | undefined> {
  const newest = (await context.ledger.history()).at(-1);
  const first = from ?? (newest === undefined ? undefined : 'HEAD');
  const was = first === undefined ? undefined : await openLarge(first, context);
  const is = await openLarge(to, context);
  if (was === undefined && is === undefined) return undefined;
  const before = was ?? (first === undefined ? asShards(nothingYet) : await openAsNamedShards(first, context));
  const after = is ?? (await openAsNamedShards(to, context));
  const comparison = await compareShards(before.shards, after.shards, sha256, mostListed);
  return {
    from: await aboutShards(before),
    to: await aboutShards(after),
    equal: isSameLibrary(comparison),
    ...comparison,
  };
}

const nothingYet: NamedLibrary = {
  reference: 'HEAD',
  kind: 'version',
  title: 'nothing',
  library: { experiences: [] },
  version: null,
};

async function lastVersion(context: ReferenceContext): Promise<NamedLibrary> {
  return (await context.ledger.history()).length > 0 ? await openReference('HEAD', context) : nothingYet;
}

function asShards({ library, ...named }: NamedLibrary): NamedShards {
  return { ...named, shards: shardsOfLibrary(library, sha256) };
}

async function aboutShards({ reference, title, shards, version }: NamedShards): Promise<ComparedLibrary> {
  const { size, recordsRoot, mapRoot } = await shards.roots();
  return { reference, title, version: version?.version ?? null, count: size, recordsRoot, mapRoot };
}

function aboutLibrary({ reference, title, library, version }: NamedLibrary): ComparedLibrary {
  const { size, recordsRoot, mapRoot } = libraryRoots(sha256, library.experiences);
  return {
    reference,
    title,
    version: version?.version ?? null,
    count: size,
    recordsRoot: toHex(recordsRoot),
    mapRoot: toHex(mapRoot),
  };
}

/** Accounts of the runs that the new evidence names. */
async function runsBehind({ added, modified }: LibraryComparison, config: Config): Promise<RunAccount[]> {
  const fresh = [...added.map(({ evidence }) => evidence), ...modified.map(newEvidence)].flat();
  const fingerprints = new Set(fresh.map(({ run }) => run));
  if (fingerprints.size === 0) return [];
  const known = new Map((await findRuns(config.settings.runs)).map((run) => [run.settings?.['fingerprint'], run]));
  return [...fingerprints].map((fingerprint) => {
    const own = fresh.filter(({ run }) => run === fingerprint);
    const summary = known.get(fingerprint);
    return {
      fingerprint,
      run: summary?.run ?? null,
      groups: new Set(own.map(({ step, group }) => `${step}/${group}`)).size,
      rollouts: new Set(own.flatMap(({ rollouts }) => rollouts)).size,
      models: [...new Set(own.map(({ model }) => model))],
      result: summary?.result ?? null,
    };
  });
}

function newEvidence({ before, after }: { before: Experience; after: Experience }): Evidence[] {
  const old = new Set(before.evidence.map((one) => JSON.stringify(one)));
  return after.evidence.filter((one) => !old.has(JSON.stringify(one)));
}

export interface Certified {
  readonly file: string;
  readonly bytes: number;
  readonly changes: readonly { readonly id: string; readonly before: string | null; readonly after: string | null }[];
  /** mapRoots. */
  readonly before: string;
  readonly after: string;
}

/** Writes the certificate of a difference. Of versions and the working library no more is read than that takes. */
export async function writeCertificate(
  config: Config,
  from: string | undefined,
  to: string | undefined,
  folder: string,
  file: string,
): Promise<Certified> {
  const ledger = configuredLedger(config);
  const context = { config, ledger, folder };
  const versions = [from ?? 'HEAD', to ?? 'working'] as const;
  const made = (await Promise.all(versions.map((name) => liesInLedger(ledger, name)))).every(Boolean)
    ? await certifyVersions(files, ledger, versions[0], versions[1], sha256)
    : await certifyAny(
        from === undefined ? await lastVersion(context) : await openReference(from, context),
        await openReference(versions[1], context),
      );
  await files.writeAtomic(file, made.bytes);
  return {
    file,
    bytes: made.bytes.length,
    changes: made.changes.map(changeAsText),
    before: made.before,
    after: made.after,
  };
}

async function liesInLedger(ledger: Ledger, reference: string): Promise<boolean> {
  return reference === 'working' || (await isVersion(ledger, reference));
}

async function certifyAny(before: NamedLibrary, after: NamedLibrary) {
  const { bytes, changes } = certifyDifference(before.library, after.library, sha256);
  return { bytes, changes, before: aboutLibrary(before).mapRoot, after: aboutLibrary(after).mapRoot };
}

function changeAsText({ id, before, after }: CertifiedChange): Certified['changes'][number] {
  return {
    id,
    before: before === undefined ? null : toHex(before),
    after: after === undefined ? null : toHex(after),
  };
}
