import { CsvError, parse } from 'csv-parse/sync';
import { ZooError } from '../../../core/error.ts';
import type { Row } from './row.ts';
import { decodeText, placeIn } from './text.ts';

interface Parsed {
  readonly record: Record<string, string>;
  readonly info: { readonly bytes: number };
}

/** Reads comma- or tab-separated values (RFC 4180) whose first line names the columns. */
export function readCsv(bytes: Uint8Array, file: string, delimiter: ',' | '\t' = ','): Row[] {
  const text = decodeText(bytes, file);
  let columns: string[] = [];
  const header = (names: string[]) => (columns = checkHeader(names, file));
  let parsed: Parsed[];
  try {
    parsed = parse(text, { columns: header, info: true, skip_empty_lines: true, delimiter }) as unknown as Parsed[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = (cause as unknown as { lines?: number }).lines ?? 1;
    throw new ZooError(
      'dataset-malformed',
      `${file}, line ${line}, column ${columnOf(text, line, cause)}: ${cause.message}`,
      {
        hint: 'values that hold the delimiter, quotes or line breaks are put in double quotes, and quotes inside are doubled',
        cause,
      },
    );
  }
  const encoded = new TextEncoder().encode(text);
  return parsed.map(({ record }, index) => {
    const place = (field?: string) => {
      const start = lengthOf(encoded, parsed[index - 1]?.info.bytes ?? headerBytes(text, columns.length, delimiter));
      const from = start + (/^[\r\n]+/.exec(text.slice(start))?.[0].length ?? 0);
      return placeIn(text, fieldOffset(text, from, field === undefined ? 0 : columns.indexOf(field), delimiter));
    };
    return { value: record, place };
  });
}

function checkHeader(names: string[], file: string): string[] {
  const trimmed = names.map((name) => name.trim());
  const twice = trimmed.find((name, index) => trimmed.indexOf(name) !== index);
  if (twice === undefined) return trimmed;
  throw new ZooError('dataset-malformed', `${file}, line 1: two columns are named "${twice}"`);
}

/** Where in its line the record broke: at the field that the parser was in, else at the line's start. */
function columnOf(text: string, line: number, error: CsvError): number {
  const index = (error as unknown as { index?: number }).index;
  const content = text.split('\n')[line - 1] ?? '';
  return 1 + Math.min(content.length, typeof index === 'number' ? fieldOffset(content, 0, index, ',') : 0);
}

function lengthOf(encoded: Uint8Array, bytes: number): number {
  return new TextDecoder().decode(encoded.subarray(0, bytes)).length;
}

function headerBytes(text: string, columns: number, delimiter: string): number {
  const end = text.indexOf('\n', fieldOffset(text, 0, columns - 1, delimiter));
  return new TextEncoder().encode(text.slice(0, end === -1 ? text.length : end)).length;
}

/** Offset of the n-th field of the record that starts at `from`; delimiters inside quotes do not count. */
function fieldOffset(text: string, from: number, field: number, delimiter: string): number {
  let quoted = false;
  let seen = 0;
  for (let index = from; index < text.length; index++) {
    if (seen === field) return index;
    if (text[index] === '"') quoted = !quoted;
    else if (text[index] === delimiter && !quoted) seen++;
  }
  return seen === field ? text.length : from;
}
