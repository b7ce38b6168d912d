import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** What the young generation may grow to, in bytes: smaller, and what a call needs is copied about before it is let go of. */
const youngBytes = 12e6;

let kept = false;

/**
 * Keeps V8's heap near what is really held. By default a busy process lets its young generation grow to over a hundred
 * megabytes and its old one to four times what lives in it, because it counts on memory being free; a long run streams
 * gigabytes through, of which little is held at a time. The young generation is collected by one thread, since helpers
 * cost more than they save on so little.
 */
export function keepHeapSmall(): void {
  if (kept) return;
  kept = true;
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString('--heap-growing-percent=50');
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (young !== undefined && young.space_size < youngBytes) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(timer);
  }, 100).unref();
}
