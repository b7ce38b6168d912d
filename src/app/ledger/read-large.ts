import type { Experience } from '../../core/library/experience.ts';
import type { LintFinding } from '../../core/library/lint.ts';
import { qualityScore } from '../../core/library/quality-score.ts';
import { lintShards } from '../../ledger/shards/lint-shards.ts';
import { type ListRequest, type Listed, listShards } from '../../ledger/shards/list-shards.ts';
import { findMostUsed } from '../../ledger/shards/most-used.ts';
import { renderInOrder } from '../../ledger/shards/render-in-order.ts';
import type { Shards } from '../../ledger/shards/shards.ts';
import type { ExportForm } from '../../ledger/forms/render-library.ts';
import type { Config } from '../config.ts';
import { files, sha256 } from '../wire/platform.ts';
import { readVector } from './read-vector.ts';

/** What reads a large library piece by piece. */

export interface ListedLarge extends Listed {
  readonly qualityOf: (experience: Experience) => number;
}

/** @param folder of the library, for what is indexed */
export async function listLarge(shards: Shards, folder: string, request: ListRequest): Promise<ListedLarge> {
  const listed = await listShards(shards, request, () => findMostUsed(files, folder, shards, sha256), sha256);
  return { ...listed, qualityOf: (experience) => qualityScore(experience, listed.mostUsed) };
}

export interface LintedInPieces {
  readonly count: number;
  /** What is found, one by one; may be asked for more than once. */
  readonly findings: () => AsyncIterable<LintFinding>;
}

export async function lintLarge(shards: Shards, { settings }: Config): Promise<LintedInPieces> {
  const { size } = await shards.roots();
  return { count: size, findings: () => lintShards(shards, settings.libraryCapacity, sha256) };
}

export interface ExportedInPieces {
  readonly count: number;
  /** The text; may be asked for more than once. */
  readonly pieces: () => AsyncIterable<string>;
}

/** @param folder beside which its vectors lie */
export async function exportLarge(shards: Shards, form: ExportForm, folder: string): Promise<ExportedInPieces> {
  const { size } = await shards.roots();
  return {
    count: size,
    pieces: () => renderInOrder(shards, form, sha256, (digest) => readVector(folder, digest)),
  };
}

/** Writes an exported library to a file, all of it or nothing. */
export async function writePieces(path: string, pieces: AsyncIterable<string>): Promise<void> {
  if (files.writePieces !== undefined) return await files.writePieces(path, pieces);
  let text = '';
  for await (const piece of pieces) text += piece;
  await files.writeAtomic(path, text);
}
