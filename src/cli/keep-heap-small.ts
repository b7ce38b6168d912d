import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's heap near what is really held. By default a busy process lets its young generation grow to over a hundred
 * megabytes and its old one to four times what lives in it, because it counts on memory being free; a long run streams
 * gigabytes through, of which little is held at a time. The young generation stays as large as it is now and is then
 * collected by one thread, since helpers cost more than they save on so little.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString('--heap-growing-percent=50');
}
