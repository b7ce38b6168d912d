import { join } from 'node:path';
import { toHex } from '../../core/digest.ts';
import type { Experience } from '../../core/library/experience.ts';
import type { LintFinding } from '../../core/library/lint.ts';
import { qualityScore } from '../../core/library/quality-score.ts';
import { lintShards } from '../../ledger/shards/lint-shards.ts';
import { type ListRequest, type Listed, listShards } from '../../ledger/shards/list-shards.ts';
import { renderInOrder } from '../../ledger/shards/render-in-order.ts';
import type { ExportForm } from '../../ledger/forms/render-library.ts';
import type { Config } from '../config.ts';
import { files, sha256 } from '../wire/platform.ts';
import { type NamedShards, openLarge } from './named-shards.ts';
import { configuredLedger } from './open.ts';

/** What reads a large library piece by piece. Each gives undefined for a library that is small enough to be in memory. */

async function openNamed(config: Config, reference: string, folder: string): Promise<NamedShards | undefined> {
  return await openLarge(reference, { config, ledger: configuredLedger(config), folder });
}

export interface ListedLarge extends Listed {
  readonly qualityOf: (experience: Experience) => number;
}

export async function listLarge(
  config: Config,
  reference: string,
  folder: string,
  request: ListRequest,
): Promise<ListedLarge | undefined> {
  const named = await openNamed(config, reference, folder);
  if (named === undefined) return undefined;
  const listed = await listShards(named.shards, request, sha256);
  return { ...listed, qualityOf: (experience) => qualityScore(experience, listed.mostUsed) };
}

export interface LintedInPieces {
  readonly count: number;
  /** What is found, one by one; may be asked for more than once. */
  readonly findings: () => AsyncIterable<LintFinding>;
}

export async function lintLarge(
  config: Config,
  reference: string,
  folder: string,
): Promise<LintedInPieces | undefined> {
  const named = await openNamed(config, reference, folder);
  if (named === undefined) return undefined;
  const { size } = await named.shards.roots();
  return { count: size, findings: () => lintShards(named.shards, config.settings.libraryCapacity, sha256) };
}

export interface ExportedInPieces {
  readonly count: number;
  /** The text; may be asked for more than once. */
  readonly pieces: () => AsyncIterable<string>;
}

export async function exportLarge(
  config: Config,
  reference: string,
  form: ExportForm,
  folder: string,
): Promise<ExportedInPieces | undefined> {
  const named = await openNamed(config, reference, folder);
  if (named === undefined) return undefined;
  const ledger = configuredLedger(config);
  const { size } = await named.shards.roots();
  return {
    count: size,
    pieces: () => renderInOrder(named.shards, form, sha256, (digest) => readVector(ledger.folder, digest)),
  };
}

/** Vectors lie beside the library, each named by its SHA-256; one that is damaged counts as missing. */
async function readVector(folder: string, digest: string): Promise<Uint8Array | undefined> {
  const path = join(folder, 'vectors', digest);
  if (!(await files.exists(path))) return undefined;
  const bytes = await files.read(path);
  return toHex(sha256(bytes)) === digest ? bytes : undefined;
}

/** Writes an exported library to a file, all of it or nothing. */
export async function writePieces(path: string, pieces: AsyncIterable<string>): Promise<void> {
  if (files.writePieces !== undefined) return await files.writePieces(path, pieces);
  let text = '';
  for await (const piece of pieces) text += piece;
  await files.writeAtomic(path, text);
}
