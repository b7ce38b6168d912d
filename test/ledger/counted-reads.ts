/** A list that counts how often a member of it is read, so that a test can tell how work grows without a clock. */
export function counted<T>(list: readonly T[]): { readonly list: readonly T[]; readonly reads: () => number } {
  let reads = 0;
  const watched = new Proxy(list, {
    get: (target, key, receiver) => {
      if (typeof key === 'string' && /^[0-9]+$/.test(key)) reads++;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  return { list: watched, reads: () => reads };
}
