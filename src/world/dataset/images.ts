import { Buffer } from 'node:buffer';

/**
 * Images of a problem as URLs or data URIs: from a text, from `{url}`, or from the `{bytes, path}` records of the hub's
 * Parquet files. Undefined when a value is none of these.
 */
export function readImages(value: unknown): string[] | undefined {
  if (value === undefined || value === null || value === '') return [];
  const images: string[] = [];
  for (const item of Array.isArray(value) ? value : [value]) {
    const image = readImage(item);
    if (image === undefined) return undefined;
    images.push(image);
  }
  return images;
}

function readImage(value: unknown): string | undefined {
  if (typeof value === 'string') return /^(?:https?:|data:image\/)/.test(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const { url, bytes } = value as { url?: unknown; bytes?: unknown };
  if (typeof url === 'string') return readImage(url);
  if (!(bytes instanceof Uint8Array)) return undefined;
  return `data:${typeOf(bytes)};base64,${Buffer.from(bytes).toString('base64')}`;
}

function typeOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  if (bytes[0] === 0x47 && bytes[1] === 0x49) return 'image/gif';
  if (bytes[0] === 0x52 && bytes[1] === 0x49) return 'image/webp';
  return 'image/png';
}
