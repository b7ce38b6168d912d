/** SHA-256 of bytes, or of the UTF-8 encoding of a string; 32 bytes. Handed in, so that the core needs no runtime. */
export type Sha256 = (data: Uint8Array | string) => Uint8Array;

/** Lower-case hexadecimal, two characters a byte. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

/** @throws RangeError when the text is not an even number of hexadecimal digits */
export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new RangeError('not hexadecimal');
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}
