/** SHA-256 of bytes, or of the UTF-8 encoding of a string; 32 bytes. Handed in, so that the core needs no runtime. */
export type Sha256 = (data: Uint8Array | string) => Uint8Array;

/** Lower-case hexadecimal, two characters a byte. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
