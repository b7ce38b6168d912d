import { ZooError } from '../../../core/error.ts';

/** Decodes UTF-8 and drops a byte-order mark. @throws ZooError `not-utf8`, naming the line */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const readable = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const place = placeIn(readable, Math.max(0, readable.indexOf('\uFFFD')));
    throw new ZooError('not-utf8', `${file}, ${place}: not UTF-8 text`, {
      hint: 'save the file as UTF-8; a binary table belongs under the name of its format, such as .parquet',
      cause,
    });
  }
}

/** "line 3, column 15", both counted from 1; columns count UTF-16 units. */
export function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}
