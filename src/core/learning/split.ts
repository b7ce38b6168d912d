import { randomFor } from '../random.ts';
import { normaliseProblem } from './overlap.ts';
import type { Problem } from './problem.ts';

/**
 * Splits problems into parts, such as `{ train: 4, gate: 1 }`: the numbers are weights. Seeded, and a function of the ids
 * alone: the order of the file does not matter. Each stratum is spread over the parts in proportion, and problems that are
 * the same but for their dress stay together, so that no part leaks into another. Within a part the order of the input
 * is kept.
 *
 * @throws RangeError when no weight is positive
 */
export function split<Part extends string>(
  problems: readonly Problem[],
  weights: Readonly<Record<Part, number>>,
  seed: number,
): Readonly<Record<Part, readonly Problem[]>> {
  const names = Object.keys(weights) as Part[];
  const total = names.reduce((sum, name) => sum + Math.max(0, weights[name]), 0);
  if (!(total > 0)) throw new RangeError('a split needs a positive weight');
  const partOf = new Map<string, Part>();
  const assigned = new Map<Part, number>(names.map((name) => [name, 0]));
  let seen = 0;
  for (const cluster of inDrawingOrder(problems, seed)) {
    seen += cluster.length;
    // The part that is furthest behind its share is next; going through the strata one after the other spreads each.
    const behind = (name: Part) => (Math.max(0, weights[name]) / total) * seen - (assigned.get(name) as number);
    const part = names.reduce((best, name) => (behind(name) > behind(best) + 1e-9 ? name : best));
    assigned.set(part, (assigned.get(part) as number) + cluster.length);
    for (const { id } of cluster) partOf.set(id, part);
  }
  const parts = names.map((name) => [name, problems.filter(({ id }) => partOf.get(id) === name)] as const);
  return Object.fromEntries(parts) as unknown as Record<Part, readonly Problem[]>;
}

/** Clusters of equal problems: strata in order of their names, and each stratum shuffled by seed and id. */
function inDrawingOrder(problems: readonly Problem[], seed: number): readonly (readonly Problem[])[] {
  const clusters = Map.groupBy(problems, ({ problem }) => normaliseProblem(problem));
  const ranked = [...clusters.values()].map((cluster) => {
    const first = cluster.map(({ id }) => id).sort()[0] as string;
    return { cluster, stratum: cluster[0]?.stratum ?? '', rank: randomFor(seed, 'split', first)(), first };
  });
  ranked.sort((one, two) => compare(one.stratum, two.stratum) || one.rank - two.rank || compare(one.first, two.first));
  return ranked.map(({ cluster }) => cluster);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
