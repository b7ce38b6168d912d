import { parse } from 'csv-parse/sync';
import type { Sha256 } from '../../core/digest.ts';
import { ZooError, exitCode, messageOf } from '../../core/error.ts';
import { type Imported, type PaperDefaults, fromPaperForm } from '../../core/library/paper-form.ts';
import { parseStrictJson } from '../../core/library/strict-json.ts';
import { csvColumns } from './render-library.ts';

/** How a file writes experiences. `json` and `paper` are one on reading: each holds what the other leaves out. */
export const importForms = ['paper', 'json', 'jsonl', 'csv', 'markdown', 'prompt'] as const;
export type ImportForm = (typeof importForms)[number];

/** The form that a file's name tells. */
export function formOfFile(name: string): ImportForm | undefined {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const forms: Readonly<Record<string, ImportForm>> = {
    json: 'json',
    jsonl: 'jsonl',
    ndjson: 'jsonl',
    csv: 'csv',
    md: 'markdown',
    markdown: 'markdown',
    txt: 'prompt',
  };
  return forms[ending];
}

/**
 * Reads experiences, strictly: what comes out is fit for a library, or nothing does.
 *
 * @throws ZooError that names the record: `invalid-json`, `invalid-data`, `invalid-csv`, `too-long`, `unsafe-text`,
 *   `nothing-to-import`
 */
export function parseLibrary(
  text: string,
  form: ImportForm,
  source: string,
  defaults: PaperDefaults,
  sha256: Sha256,
): Imported {
  const values = valuesOf(text.replace(/^\u{FEFF}/u, ''), form, source);
  const parts = values.map(([value, where]) => fromPaperForm(value, where, defaults, sha256));
  const experiences = parts.flatMap((part) => part.experiences);
  // An empty list says that there is nothing; a text in which nothing is found may be of another form.
  const mayBeEmpty = form === 'json' || form === 'paper' || (form === 'jsonl' && text === '');
  if (experiences.length === 0 && !mayBeEmpty) throw nothingFound(source);
  checkIds(experiences, source);
  return { experiences, vectors: parts.flatMap((part) => part.vectors) };
}

type Sourced = readonly [value: unknown, source: string];

function valuesOf(text: string, form: ImportForm, source: string): readonly Sourced[] {
  switch (form) {
    case 'paper':
    case 'json':
      return [[parseStrictJson(text, source), source]];
    case 'jsonl':
      return text
        .split('\n')
        .map((line, index): [string, string] => [line.trim(), `line ${index + 1} of ${source}`])
        .filter(([line]) => line !== '')
        .map(([line, where]) => [parseStrictJson(line, where), where]);
    case 'csv':
      return csvRecords(text, source);
    case 'markdown':
    case 'prompt':
      return listedTexts(text, form, source);
  }
}

export const csvOptions = {
  columns: true,
  skip_empty_lines: true,
  relax_column_count: false,
  max_record_size: 1 << 20,
} as const;

export function invalidCsv(source: string, why: string, cause: unknown): ZooError {
  return new ZooError('invalid-csv', `${source} is not valid CSV: ${why}`, {
    cause,
    hint: `The columns are ${csvColumns.join(', ')}; only text is needed.`,
  });
}

function csvRecords(text: string, source: string): Sourced[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, csvOptions);
  } catch (cause) {
    throw invalidCsv(source, messageOf(cause), cause);
  }
  return rows.map((row, index) => {
    const where = `row ${index + 2} of ${source}`;
    return [recordOfRow(row, where), where];
  });
}

/** What a row of the CSV says, in the form of the paper. */
export function recordOfRow(row: Readonly<Record<string, string>>, source: string): unknown {
  // A quote in front keeps spreadsheets from taking a cell for a formula; see `renderLibrary`.
  const cell = (name: string) => {
    const value = row[name]?.replace(/^'(?=[=+\-@\t\r])/, '');
    return value === undefined || value === '' ? undefined : value;
  };
  const number = (name: string) => {
    const value = cell(name);
    return value === undefined ? undefined : Number(value);
  };
  const json = (name: string) => {
    const value = cell(name);
    return value === undefined ? undefined : parseStrictJson(value, `${name} in ${source}`);
  };
  return withoutUndefined({
    id: cell('id'),
    domain: cell('domain'),
    text: cell('text'),
    confidence: number('confidence'),
    examples: json('examples'),
    metadata: withoutUndefined({
      created_at: cell('created_at'),
      created_by: cell('created_by'),
      votes: withoutUndefined({ upvotes: number('upvotes'), downvotes: number('downvotes') }),
      usage_count: number('usage_count'),
    }),
    embedding: json('embedding'),
    lineage: cell('lineage')?.split(' '),
    evidence: json('evidence'),
  });
}

function listedTexts(text: string, form: 'markdown' | 'prompt', source: string): Sourced[] {
  const read = createListReader(form);
  return text.split('\n').flatMap((line, index): Sourced[] => {
    const value = read(line);
    return value === undefined ? [] : [[value, `line ${index + 1} of ${source}`]];
  });
}

/**
 * Reads line after line, one experience each: `[id] When …`, or `- When …` in a Markdown list; headings name the domain.
 * Undefined for a line without one.
 */
export function createListReader(form: 'markdown' | 'prompt'): (line: string) => unknown {
  let domain: string | undefined;
  return (line) => {
    const heading = /^#{1,6} +`?([a-z0-9_.-]+)`? *$/i.exec(line)?.[1];
    if (heading !== undefined) {
      domain = heading.toLowerCase();
      return undefined;
    }
    const [, id, said] = /^\s*(?:[-*] +)?(?:\\?\[([A-Za-z0-9_.:-]{1,64})\\?\] +)?(.+)$/.exec(line) ?? [];
    if (said === undefined || !/^\s*(?:[-*] |\\?\[)/.test(line)) return undefined;
    return withoutUndefined({ id, domain, text: form === 'markdown' ? unescapeMarkdown(said) : said });
  };
}

function unescapeMarkdown(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&#64;': '@', '&amp;': '&' };
  return text
    .replaceAll(/ *<sub>.*?<\/sub>$/g, '')
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll(/&(?:lt|gt|#64|amp);/g, (entity) => entities[entity] ?? entity);
}

function checkIds(experiences: Imported['experiences'], source: string): void {
  const seen = new Set<string>();
  for (const { id } of experiences) {
    if (seen.has(id))
      throw new ZooError('duplicate-id', `${source} holds two experiences with the id ${id}`, {
        hint: 'Remove one of the two, or give it another id.',
      });
    seen.add(id);
  }
}

export function nothingFound(source: string): ZooError {
  return new ZooError('nothing-to-import', `${source} holds no experience`, {
    exitCode: exitCode.usage,
    hint: 'Say how it is written with --format, or look into the file.',
  });
}

function withoutUndefined(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
