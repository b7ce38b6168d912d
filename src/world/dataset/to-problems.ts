import { findAnswer } from '../../core/answer/find-answer.ts';
import { ZooError } from '../../core/error.ts';
import { problemSchema } from '../../core/learning/problem.ts';
import type { Problem } from '../../core/learning/problem.ts';
import { guessFields, pathOf, placeholder, valueAt } from './field-map.ts';
import type { Field, FieldMap, FieldName } from './field-map.ts';
import { readImages } from './images.ts';
import type { Row } from './read/row.ts';

export interface MapOptions {
  /** The file, for messages. */
  readonly file: string;
  /** Which field of the source is which of ours; guessed by the usual names where it is left out. */
  readonly fields?: Partial<FieldMap> | undefined;
  /** Put before every id. Records without an id are numbered. */
  readonly idPrefix?: string | undefined;
  /** Number of the first record; default 1. */
  readonly numberFrom?: number | undefined;
  /** Keep the first of records with the same problem and drop the rest; else only true repetitions are dropped. */
  readonly dropRepeatedProblems?: boolean | undefined;
}

export interface MappedProblems {
  readonly problems: readonly Problem[];
  /** What was guessed, dropped or missing, one sentence each, for the user to read. */
  readonly notes: readonly string[];
}

/**
 * Turns the records of a file into problems.
 *
 * @throws ZooError `dataset-fields` when no field can be the problem, `dataset-invalid` and `dataset-duplicate` with the
 * place of what is wrong, `dataset-empty`
 */
export function toProblems(rows: readonly Row[], options: MapOptions): MappedProblems {
  if (rows.length === 0) {
    throw new ZooError('dataset-empty', `${options.file} holds no problems`, {
      hint: 'each line is one JSON object, such as {"id": "1", "problem": "…", "answer": "…"}',
    });
  }
  const notes: string[] = [];
  const fields = completeFields(rows, options, notes);
  const kept = new Map<string, { problem: Problem; row: Row }>();
  const byText = new Set<string>();
  const faults: ZooError[] = [];
  let repeated = 0;
  const unanswered: string[] = [];
  for (const [index, row] of rows.entries()) {
    const problem = mapRow(row, index, fields, options);
    if (problem instanceof ZooError) {
      faults.push(problem);
      if (faults.length === faultsTold) break;
      continue;
    }
    const before = kept.get(problem.id);
    if (
      options.dropRepeatedProblems === true
        ? byText.has(problem.problem)
        : before !== undefined && isSame(before.problem, problem)
    ) {
      repeated++;
      continue;
    }
    if (before !== undefined) {
      faults.push(duplicate(problem, before.row, row, fields, options));
      if (faults.length === faultsTold) break;
      continue;
    }
    byText.add(problem.problem);
    kept.set(problem.id, { problem, row });
    if (problem.answer === undefined) unanswered.push(row.place());
  }
  if (faults.length > 0) throw tellFaults(faults);
  if (repeated > 0) notes.push(`${repeated} of ${rows.length} records repeat another one and were dropped`);
  if (unanswered.length > 0) {
    notes.push(
      `${unanswered.length} of ${kept.size} problems have no answer (the first at ${unanswered[0]}): only a verifier that needs none, such as judge, can grade them`,
    );
  }
  return { problems: [...kept.values()].map(({ problem }) => problem), notes };
}

function completeFields(rows: readonly Row[], options: MapOptions, notes: string[]): FieldMap {
  const guessed = guessFields(rows.slice(0, 100).map(({ value }) => value));
  const fields = options.fields?.problem === undefined ? { ...guessed, ...options.fields } : options.fields;
  if (fields.problem === undefined) {
    const present = Object.keys(rows[0]?.value ?? {}).slice(0, 20);
    throw new ZooError(
      'dataset-fields',
      `${options.file}, ${rows[0]?.place() ?? 'line 1'}: no field holds the problem; found ${present.map((name) => `"${name}"`).join(', ') || 'none'}`,
      { hint: 'rename it to "problem"; usual names such as "question" and "prompt" are found by themselves' },
    );
  }
  for (const name of ['problem', 'answer'] as const) {
    const path = fields[name] === undefined || options.fields?.[name] !== undefined ? name : pathOf(fields[name]);
    if (path !== name) notes.push(`the field "${path}" is read as "${name}"`);
  }
  return { ...fields, problem: fields.problem };
}

/** Faults of a file that are told at once. */
const faultsTold = 20;

/** The first fault, and the places of the others. */
function tellFaults(faults: readonly ZooError[]): ZooError {
  const [first, ...rest] = faults as [ZooError, ...ZooError[]];
  if (rest.length === 0) return first;
  const more = faults.length === faultsTold ? `at least ${rest.length}` : String(rest.length);
  return new ZooError(first.code, `${first.message} (and ${more} more; the next: ${rest[0]?.message})`, {
    hint: first.hint,
    data: { faults: faults.map(({ message }) => message) },
  });
}

function mapRow(row: Row, index: number, fields: FieldMap, options: MapOptions): Problem | ZooError {
  try {
    return readProblem(row, index, fields, options);
  } catch (thrown) {
    if (thrown instanceof ZooError) return thrown;
    throw thrown;
  }
}

function readProblem(row: Row, index: number, fields: FieldMap, options: MapOptions): Problem {
  const text = (name: FieldName) => textOf(row, fields[name], name, options.file);
  const problem = text('problem');
  if (problem === undefined) throw invalid(row, fields.problem, 'the problem is missing or empty', options.file);
  const id = text('id');
  const answer = text('answer');
  const domain = text('domain');
  const stratum = text('stratum');
  const images = fields.images === undefined ? [] : readImages(valueAt(row.value, pathOf(fields.images)));
  if (images === undefined)
    throw invalid(row, fields.images, 'images are given as URLs, data URIs or bytes', options.file);
  return problemSchema.parse({
    id:
      id === undefined
        ? `${options.idPrefix ?? `${stemOf(options.file)}-`}${index + (options.numberFrom ?? 1)}`
        : `${options.idPrefix ?? ''}${id}`,
    problem,
    ...(answer === undefined ? {} : { answer }),
    ...(domain === undefined ? {} : { domain }),
    ...(stratum === undefined ? {} : { stratum }),
    ...(images.length === 0 ? {} : { images }),
  });
}

/** The text of a field; undefined where it is missing, null or blank. */
function textOf(row: Row, field: Field | undefined, name: FieldName, file: string): string | undefined {
  if (field === undefined) return undefined;
  if (typeof field !== 'string' && 'template' in field) return fillTemplate(row, field.template, name, file);
  const path = pathOf(field);
  const written = toText(row, path, valueAt(row.value, path));
  if (written === false) throw invalid(row, field, `"${name}" is neither text nor a number`, file);
  if (written === undefined) return undefined;
  const text = transform(written, field, name);
  return text.trim() === '' ? undefined : text;
}

function fillTemplate(row: Row, template: string, name: FieldName, file: string): string {
  return template.replaceAll(placeholder, (_, path: string) => {
    const value = valueAt(row.value, path);
    const lines = (Array.isArray(value) ? value : [value]).map((item: unknown) => toText(row, path, item));
    if (lines.every((line) => typeof line === 'string')) return lines.join('\n');
    throw invalid(row, path, `"${path}", of which "${name}" is made, is missing or neither text nor a number`, file);
  });
}

function toText(row: Row, path: string, value: unknown): string | undefined | false {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return row.spelling?.(path) ?? String(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  // A chat: the question is what the user said last. A list of one answer is that answer.
  if (Array.isArray(value)) {
    const said = value.findLast((turn: unknown) => isTurn(turn) && turn.role === 'user') as
      | { content: string }
      | undefined;
    if (said !== undefined) return said.content;
    if (value.length === 1) return toText(row, `${path}.0`, value[0]);
  }
  return false;
}

function isTurn(value: unknown): value is { role: string; content: string } {
  return typeof value === 'object' && value !== null && typeof (value as { content?: unknown }).content === 'string';
}

function transform(written: string, field: Exclude<Field, { template: string }>, name: FieldName): string {
  const rule = typeof field === 'string' ? { path: field } : field;
  let text = written;
  if (rule.after !== undefined && text.includes(rule.after))
    text = text.slice(text.lastIndexOf(rule.after) + rule.after.length).trim();
  if (rule.removePrefix !== undefined && text.startsWith(rule.removePrefix))
    text = text.slice(rule.removePrefix.length);
  if (rule.removeSuffix !== undefined && text.endsWith(rule.removeSuffix))
    text = text.slice(0, -rule.removeSuffix.length);
  if (rule.boxed === true) text = findAnswer(text)?.text ?? text;
  if (rule.integer === true) text = text.replaceAll(',', '').replace(/\.0+$/, '');
  // Worked solutions under a usual name of the answer: what counts is the answer that they end in.
  if (name === 'answer' && typeof field === 'string') text = shortAnswer(text);
  return name === 'problem' ? text : text.trim();
}

function shortAnswer(text: string): string {
  const hash = /####\s*([^\n]+)\s*$/.exec(text);
  if (hash !== null) return (hash[1] as string).trim();
  return text.length > 40 && text.includes('\\boxed') ? (findAnswer(text)?.text ?? text) : text;
}

function isSame(left: Problem, right: Problem): boolean {
  return left.problem === right.problem && left.answer === right.answer;
}

function invalid(row: Row, field: Field | undefined, message: string, file: string): ZooError {
  return new ZooError(
    'dataset-invalid',
    `${file}, ${row.place(field === undefined ? undefined : pathOf(field))}: ${message}`,
    {
      hint: 'mend the record, or take it out',
    },
  );
}

function duplicate(problem: Problem, first: Row, second: Row, fields: FieldMap, options: MapOptions): ZooError {
  const field = fields.id === undefined ? undefined : pathOf(fields.id);
  return new ZooError(
    'dataset-duplicate',
    `${options.file}, ${second.place(field)}: the id "${problem.id}" stands for another problem at ${first.place(field)}`,
    { hint: 'give each problem an id of its own, or leave "id" out to have them numbered' },
  );
}

function stemOf(file: string): string {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return name.replace(/\.[^.]*$/, '') || 'problem';
}
