import { stringify } from 'csv-stringify/sync';
import { escapeMarkdown } from '../../core/escape-markdown.ts';
import type { Sha256 } from '../../core/digest.ts';
import { type Experience, experienceSchema } from '../../core/library/experience.ts';
import type { Library } from '../../core/library/library.ts';
import { paperVector, toPaperForm } from '../../core/library/paper-form.ts';
import { renderExperiences } from '../../core/library/prompt.ts';

import { canonicalRecord, recordEntries, recordKey, recordLeaves } from '../../core/tree/library-roots.ts';
import { keyAt } from '../../core/tree/merkle-map.ts';
import { buildMerkleTree, proveInclusion } from '../../core/tree/merkle-log.ts';
import { encodeMerkleProof } from '../../core/tree/proof.ts';
import { toHex } from '../../core/digest.ts';
import { csvColumns, rowOf } from './csv-cells.ts';

export const exportForms = ['paper', 'json', 'jsonl', 'markdown', 'csv', 'prompt'] as const;
export type ExportForm = (typeof exportForms)[number];

/**
 * A library as text. `json`, `jsonl`, `csv` and `paper` lose nothing; `markdown` is to be read and `prompt` is what a
 * model is shown.
 *
 * @param vectorOf bytes of an embedding's vector by their SHA-256, where they are at hand; the paper's form holds numbers
 */
export function renderLibrary(
  library: Library,
  form: ExportForm,
  sha256: Sha256,
  vectorOf: (digest: string) => Uint8Array | undefined = () => undefined,
): string {
  const { experiences } = library;
  switch (form) {
    case 'paper':
      return `${JSON.stringify(paperRecords(experiences, sha256, vectorOf), null, 2)}\n`;
    case 'json':
      return `${JSON.stringify({ experiences: experiences.map((record) => experienceSchema.parse(record)) }, null, 2)}\n`;
    case 'jsonl':
      return experiences.map((record) => `${canonicalRecord(record)}\n`).join('');
    case 'csv':
      return stringify(experiences.map(rowOf), { header: true, columns: [...csvColumns] });
    case 'markdown':
      return renderMarkdown(experiences);
    case 'prompt':
      return `${renderExperiences(experiences)}\n`;
  }
}

function paperRecords(
  experiences: readonly Experience[],
  sha256: Sha256,
  vectorOf: (digest: string) => Uint8Array | undefined,
): unknown[] {
  const entries = recordEntries(sha256, experiences);
  const tree = buildMerkleTree(sha256, recordLeaves(sha256, entries));
  const places = new Map(Array.from({ length: entries.count }, (_, index) => [toHex(keyAt(entries, index)), index]));
  return experiences.map((experience) => {
    const place = places.get(toHex(recordKey(sha256, experience.id))) as number;
    const { embedding } = experience;
    const bytes = embedding === null ? undefined : vectorOf(embedding.sha256);
    const vector = embedding === null || bytes === undefined ? undefined : paperVector(embedding, bytes, sha256);
    return toPaperForm(experience, vector, encodeMerkleProof(place, entries.count, proveInclusion(tree, place)));
  });
}

function renderMarkdown(experiences: readonly Experience[]): string {
  const domains = Map.groupBy(experiences, ({ domain }) => domain);
  const sections = [...domains].map(([domain, members]) => {
    return `## ${domain}\n\n${members.map(markdownLine).join('\n')}\n`;
  });
  return `# Experiences\n\n${sections.join('\n')}`;
}

/** A record in a list of Markdown, without a line feed. */
export function markdownLine({ id, text, confidence, metadata, evidence }: Experience): string {
  const { votes, usage_count } = metadata;
  const facts = [
    `confidence ${confidence}`,
    ...(votes.upvotes + votes.downvotes === 0 ? [] : [`${votes.upvotes} for, ${votes.downvotes} against`]),
    ...(usage_count === 0 ? [] : [`used ${usage_count} times`]),
    ...(evidence.length === 0 ? [] : [`learned from ${evidence.length} groups`]),
  ];
  return `- [${id}] ${escapeMarkdown(text)} <sub>${facts.join(' · ')}</sub>`;
}
