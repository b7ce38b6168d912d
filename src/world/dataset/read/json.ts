import { ZooError } from '../../../core/error.ts';
import { findJsonFault, findJsonNode } from './json-place.ts';
import type { Row } from './row.ts';
import { decodeText, placeIn } from './text.ts';

/** Keys under which files keep their array of records. */
const arrayKeys = ['data', 'problems', 'rows', 'examples', 'items', 'train', 'test'];

/** Reads one JSON document: an array of objects, or an object that holds such an array under a usual key. */
export function readJson(bytes: Uint8Array, file: string): Row[] {
  const text = decodeText(bytes, file);
  const document = parse(text, file);
  const [prefix, records] = recordsOf(document, file);
  return records.map((value, index) => {
    const path = [...prefix, index];
    const nodeOf = (field: string) =>
      findJsonNode(text, [...path, ...field.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))]);
    const place = (field?: string) => {
      const node = (field === undefined ? undefined : nodeOf(field)) ?? findJsonNode(text, path);
      return placeIn(text, node?.offset ?? 0);
    };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ZooError('dataset-malformed', `${file}, ${place()}: expected an object a problem`);
    }
    return {
      value: value as Record<string, unknown>,
      place,
      spelling: (field) => {
        const node = nodeOf(field);
        return node?.type === 'number' ? text.slice(node.offset, node.offset + node.length) : undefined;
      },
    };
  });
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = findJsonFault(text) ?? { offset: 0, message: 'not valid JSON' };
    throw new ZooError('dataset-malformed', `${file}, ${placeIn(text, fault.offset)}: ${fault.message}`, {
      hint: 'a .json file is one JSON document; a file with one object a line is named .jsonl',
      cause,
    });
  }
}

function recordsOf(document: unknown, file: string): [(string | number)[], unknown[]] {
  if (Array.isArray(document)) return [[], document];
  if (typeof document === 'object' && document !== null) {
    for (const key of arrayKeys) {
      const value: unknown = (document as Record<string, unknown>)[key];
      if (Array.isArray(value)) return [[key], value];
    }
  }
  throw new ZooError('dataset-malformed', `${file}, line 1, column 1: expected an array of problems`, {
    hint: `give an array of objects, or an object that holds one under ${arrayKeys.map((key) => `"${key}"`).join(', ')}`,
  });
}
