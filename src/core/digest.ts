/** SHA-256 of bytes, or of the UTF-8 encoding of a string; 32 bytes. Handed in, so that the core needs no runtime. */
export interface Sha256 {
  (data: Uint8Array | string): Uint8Array;
  /** Writes the digest of bytes where it belongs, which spares an array for each of millions. */
  readonly into?: (data: Uint8Array, target: Uint8Array, offset: number) => void;
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal, two characters a byte. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += pairs[byte];
  return hex;
}

/** The value of a hexadecimal digit by its character code, 255 for all other characters. */
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

/** @throws RangeError when the text is not an even number of hexadecimal digits */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 === 1) throw new RangeError('not hexadecimal');
  const bytes = new Uint8Array(hex.length / 2);
  for (let place = 0; place < bytes.length; place++) {
    const high = digits[hex.charCodeAt(place * 2)] ?? 255;
    const low = digits[hex.charCodeAt(place * 2 + 1)] ?? 255;
    if (high > 15 || low > 15) throw new RangeError('not hexadecimal');
    bytes[place] = high * 16 + low;
  }
  return bytes;
}

/** Whether lower-case hexadecimal says these bytes; no text is made of them. */
export function isHexOf(hex: string, bytes: Uint8Array): boolean {
  if (hex.length !== bytes.length * 2) return false;
  for (let place = 0; place < bytes.length; place++) {
    const byte = bytes[place] as number;
    if (digits[hex.charCodeAt(place * 2)] !== byte >> 4) return false;
    if (digits[hex.charCodeAt(place * 2 + 1)] !== (byte & 15)) return false;
  }
  return true;
}
