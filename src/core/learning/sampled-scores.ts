/**
 * pass@k, without bias: the chance that at least one of k samples is correct when k are taken of the n that were drawn.
 * `1 - C(n - c, k) / C(n, k)` (Chen et al. 2021, "Evaluating Large Language Models Trained on Code").
 *
 * @param n samples drawn
 * @param c of them correct
 * @param k 1 to n
 */
export function passAt(n: number, c: number, k: number): number {
  if (k > n || k < 1) throw new RangeError(`pass@${k} needs 1 to ${n} samples`);
  if (n - c < k) return 1;
  let none = 1;
  for (let index = n - c + 1; index <= n; index++) none *= 1 - k / index;
  return 1 - none;
}

/** What one sample says in a majority vote. */
export interface Vote {
  /** Null where it gave no answer: it does not vote. */
  readonly answer: string | null;
  readonly correct: boolean;
}

/**
 * maj@k, exactly: the chance that the commonest answer of k samples, taken without replacement from those drawn, is
 * correct; ties are broken by a fair draw. All correct answers count as one, as the verifier takes them for the same.
 *
 * @param k 1 to the number of votes
 */
export function majorityAt(votes: readonly Vote[], k: number): number {
  const n = votes.length;
  if (k > n || k < 1) throw new RangeError(`maj@${k} needs 1 to ${n} samples`);
  const wrong = new Map<string, number>();
  let correct = 0;
  let silent = 0;
  for (const vote of votes) {
    if (vote.correct) correct++;
    else if (vote.answer === null) silent++;
    else wrong.set(vote.answer, (wrong.get(vote.answer) ?? 0) + 1);
  }
  if (k === n) return voteOf(correct, [...wrong.values()]);
  let favourable = 0;
  for (let top = 1; top <= Math.min(correct, k); top++) {
    const draws = binomial(correct, top);
    const ways = waysBelow(top, k - top, [...wrong.values()], silent);
    for (let tied = 0; tied < ways.length; tied++) favourable += (draws * (ways[tied] ?? 0)) / (tied + 1);
  }
  return Math.min(1, favourable / binomial(n, k));
}

/** The chance that a vote of all is correct. */
function voteOf(correct: number, wrong: readonly number[]): number {
  const most = wrong.reduce((top, count) => Math.max(top, count), 0);
  if (correct === 0 || correct < most) return 0;
  return 1 / (1 + wrong.filter((count) => count === correct).length);
}

/** In how many ways `rest` samples fall on the other answers, none with more than `top`; by how many reach `top`. */
function waysBelow(top: number, rest: number, classes: readonly number[], silent: number): number[] {
  const mostTied = Math.floor(rest / top);
  let ways: number[][] = Array.from({ length: rest + 1 }, (_, left) => [left === rest ? 1 : 0]);
  for (const size of classes) {
    const next: number[][] = Array.from({ length: rest + 1 }, () => Array.from({ length: mostTied + 1 }, () => 0));
    for (const [left, byTies] of ways.entries()) {
      for (const [tied, count] of byTies.entries()) {
        if (count === 0) continue;
        for (let taken = 0; taken <= Math.min(size, left, top); taken++) {
          const row = next[left - taken] as number[];
          const ties = tied + (taken === top ? 1 : 0);
          row[ties] = (row[ties] ?? 0) + count * binomial(size, taken);
        }
      }
    }
    ways = next;
  }
  const totals = Array.from({ length: mostTied + 1 }, () => 0);
  for (const [left, byTies] of ways.entries()) {
    for (const [tied, count] of byTies.entries()) totals[tied] = (totals[tied] ?? 0) + count * binomial(silent, left);
  }
  return totals;
}

function binomial(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let value = 1;
  for (let index = 1; index <= Math.min(k, n - k); index++) value = (value * (n - Math.min(k, n - k) + index)) / index;
  return Math.round(value);
}
