import type { Sha256 } from '../core/digest.ts';
import type { EvaluationResult } from './result.ts';

export interface EvaluationReportInput {
  readonly result: EvaluationResult;
  /** Settings in force, secrets taken out. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** What identifies the inputs, by name: libraries, prompts, verifier, version of zoo. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** When the report was made, RFC 3339. */
  readonly createdAt: string;
  readonly sha256: Sha256;
}

/** The report of an evaluation: one HTML page with the properties of `buildReport`. */
export async function buildEvaluationReport(input: EvaluationReportInput): Promise<string> {
  const { renderEvaluationPage } = await import('./report/evaluation-page.ts');
  return renderEvaluationPage(input);
}
