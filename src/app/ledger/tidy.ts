import type { LibraryState } from '../../core/learning/account.ts';
import { type LintFinding, lintLibrary } from '../../core/library/lint.ts';
import { renderSarif } from '../../core/library/lint-sarif.ts';
import type { QualityWeights } from '../../core/library/quality-score.ts';
import { type Deduplicated, deduplicateLibrary } from '../../ledger/comparing/deduplicate.ts';
import { deduplicateShards } from '../../ledger/shards/deduplicate-shards.ts';
import { recordFile, shardOf } from '../../ledger/layout.ts';
import { type Pruned, pruneLibrary } from '../../ledger/comparing/prune.ts';
import { type Found, searchLibrary } from '../../ledger/comparing/search.ts';
import { pruneShards } from '../../ledger/shards/prune-shards.ts';
import { saveShards } from '../../ledger/shards/save-shards.ts';
import { withSpill } from './with-spill.ts';
import { openShards } from '../../ledger/shards/shards.ts';
import { searchShards } from '../../ledger/shards/search-shards.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import { readHeader } from '../../ledger/working.ts';
import type { Config } from '../config.ts';
import { openReference } from '../library-reference.ts';
import { version } from '../package.ts';
import type { Ledger } from '../wire/ledgers.ts';
import { clock, files, sha256 } from '../wire/platform.ts';
import { configuredLedger } from './open.ts';
import { type LintedInPieces, lintLarge } from './read-large.ts';

export interface DedupedLibrary extends Omit<Deduplicated, 'library'> {
  /** How many were folded, or would be; `merged` lists them unless they are more than anybody reads. */
  readonly count: number;
  readonly library: LibraryState;
}

/** Folds near-copies of the working library into one another. @param threshold (0, 1] */
export async function dedupe(config: Config, threshold: number, dryRun: boolean): Promise<DedupedLibrary> {
  const ledger = configuredLedger(config);
  const shards = await openShards(files, ledger, 'working', sha256);
  if (shards === undefined) {
    const current = await ledger.library();
    const { library, merged, unchecked } = deduplicateLibrary(current, threshold);
    if (!dryRun) await ledger.save(library, current);
    return { count: merged.length, merged, unchecked, library: await ledger.state() };
  }
  return await withSpill(ledger, async (spill) => {
    const { change, ...found } = await deduplicateShards(shards, threshold, spill, sha256);
    if (!dryRun && found.count > 0) await saveShards(worldOf(ledger), change, undefined);
    return { ...found, library: await ledger.state() };
  });
}

export interface PruneRequest {
  readonly keep: number | undefined;
  readonly below: number | undefined;
  readonly weights: QualityWeights;
  readonly dryRun: boolean;
}

export interface PrunedLibrary {
  /** How many went, or would go. */
  readonly count: number;
  /** Which; nothing of a large library where they are more than anybody reads. */
  readonly removed: Pruned['removed'];
  readonly library: LibraryState;
}

function worldOf(ledger: Ledger) {
  return { files, clock, ledger, sha256 };
}

/** Takes the worst experiences out of the working library; as many as are beyond its capacity unless said otherwise. */
export async function prune(config: Config, { keep, below, weights, dryRun }: PruneRequest): Promise<PrunedLibrary> {
  const ledger = configuredLedger(config);
  const most = keep ?? (below === undefined ? config.settings.libraryCapacity : Number.POSITIVE_INFINITY);
  const shards = await openShards(files, ledger, 'working', sha256);
  if (shards !== undefined)
    return await withSpill(ledger, async (spill) => {
      const { change, ...found } = await pruneShards(shards, { keep: most, below, weights }, spill, sha256);
      if (!dryRun && found.count > 0) await saveShards(worldOf(ledger), change, undefined);
      return { ...found, library: await ledger.state() };
    });
  const current = await ledger.library();
  const { library, removed } = pruneLibrary(current, {
    keep: most,
    below,
    weights,
  });
  if (!dryRun) await ledger.save(library, current);
  return { count: removed.length, removed, library: await ledger.state() };
}

export async function search(
  config: Config,
  query: string,
  reference: string,
  folder: string,
  limit: number,
): Promise<readonly Found[]> {
  const context = { config, ledger: configuredLedger(config), folder };
  return await whileBusy(async () => {
    const { small, shards } = await openReference(reference, context);
    return small === undefined
      ? await searchShards(shards, query, limit, sha256)
      : searchLibrary(small, query).slice(0, limit);
  });
}

export interface Linted extends LintedInPieces {
  /** SARIF 2.1.0 of findings. */
  readonly sarif: (findings: readonly LintFinding[]) => Readonly<Record<string, unknown>>;
}

/** @param folder the working folder; files in the SARIF are relative to it */
export async function lint(config: Config, reference: string, folder: string): Promise<Linted> {
  const ledger = configuredLedger(config);
  const layout = (await readHeader(files, ledger.folder))?.layout ?? 'files';
  const place = ledger.folder.startsWith(`${folder}/`) ? ledger.folder.slice(folder.length + 1) : ledger.folder;
  const fileOf = (id: string | undefined) => {
    if (id === undefined) return `${place}/library.json`;
    return `${place}/records/${layout === 'files' ? recordFile(id) : `${shardOf(id, sha256)}.jsonl`}`;
  };
  const sarif = (findings: readonly LintFinding[]) => renderSarif(findings, fileOf, version);
  const { small, shards } = await openReference(reference, { config, ledger, folder });
  if (small === undefined) return { ...(await lintLarge(shards, config)), sarif };
  const findings = lintLibrary(small, { capacity: config.settings.libraryCapacity });
  return { count: small.experiences.length, findings: () => inOrder(findings), sarif };
}

async function* inOrder<T>(members: readonly T[]): AsyncGenerator<T> {
  yield* members;
}
