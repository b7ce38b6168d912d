const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** CIDv1, raw codec, of bytes with the given SHA-256, in base 32: what IPFS calls a block of these bytes. */
export function rawCid(digest: Uint8Array): string {
  return `b${encodeBase32(Uint8Array.of(0x01, 0x55, 0x12, 0x20, ...digest))}`;
}

/** RFC 4648 base 32, lower case, no padding. */
function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(held << (5 - bits)) & 31];
}
