import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import { checkJson } from '../../core/json.ts';
import type { JournalEntry } from './journal.ts';

/**
 * A line is one JSON object, so that any NDJSON tool reads it. Its first key, `sum`, is the CRC-32 (eight hexadecimal
 * digits) of the object without that key: of `{` and everything behind the key's comma.
 */
const opening = Buffer.from('{"sum":"');
const sumLength = 8;
const bodyStart = opening.length + sumLength + 2;
const brace = crc32('{');
const newline = 10;

/** Lines one behind the other in a buffer that grows as they need it and is used again. */
export interface LineBuffer {
  /** Returns the bytes of the entry's line. */
  add(entry: JournalEntry): number;
  /** All lines since the last {@link clear}, valid until then. */
  bytes(): Buffer;
  clear(): void;
}

/** A buffer that a burst made larger is let go of. */
const usualSize = 1 << 18;

export function createLineBuffer(): LineBuffer {
  let buffer = Buffer.allocUnsafeSlow(usualSize);
  let length = 0;
  return {
    add: (entry) => {
      const text = JSON.stringify(leading(entry));
      const size = bodyStart + Buffer.byteLength(text);
      if (length + size > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(2 * (length + size));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      writeLine(buffer.subarray(length, length + size), text);
      length += size;
      return size;
    },
    bytes: () => buffer.subarray(0, length),
    clear: () => {
      length = 0;
      if (buffer.length > usualSize) buffer = Buffer.allocUnsafeSlow(usualSize);
    },
  };
}

function writeLine(line: Buffer, text: string): void {
  // The object's brace is overwritten by the comma behind the sum.
  line.write(text, bodyStart - 1);
  const sum = crc32(line.subarray(bodyStart, -1), brace);
  line.write(`${opening.toString()}${sum.toString(16).padStart(sumLength, '0')}",`, 'latin1');
  line[line.length - 1] = newline;
}

/** What the index files an entry under stands first, where it is found without parsing the line. */
function leading(entry: JournalEntry): JournalEntry {
  if (entry.type === 'call') {
    const { type, key, ...rest } = entry;
    return { type, key, ...rest };
  }
  if (entry.type === 'message') {
    const { type, digest, ...rest } = entry;
    return { type, digest, ...rest };
  }
  return entry;
}

/** Whether a line (without its newline) is what was once written. */
export function isWhole(line: Buffer): boolean {
  if (line.length <= bodyStart || opening.compare(line, 0, opening.length) !== 0) return false;
  const sum = line.toString('latin1', opening.length, opening.length + sumLength);
  if (!/^[0-9a-f]{8}$/.test(sum) || line.toString('latin1', bodyStart - 2, bodyStart) !== '",') return false;
  return crc32(line.subarray(bodyStart), brace) === Number.parseInt(sum, 16);
}

/** The name that a line is found by: `call:` and its key, or `message:` and its digest; undefined for all others. */
export function nameOfLine(line: Buffer): string | undefined {
  const start = line.toString('utf8', bodyStart, bodyStart + 2048);
  const found = /^"type":"(call|message)","(?:key|digest)":("(?:[^"\\]|\\.)*")/.exec(start);
  if (found === null) return undefined;
  return `${found[1]}:${JSON.parse(found[2] as string) as string}`;
}

export function nameOfEntry(entry: JournalEntry): string | undefined {
  if (entry.type === 'call') return `call:${entry.key}`;
  return entry.type === 'message' ? `message:${entry.digest}` : undefined;
}

const text = z.string();
const count = z.int().min(0);
const failure = z.looseObject({
  kind: z.literal('failed'),
  boundary: z.enum(['model', 'verifier']),
  code: text,
  reason: text,
});
const sampled = z.union([
  z.looseObject({
    kind: z.literal('completion'),
    text,
    reasoning: text,
    finish: z.enum(['stop', 'length', 'filter']),
    usage: z.looseObject({ promptTokens: z.number(), cachedTokens: z.number(), completionTokens: z.number() }),
    usageReported: z.boolean(),
    timing: z.looseObject({ firstTokenMs: z.number(), totalMs: z.number() }),
  }),
  failure,
]);
const outcome = z.union([
  z.looseObject({ kind: z.enum(['correct', 'wrong']), reward: z.number(), answer: text, reason: text }),
  z.looseObject({ kind: z.enum(['truncated', 'unparseable']), reason: text }),
  failure,
]);

/** Lenient about what is more: a newer zoo may have written it. */
const entrySchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('call'),
    key: text,
    purpose: z.looseObject({ stage: text, role: z.enum(['student', 'teacher']), item: text }),
    model: z.looseObject({ provider: text, model: text, endpoint: text }),
    messages: z.array(text),
    sample: z.looseObject({ index: z.int(), seed: z.int() }),
    result: sampled,
    at: z.number(),
  }),
  z.looseObject({ type: z.literal('message'), digest: text, role: text, content: text }),
  z.looseObject({
    type: z.literal('rollout'),
    step: count,
    problemId: text,
    sample: count,
    digest: text,
    outcome,
  }),
  z.looseObject({ type: z.literal('decision'), step: count, about: text, decision: text, reason: text }),
]);

/** @throws ZooError `invalid-data` when the line is whole but says something that no entry is */
export function decodeLine(line: Buffer, source: string): JournalEntry {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new ZooError('invalid-json', `${source} is not valid JSON`, { cause });
  }
  if (typeof value === 'object' && value !== null) delete (value as { sum?: unknown }).sum;
  checkJson(value, entrySchema, source);
  return value as JournalEntry;
}
