import type { ArchiveTag } from '../archive.ts';

/** ANS-104 allows this many tags on an item. */
const tagsAtMost = 128;

/**
 * Tags as Avro writes an array of records of two strings (ANS-104, "Tag format"): one block with its count, each string
 * after its length, a zero at the end. No bytes at all for no tags.
 */
export function encodeTags(tags: readonly ArchiveTag[]): Uint8Array {
  if (tags.length === 0) return new Uint8Array(0);
  const bytes: number[] = [];
  writeLong(bytes, tags.length);
  for (const { name, value } of tags)
    for (const part of [name, value]) {
      const encoded = new TextEncoder().encode(part);
      writeLong(bytes, encoded.length);
      bytes.push(...encoded);
    }
  bytes.push(0);
  return Uint8Array.from(bytes);
}

/** Undefined for bytes that {@link encodeTags} would not have written, and for more tags than ANS-104 allows. */
export function decodeTags(bytes: Uint8Array): readonly ArchiveTag[] | undefined {
  if (bytes.length === 0) return [];
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let at = 0;
  const readLong = (): number => {
    let value = 0;
    for (let shift = 0; shift < 4; shift++) {
      const byte = bytes[at++] ?? 0x80;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -1;
    }
    return -1;
  };
  const readString = (): string | undefined => {
    const length = readLong();
    if (length < 0 || at + length > bytes.length) return undefined;
    at += length;
    return decoder.decode(bytes.subarray(at - length, at));
  };
  try {
    const count = readLong();
    if (count < 1 || count > tagsAtMost) return undefined;
    const tags: ArchiveTag[] = [];
    for (let index = 0; index < count; index++) {
      const [name, value] = [readString(), readString()];
      if (name === undefined || value === undefined) return undefined;
      tags.push({ name, value });
    }
    const again = encodeTags(tags);
    return Buffer.compare(again, bytes) === 0 ? tags : undefined;
  } catch {
    // No UTF-8.
    return undefined;
  }
}

/** Zigzag, then seven bits a byte, the lowest first. */
function writeLong(bytes: number[], value: number): void {
  let rest = value * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
}
