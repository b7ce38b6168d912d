import type { Experience } from '../../core/library/experience.ts';
import { canonicalJson } from '../../core/tree/canonical.ts';

export const csvColumns = [
  'id',
  'domain',
  'text',
  'confidence',
  'upvotes',
  'downvotes',
  'usage_count',
  'created_at',
  'created_by',
  'lineage',
  'examples',
  'evidence',
  'embedding',
] as const;

/** The cells of a row of the CSV. */
export function rowOf({
  metadata,
  examples,
  evidence,
  embedding,
  lineage,
  ...record
}: Experience): Record<(typeof csvColumns)[number], string | number> {
  const { votes, ...rest } = metadata;
  return {
    ...rest,
    ...votes,
    id: withoutFormula(record.id),
    domain: withoutFormula(record.domain),
    text: withoutFormula(record.text),
    confidence: record.confidence,
    created_by: withoutFormula(metadata.created_by),
    lineage: withoutFormula(lineage.join(' ')),
    examples: examples.length === 0 ? '' : canonicalJson(examples),
    evidence: evidence.length === 0 ? '' : canonicalJson(evidence),
    embedding: embedding === null ? '' : canonicalJson(embedding),
  };
}

/** What spreadsheets take for a formula, with any number of quotes in front. */
const formula = /^'*[=+\-@\t\r＝＋－＠]/;

/** A cell that would be taken for a formula gets a quote in front; and one with a quote there another, to come back whole. */
function withoutFormula(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** The text that {@link withoutFormula} made a cell of. */
export function textOfCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
