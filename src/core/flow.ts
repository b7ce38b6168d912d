/**
 * Works on items side by side and returns the results in the items' order. An item is taken up only when there is room
 * for it, so that few are held at once however many there are. The first error stops the taking up; it is thrown when
 * everything under way has settled, so that nothing goes on behind the caller's back.
 */
export async function flow<Item, Result>(
  items: readonly Item[],
  room: () => Promise<void>,
  signal: AbortSignal,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = Array.from({ length: items.length });
  const underWay = new Set<Promise<void>>();
  let failure: { readonly thrown: unknown } | undefined;
  for (const [index, item] of items.entries()) {
    await room();
    if (failure !== undefined || signal.aborted) break;
    const task = settle(index, item).finally(() => underWay.delete(task));
    underWay.add(task);
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure.thrown;
  signal.throwIfAborted();
  return results;

  async function settle(index: number, item: Item): Promise<void> {
    try {
      results[index] = await work(item);
    } catch (thrown) {
      failure ??= { thrown };
    }
  }
}
