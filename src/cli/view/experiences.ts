import type { Experience } from '../../core/library/experience.ts';
import { type LibraryComparison, type Modification, countChanges } from '../../ledger/comparing/compare-libraries.ts';
import { type FieldChange, describeEvidence, fieldChanges } from '../../ledger/comparing/field-changes.ts';
import type { MergeConflict } from '../../ledger/merging/merge-libraries.ts';
import type { Terminal } from '../terminal.ts';
import { cleanLine, cleanText } from './clean-text.ts';
import { printFolded } from './fold-line.ts';

/** An experience on one line. */
export function experienceLine({ id, text }: Pick<Experience, 'id' | 'text'>): string {
  return `[${id}] ${cleanLine(text)}`;
}

/** What differs between two libraries, word by word; colours where they are shown, `[-…-]{+…+}` where they are not. */
export function comparisonLines(comparison: LibraryComparison, terminal: Terminal): string[] {
  const { added, removed, modified, reordered, unlisted } = comparison;
  const counted = `  ${comparisonSummary(comparison)}: too many to be listed; "zoo ledger export" gives both libraries in full.`;
  return [
    ...(unlisted === undefined ? [] : [counted]),
    ...removed.map((experience) => terminal.style('red', `- ${experienceLine(experience)}`)),
    ...modified.flatMap((modification) => modificationLines(modification, terminal)),
    ...added.map((experience) => terminal.style('green', `+ ${experienceLine(experience)}`)),
    ...(reordered ? ['  The order of what both have differs.'] : []),
  ];
}

function modificationLines(modification: Modification, terminal: Terminal): string[] {
  const { from, id, after, words } = modification;
  const renamed = from === id ? id : `${from} -> ${id}`;
  const text = words.length === 0 ? cleanLine(after.text) : wordLine(modification, terminal);
  return [
    `${terminal.style('yellow', '~')} [${renamed}] ${text}`,
    ...fieldChanges(modification).flatMap((change) => fieldLines(change, terminal)),
  ];
}

function fieldLines({ field, before, after, isList }: FieldChange, terminal: Terminal): string[] {
  if (!isList) return [`    ${field}: ${cleanLine(before.join())} -> ${cleanLine(after.join())}`];
  return [
    ...before.map((member) => terminal.style('red', `    ${field}: - ${cleanLine(member)}`)),
    ...after.map((member) => terminal.style('green', `    ${field}: + ${cleanLine(member)}`)),
  ];
}

function wordLine({ words }: Modification, terminal: Terminal): string {
  return words
    .map(({ kind, text }) => {
      // A text stands on one line, and its spaces belong to its pieces.
      const clean = cleanText(text).replaceAll(/\s/g, ' ');
      if (kind === 'same') return clean;
      if (terminal.coloured) return terminal.style(kind === 'removed' ? ['red', 'strikethrough'] : 'green', clean);
      return kind === 'removed' ? `[-${clean}-]` : `{+${clean}+}`;
    })
    .join('');
}

/** The same, printed; within something else when `indent` says so. */
export function printComparison(comparison: LibraryComparison, terminal: Terminal, indent = 0): void {
  const lead = ' '.repeat(indent);
  for (const line of comparisonLines(comparison, terminal)) printFolded(lead + line, indent + 4, terminal);
}

/** Everything that a record holds, printed. */
export function printRecord(experience: Experience, terminal: Terminal): void {
  for (const line of recordLines(experience)) printFolded(line, 14, terminal);
}

export function comparisonSummary(comparison: LibraryComparison): string {
  const { added, modified, removed } = countChanges(comparison);
  return `${added} added, ${modified} modified, ${removed} removed`;
}

/** Everything that a record holds, a line a field. */
function recordLines(experience: Experience): string[] {
  const { id, domain, text, confidence, examples, metadata, embedding, lineage, evidence } = experience;
  const { votes } = metadata;
  return [
    `${id}  ${cleanLine(text)}`,
    `  domain      ${domain}`,
    `  confidence  ${confidence}`,
    `  votes       ${votes.upvotes} for, ${votes.downvotes} against; used ${metadata.usage_count} times`,
    `  created     ${cleanLine(metadata.created_at)} by ${cleanLine(metadata.created_by)}`,
    ...(embedding === null ? [] : [`  embedding   ${cleanLine(embedding.model)}, ${embedding.dim} ${embedding.dtype}`]),
    ...examples.map(({ input, output }) => `  example     ${cleanLine(input)} => ${cleanLine(output)}`),
    ...(lineage.length === 0 ? [] : [`  lineage     ${lineage.join(', ')}`]),
    ...evidence.map((one) => `  learned     ${cleanLine(describeEvidence(one))}`),
  ];
}

export function conflictLines({ id, kind, base, ours, theirs }: MergeConflict): string[] {
  const said = (side: Experience | undefined) => (side === undefined ? '(removed)' : cleanLine(side.text));
  return [
    `${kind === 'text' ? 'both sides reworded' : 'one side removed, the other changed'} ${id}`,
    ...(base === undefined ? [] : [`  before  ${cleanLine(base.text)}`]),
    `  ours    ${said(ours)}`,
    `  theirs  ${said(theirs)}`,
  ];
}
