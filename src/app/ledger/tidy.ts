import type { LibraryState } from '../../core/learning/account.ts';
import { type LintFinding, lintLibrary } from '../../core/library/lint.ts';
import { renderSarif } from '../../core/library/lint-sarif.ts';
import type { QualityWeights } from '../../core/library/quality-score.ts';
import { type Deduplicated, deduplicateLibrary } from '../../ledger/deduplicate.ts';
import { recordFile, shardOf } from '../../ledger/layout.ts';
import { type Pruned, pruneLibrary } from '../../ledger/prune.ts';
import { type Found, searchLibrary } from '../../ledger/search.ts';
import { searchShards } from '../../ledger/search-shards.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import { readHeader } from '../../ledger/working.ts';
import type { Config } from '../config.ts';
import { openReference } from '../library-reference.ts';
import { version } from '../package.ts';
import { files, sha256 } from '../wire/platform.ts';
import { openLarge } from './named-shards.ts';
import { configuredLedger } from './open.ts';
import { type LintedInPieces, lintLarge } from './read-large.ts';

/** Folds near-copies of the working library into one another. @param threshold (0, 1] */
export async function dedupe(
  config: Config,
  threshold: number,
  dryRun: boolean,
): Promise<{ readonly merged: Deduplicated['merged']; readonly library: LibraryState }> {
  const ledger = configuredLedger(config);
  const { library, merged } = deduplicateLibrary(await ledger.library(), threshold);
  if (!dryRun) await ledger.save(library);
  return { merged, library: await ledger.state() };
}

export interface PruneRequest {
  readonly keep: number | undefined;
  readonly below: number | undefined;
  readonly weights: QualityWeights;
  readonly dryRun: boolean;
}

/** Takes the worst experiences out of the working library; as many as are beyond its capacity unless said otherwise. */
export async function prune(
  config: Config,
  { keep, below, weights, dryRun }: PruneRequest,
): Promise<{ readonly removed: Pruned['removed']; readonly library: LibraryState }> {
  const ledger = configuredLedger(config);
  const { library, removed } = pruneLibrary(await ledger.library(), {
    keep: keep ?? (below === undefined ? config.settings.libraryCapacity : Number.POSITIVE_INFINITY),
    below,
    weights,
  });
  if (!dryRun) await ledger.save(library);
  return { removed, library: await ledger.state() };
}

export async function search(
  config: Config,
  query: string,
  reference: string,
  folder: string,
  limit: number,
): Promise<readonly Found[]> {
  const context = { config, ledger: configuredLedger(config), folder };
  const large = await whileBusy(async () => {
    const named = await openLarge(reference, context);
    return named === undefined ? undefined : await searchShards(named.shards, query, limit, sha256);
  });
  if (large !== undefined) return large;
  const { library } = await openReference(reference, context);
  return searchLibrary(library, query).slice(0, limit);
}

export interface Linted extends LintedInPieces {
  /** SARIF 2.1.0 of findings. */
  sarif(findings: readonly LintFinding[]): Readonly<Record<string, unknown>>;
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
  const large = await lintLarge(config, reference, folder);
  if (large !== undefined) return { ...large, sarif };
  const { library } = await openReference(reference, { config, ledger, folder });
  const findings = lintLibrary(library, { capacity: config.settings.libraryCapacity });
  return { count: library.experiences.length, findings: () => inOrder(findings), sarif };
}

async function* inOrder<T>(members: readonly T[]): AsyncGenerator<T> {
  yield* members;
}
