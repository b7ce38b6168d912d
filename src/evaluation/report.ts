import type { Sha256 } from '../core/digest.ts';
import type { Library } from '../core/library/library.ts';
import type { TrainResult } from '../core/learning/account.ts';
import type { Problem } from '../core/learning/problem.ts';
import type { JournalEntry } from '../world/journal/journal.ts';
import { collect, defaultLimits, type ReportLimits, wantedGroups } from './report/collect.ts';

export interface ReportInput {
  readonly result: TrainResult;
  /** The run's journal from the beginning; it is read once. */
  readonly entries: AsyncIterable<JournalEntry>;
  readonly before: Library;
  readonly after: Library;
  /** The run's fingerprint, by which evidence names it; without it all evidence counts as the run's own. */
  readonly fingerprint?: string | undefined;
  /** The run's problems, so that a group's problem can be read beside its transcripts. */
  readonly problems?: readonly Problem[] | undefined;
  /** Settings in force, secrets taken out; nested values are shown as JSON. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** What identifies the run's inputs, by name: prompts, dataset, verifier, version of zoo. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** When the report was made, RFC 3339. */
  readonly createdAt: string;
  readonly sha256: Sha256;
  readonly limits?: Partial<ReportLimits> | undefined;
}

/**
 * The report of a training run: one HTML page that needs no network, runs no script and can be printed. Its Content
 * Security Policy allows its own style sheet and nothing else, and everything that came from a model is escaped.
 *
 * The journal is read in one pass with bounded memory: the page embeds a selection of the transcripts and says how
 * many it left out.
 */
export async function buildReport(input: ReportInput): Promise<string> {
  const limits = { ...defaultLimits, ...input.limits };
  const wanted = wantedGroups(input.after.experiences, input.fingerprint, limits);
  const collected = await collect(input.entries, wanted, limits);
  // Charts need libraries that nothing else needs; they load here, when a report is built.
  const { renderPage } = await import('./report/page.ts');
  return renderPage(input, collected, limits);
}
