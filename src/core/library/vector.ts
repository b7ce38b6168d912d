import { type Sha256, toHex } from '../digest.ts';
import type { Experience } from './experience.ts';

/** An embedding as a record names it; the bytes lie beside the library. */
export type VectorReference = NonNullable<Experience['embedding']>;

export interface EncodedVector {
  readonly reference: VectorReference;
  readonly bytes: Uint8Array;
}

/** How many bytes the vector takes. */
export function bytesOfVector({ dim, dtype }: Pick<VectorReference, 'dim' | 'dtype'>): number {
  return dim * (dtype === 'f32' ? 4 : 8);
}

/**
 * Packs numbers as little-endian floats of 32 bits, or of 64 where those would change a number; -0 as 0, since JSON does
 * not keep its sign.
 */
export function encodeVector(numbers: readonly number[], model: string, sha256: Sha256): EncodedVector {
  const single = numbers.every((number) => shortestSingle(number) === number);
  const width = single ? 4 : 8;
  const bytes = new Uint8Array(numbers.length * width);
  const view = new DataView(bytes.buffer);
  for (const [index, number] of numbers.entries())
    if (single) view.setFloat32(index * width, number + 0, true);
    else view.setFloat64(index * width, number + 0, true);
  const dtype = single ? 'f32' : 'f64';
  return { reference: { model, dim: numbers.length, dtype, sha256: toHex(sha256(bytes)) }, bytes };
}

/** The numbers that {@link encodeVector} was given; undefined when the bytes are not those that the record names. */
export function decodeVector(reference: VectorReference, bytes: Uint8Array, sha256: Sha256): number[] | undefined {
  const width = reference.dtype === 'f32' ? 4 : 8;
  if (bytes.length !== bytesOfVector(reference) || toHex(sha256(bytes)) !== reference.sha256) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: reference.dim }, (_, index) =>
    width === 4 ? shortestSingle(view.getFloat32(index * width, true)) : view.getFloat64(index * width, true),
  );
}

/** The number with the fewest digits that is the same 32-bit float: what a writer of 32-bit floats prints. */
function shortestSingle(number: number): number {
  const single = Math.fround(number);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(9));
}
