import { ZooError } from '../../../core/error.ts';
import { findJsonFault, findJsonNode } from './json-place.ts';
import type { Row } from './row.ts';
import { decodeText } from './text.ts';

/** Reads JSON Lines: an object a line; blank lines, CRLF and a byte-order mark are no trouble. */
export function readJsonl(bytes: Uint8Array, file: string): Row[] {
  const rows: Row[] = [];
  for (const [index, raw] of decodeText(bytes, file).split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.trim() !== '') rows.push(readLine(line, index + 1, file));
  }
  return rows;
}

function readLine(line: string, number: number, file: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const fault = findJsonFault(line) ?? { offset: 0, message: 'not valid JSON' };
    throw new ZooError('dataset-malformed', `${file}, line ${number}, column ${fault.offset + 1}: ${fault.message}`, {
      hint: 'each line of a .jsonl file is one JSON object; a file that holds one JSON array is named .json',
      cause,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
    throw new ZooError('dataset-malformed', `${file}, line ${number}, column 1: expected an object, found ${found}`, {
      hint: 'each line is one JSON object, such as {"id": "1", "problem": "…", "answer": "…"}',
    });
  }
  return {
    value: value as Record<string, unknown>,
    place: (field) => `line ${number}, column ${1 + (field === undefined ? 0 : offsetOf(line, field))}`,
    spelling: (field) => spellingOf(line, field.split('.')),
  };
}

function offsetOf(line: string, field: string): number {
  return findJsonNode(line, pathOf(field))?.offset ?? 0;
}

function spellingOf(text: string, path: readonly string[]): string | undefined {
  const node = findJsonNode(text, pathOf(path.join('.')));
  return node?.type === 'number' ? text.slice(node.offset, node.offset + node.length) : undefined;
}

function pathOf(field: string): (string | number)[] {
  return field.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}
