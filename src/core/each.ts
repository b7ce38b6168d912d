/**
 * Does something with each, waiting only where there is something to wait for: of what lies in memory, a pause for each
 * of many small things would cost more than what is done with them.
 */
export async function each<T>(
  source: Iterable<T> | AsyncIterable<T>,
  act: (one: T) => Promise<void> | void,
): Promise<void> {
  if (Symbol.asyncIterator in source) {
    for await (const one of source) await act(one);
    return;
  }
  for (const one of source) {
    const pending = act(one);
    if (pending !== undefined) await pending;
  }
}
