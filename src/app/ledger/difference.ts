import { toHex } from '../../core/digest.ts';
import type { Evidence, Experience } from '../../core/library/experience.ts';
import type { CertifiedChange } from '../../core/tree/difference-certificate.ts';
import { certifyShards } from '../../ledger/proofs/certify-shards.ts';
import { type LibraryComparison, isSameLibrary } from '../../ledger/comparing/compare-libraries.ts';
import { compareShards, mostListed } from '../../ledger/shards/compare-shards.ts';
import type { RunAccount } from '../../ledger/comparing/difference-markdown.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import type { Config } from '../config.ts';
import {
  type NamedLibrary,
  type ReferenceContext,
  asVersion,
  nothingYet,
  openReference,
} from '../library-reference.ts';
import { findRuns } from '../wire/journals.ts';
import { files, sha256 } from '../wire/platform.ts';
import { configuredLedger } from './open.ts';

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
  const compared = await whileBusy(async () => {
    const [before, after] = await openBoth(from, to, context);
    const comparison = await compareShards(before.shards, after.shards, sha256, mostListed);
    return {
      from: await aboutLibrary(before),
      to: await aboutLibrary(after),
      equal: isSameLibrary(comparison),
      ...comparison,
    };
  });
  return { ...compared, runs: await runsBehind(compared, config) };
}

/** Without a name the newest version, or nothing where there is none; and the working library. */
async function openBoth(
  from: string | undefined,
  to: string | undefined,
  context: ReferenceContext,
): Promise<readonly [NamedLibrary, NamedLibrary]> {
  const first = from ?? ((await context.ledger.history()).length > 0 ? 'HEAD' : undefined);
  const before = first === undefined ? nothingYet : await openReference(first, context);
  return [before, await openReference(to ?? 'working', context)];
}

async function aboutLibrary({ reference, title, shards, version }: NamedLibrary): Promise<ComparedLibrary> {
  const { size, recordsRoot, mapRoot } = await shards.roots();
  return { reference, title, version: (await version())?.version ?? null, count: size, recordsRoot, mapRoot };
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

/**
 * Writes the certificate of a difference. No more is read than that takes.
 *
 * @throws ZooError `root-mismatch` when what lies there is not what a version's commit says
 */
export async function writeCertificate(
  config: Config,
  from: string | undefined,
  to: string | undefined,
  folder: string,
  file: string,
): Promise<Certified> {
  const context = { config, ledger: configuredLedger(config), folder };
  const made = await whileBusy(async () => {
    const [before, after] = await openBoth(from, to, context);
    return await certifyShards(await asVersion(before), await asVersion(after), sha256);
  });
  await files.writeAtomic(file, made.bytes);
  return {
    file,
    bytes: made.bytes.length,
    changes: made.changes.map(changeAsText),
    before: made.before,
    after: made.after,
  };
}

function changeAsText({ id, before, after }: CertifiedChange): Certified['changes'][number] {
  return {
    id,
    before: before === undefined ? null : toHex(before),
    after: after === undefined ? null : toHex(after),
  };
}
