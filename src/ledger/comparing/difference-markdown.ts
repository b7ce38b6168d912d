import { commentCode, escapeComment } from '../../core/escape-markdown.ts';
import type { Experience } from '../../core/library/experience.ts';
import { type LibraryComparison, type Modification, countChanges } from './compare-libraries.ts';
import type { WordPiece } from './compare-words.ts';
import { fieldChanges } from './field-changes.ts';

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

/** Characters for all that is listed: a comment has 65,536 at most, and an evaluation may stand below it. */
const room = 48_000;

/** Characters of an example that are shown. */
const longestExample = 300;

/** A difference as a comment for a pull request (GitHub-flavoured Markdown), with the evidence and what it cost. */
export function differenceMarkdown(difference: DifferenceInput): string {
  const { from, to, added, removed, modified, reordered, equal, unlisted, runs } = difference;
  const counts = countChanges(difference);
  const space = { left: room };
  const lines = [
    `### zoo ledger diff: ${escapeComment(from.title)} → ${escapeComment(to.title)}`,
    '',
    equal
      ? `No experience differs${reordered ? '; their order does' : ''}.`
      : `**${counts.added} added, ${counts.modified} modified, ${counts.removed} removed**; ${from.count} experiences before, ${to.count} after${reordered ? ', in another order' : ''}.`,
    ...(unlisted === undefined ? [] : ['', 'Too many to be listed; `zoo ledger export` gives both libraries in full.']),
    ...section('Added', added, space, (experience) => [
      `- ${escapeComment(experience.text)}`,
      `  <sub>${factsOf(experience)}</sub>`,
      ...experience.examples.map(({ input, output }) => listed('example: ', `${input} => ${output}`)),
    ]),
    ...section('Modified', modified, space, modifiedLines),
    ...section('Removed', removed, space, ({ id, text }) => [
      `- <del>${escapeComment(text)}</del>`,
      `  <sub>${commentCode(id)}</sub>`,
    ]),
    ...(runs.length === 0 ? [] : ['', '#### Evidence and cost', '', ...runTable(runs)]),
    '',
    `<sub>root before \`${from.recordsRoot}\`, after \`${to.recordsRoot}\`</sub>`,
  ];
  return `${lines.join('\n')}\n`;
}

function section<T>(
  title: string,
  members: readonly T[],
  space: { left: number },
  lines: (member: T) => string[],
): string[] {
  if (members.length === 0) return [];
  const shown: string[] = [];
  let count = 0;
  for (const member of members) {
    const own = lines(member);
    space.left -= own.join('\n').length;
    if (space.left < 0) break;
    shown.push(...own);
    count++;
  }
  const left = members.length - count;
  return ['', `#### ${title}`, '', ...shown, ...(left === 0 ? [] : ['', `… and ${left} more.`])];
}

function modifiedLines(modification: Modification): string[] {
  const { from, id, after, words } = modification;
  const renamed = from === id ? commentCode(id) : `${commentCode(from)} → ${commentCode(id)}`;
  const changes = fieldChanges(modification);
  const values = changes
    .filter(({ isList }) => !isList)
    .map(
      ({ field, before, after: now }) => ` · ${field} ${escapeComment(before.join())} → ${escapeComment(now.join())}`,
    );
  return [
    `- ${words.length === 0 ? escapeComment(after.text) : words.map(wordMarkdown).join('')}`,
    `  <sub>${renamed}${values.join('')} · ${learnedFrom(after)}</sub>`,
    ...changes
      .filter(({ isList }) => isList)
      .flatMap(({ field, before, after: now }) => [
        ...before.map((member) => listed(`no longer ${field}: `, member)),
        ...now.map((member) => listed(`now ${field}: `, member)),
      ]),
  ];
}

function listed(what: string, member: string): string {
  const short = Array.from(member);
  const text = short.length > longestExample ? `${short.slice(0, longestExample).join('')} …` : member;
  return `  - <sub>${what}${escapeComment(text)}</sub>`;
}

/** Spaces stand outside the marks, which Markdown needs. */
function wordMarkdown({ kind, text }: WordPiece): string {
  if (kind === 'same' || text.trim() === '') return escapeComment(text);
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  const tag = kind === 'removed' ? 'del' : 'ins';
  return `${before}<${tag}>${escapeComment(inner)}</${tag}>${after}`;
}

function factsOf(experience: Experience): string {
  const { id, domain, confidence } = experience;
  return `${commentCode(id)} · ${escapeComment(domain)} · confidence ${confidence} · ${learnedFrom(experience)}`;
}

function learnedFrom({ evidence, metadata }: Experience): string {
  if (evidence.length === 0) return `written by ${escapeComment(metadata.created_by)}`;
  const groups = [...new Set(evidence.map(({ group }) => group))];
  const named = groups.slice(0, 5).map((group) => commentCode(group.slice(0, 60)));
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
      commentCode(run ?? fingerprint.slice(0, 16)),
      models.map((model) => escapeComment(model)).join(', '),
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
