import { parse } from 'csv-parse';
import { ZooError, messageOf } from '../../core/error.ts';
import { parseStrictJson } from '../../core/library/strict-json.ts';
import { csvColumns, textOfCell } from './csv-cells.ts';
import { longestRecord, nothingFound } from './import-form.ts';

/** What the rows of a CSV say, each in the form of the paper. @throws ZooError `invalid-csv`, `invalid-json` */
export async function* readCsvRows(
  chunks: AsyncIterable<string>,
  path: string,
): AsyncGenerator<{ readonly value: unknown; readonly source: string }> {
  let hasColumns = false;
  const parser = parse({
    columns: (names: readonly string[]) => {
      hasColumns = true;
      return checkColumns(names, path);
    },
    info: true,
    skip_empty_lines: true,
    relax_column_count: false,
    max_record_size: longestRecord,
  });
  const pumped = pump(chunks, parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRow>) {
      const source = `line ${info.lines} of ${path}`;
      yield { value: recordOfRow(record, source), source };
    }
  } catch (cause) {
    throw cause instanceof ZooError ? cause : invalidCsv(path, messageOf(cause), cause);
  }
  await pumped;
  if (!hasColumns) throw nothingFound(path);
}

interface CsvRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/** Writes as fast as it is read, and ends where nobody reads any more. */
async function pump(chunks: AsyncIterable<string>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (parser.destroyed) return;
      if (chunk === '' || parser.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        parser.once('drain', resolve);
        parser.once('close', resolve);
      });
    }
    parser.end();
  } catch (thrown) {
    parser.destroy(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
  }
}

function checkColumns(names: readonly string[], path: string): string[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidCsv(path, `its first line names the column "${twice}" twice`);
  if (!names.includes('text')) throw invalidCsv(path, 'its first line names no column "text"');
  return [...names];
}

function invalidCsv(path: string, why: string, cause?: unknown): ZooError {
  return new ZooError('invalid-csv', `${path} is not valid CSV: ${why}`, {
    cause,
    hint: `The first line names the columns, with commas between: ${csvColumns.join(', ')}; only text is needed.`,
  });
}

function recordOfRow(row: Readonly<Record<string, string>>, source: string): unknown {
  const cell = (name: string) => {
    const value = row[name];
    return value === undefined || value === '' ? undefined : textOfCell(value);
  };
  const number = (name: string) => {
    const value = cell(name);
    return value === undefined ? undefined : numberOf(value);
  };
  const json = (name: string) => {
    const value = cell(name);
    return value === undefined ? undefined : parseStrictJson(value, `${name} in ${source}`);
  };
  return {
    id: cell('id'),
    domain: cell('domain'),
    text: cell('text'),
    confidence: number('confidence'),
    examples: json('examples'),
    metadata: {
      created_at: cell('created_at'),
      created_by: cell('created_by'),
      votes: { upvotes: number('upvotes'), downvotes: number('downvotes') },
      usage_count: number('usage_count'),
    },
    embedding: json('embedding'),
    lineage: cell('lineage')?.split(' '),
    evidence: json('evidence'),
  };
}

/** What is no number stays as it is, for the message that says so. */
function numberOf(cell: string): number | string {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(cell) ? Number(cell) : cell;
}
