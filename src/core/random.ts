/** A source of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * A random source that is a pure function of a seed and an identity, so that what is drawn for an item never depends
 * on the order in which items finish. FNV-1a with an avalanche mix (MurmurHash3's finaliser) seeds sfc32
 * (Chris Doty-Humphrey's Small Fast Counter), which is good enough for sampling and shuffles; not for secrets.
 */
export function randomFor(seed: number, ...identity: readonly (string | number)[]): Random {
  const text = [seed, ...identity].join('\u0000');
  return sfc32(hash32(text, 1), hash32(text, 2), hash32(text, 3), 1);
}

/** A new array in a random order (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}

function hash32(text: string, salt: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b9);
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function sfc32(a: number, b: number, c: number, counter: number): Random {
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4294967296;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}
