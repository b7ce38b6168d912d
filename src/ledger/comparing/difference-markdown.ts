import { escapeMarkdown } from '../../core/escape-markdown.ts';
import type { Experience } from '../../core/library/experience.ts';
import { type LibraryComparison, type Modification, countChanges } from './compare-libraries.ts';
import type { WordPiece } from './compare-words.ts';

/** A run that taught some of what is new. */
export interface RunAccount {
  readonly fingerprint: string;
  /** Its name; null where the folder of runs does not have it. */
  readonly run: string | null;
  /** Groups and rollouts that the new evidence names. */
  readonly groups: number;
  readonly rollouts: number;
  readonly models: readonly string[];
  /** `result.json` of the run, of which nothing is certain. */
  readonly result: Readonly<Record<string, unknown>> | null;
}

export interface DifferenceInput extends LibraryComparison {
  readonly from: { readonly title: string; readonly count: number; readonly recordsRoot: string };
  readonly to: { readonly title: string; readonly count: number; readonly recordsRoot: string };
  readonly equal: boolean;
  readonly runs: readonly RunAccount[];
}

/** Experiences of each kind that are shown; a comment has a limit of 65,536 characters. */
const shown = 60;

/** A difference as a comment for a pull request (GitHub-flavoured Markdown), with the evidence and what it cost. */
export function differenceMarkdown(difference: DifferenceInput): string {
  const { from, to, added, removed, modified, reordered, equal, runs } = difference;
  const counts = countChanges(difference);
  const lines = [
    `### zoo ledger diff: ${escapeMarkdown(from.title)} → ${escapeMarkdown(to.title)}`,
    '',
    equal
      ? `No experience differs${reordered ? '; their order does' : ''}.`
      : `**${counts.added} added, ${counts.modified} modified, ${counts.removed} removed**; ${from.count} experiences before, ${to.count} after.`,
    ...section('Added', added, added.length, (experience) => [
      `- ${escapeMarkdown(experience.text)}`,
      `  <sub>${factsOf(experience)}</sub>`,
    ]),
    ...section('Modified', modified, modified.length, modifiedLines),
    ...section('Removed', removed, removed.length, ({ id, text }) => [
      `- ~~${escapeMarkdown(text)}~~`,
      `  <sub>\`${id}\`</sub>`,
    ]),
    ...(runs.length === 0 ? [] : ['', '#### Evidence and cost', '', ...runTable(runs)]),
    '',
    `<sub>root before \`${from.recordsRoot}\`, after \`${to.recordsRoot}\`</sub>`,
  ];
  return `${lines.join('\n')}\n`;
}

function section<T>(title: string, members: readonly T[], count: number, lines: (member: T) => string[]): string[] {
  if (count === 0) return [];
  const left = count - Math.min(count, shown);
  return [
    '',
    `#### ${title}`,
    '',
    ...members.slice(0, shown).flatMap(lines),
    ...(left === 0 ? [] : ['', `… and ${left} more.`]),
  ];
}

/** What changes with the text anyway. */
const comesWithWords: ReadonlySet<string> = new Set(['text', 'lineage', 'metadata.created_at', 'metadata.created_by']);

function modifiedLines({ from, id, after, fields, words }: Modification): string[] {
  const renamed = from === id ? `\`${id}\`` : `\`${from}\` → \`${id}\``;
  const other = fields.filter((field) => words.length === 0 || !comesWithWords.has(field));
  return [
    `- ${words.length === 0 ? escapeMarkdown(after.text) : words.map(wordMarkdown).join('')}`,
    `  <sub>${renamed}${other.length === 0 ? '' : ` · also ${other.join(', ')}`} · ${learnedFrom(after)}</sub>`,
  ];
}

/** Spaces stand outside the marks, which Markdown needs. */
function wordMarkdown({ kind, text }: WordPiece): string {
  if (kind === 'same' || text.trim() === '') return escapeSpaced(text);
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  const tag = kind === 'removed' ? 'del' : 'ins';
  return `${before}<${tag}>${escapeMarkdown(inner)}</${tag}>${after}`;
}

function escapeSpaced(text: string): string {
  return escapeMarkdown(text);
}

function factsOf(experience: Experience): string {
  const { id, domain, confidence } = experience;
  return `\`${id}\` · ${escapeMarkdown(domain)} · confidence ${confidence} · ${learnedFrom(experience)}`;
}

function learnedFrom({ evidence, metadata }: Experience): string {
  if (evidence.length === 0) return `written by ${escapeMarkdown(metadata.created_by)}`;
  const groups = [...new Set(evidence.map(({ group }) => group))];
  const named = groups.slice(0, 5).map((group) => `\`${group.replaceAll(/[`\s]/g, ' ').slice(0, 60)}\``);
  const rollouts = new Set(evidence.flatMap((one) => one.rollouts)).size;
  return `learned from ${rollouts} rollouts of ${named.join(', ')}${groups.length > 5 ? ` and ${groups.length - 5} more` : ''}`;
}

function runTable(runs: readonly RunAccount[]): string[] {
  const rows = runs.map(({ run, fingerprint, groups, rollouts, models, result }) => {
    const usage = at(result, 'usage');
    const [usd, calls] = [at(usage, 'usd'), at(usage, 'calls')];
    const tokens = sum(at(usage, 'promptTokens'), at(usage, 'completionTokens'));
    const steps = at(result, 'steps');
    const [first, last] = Array.isArray(steps) ? ([steps[0], steps.at(-1)] as unknown[]) : [];
    return [
      run === null ? `\`${fingerprint.slice(0, 16)}\`` : `\`${run}\``,
      models.map((model) => escapeMarkdown(model)).join(', '),
      String(groups),
      String(rollouts),
      `${score(at(first, 'reward', 'mean'))} → ${score(at(last, 'reward', 'mean'))}`,
      typeof calls === 'number' ? String(calls) : '–',
      tokens === undefined ? '–' : String(tokens),
      typeof usd === 'number' ? `$${usd.toFixed(4)}` : result === null ? '–' : 'price unknown',
    ];
  });
  const head = ['run', 'model', 'groups', 'rollouts', 'mean reward', 'calls', 'tokens', 'cost'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, index) => (index < 2 ? ' --- ' : ' ---: ')).join('|')}|`, ...rows.map(line)];
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function sum(one: unknown, other: unknown): number | undefined {
  return typeof one === 'number' && typeof other === 'number' ? one + other : undefined;
}

function score(value: unknown): string {
  return typeof value === 'number' ? value.toFixed(3) : '–';
}
