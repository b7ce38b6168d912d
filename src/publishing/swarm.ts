import { ZooError, exitCode, messageOf } from '../core/error.ts';
import type { Gateway } from '../world/pin/pin.ts';

export interface SwarmOptions {
  readonly gateways: readonly Gateway[];
  readonly signal: AbortSignal;
  /** Milliseconds that a gateway has for one piece of work. */
  readonly patienceMs: number;
  /** Pieces of work that one gateway gets at once. */
  readonly atOnce: number;
  /** Told once for a gateway that gets no more work. */
  readonly onDropped?: ((gateway: string, why: string) => void) | undefined;
}

interface Standing {
  readonly gateway: Gateway;
  strikes: number;
  dropped: string | undefined;
}

interface Piece<Work, Result> {
  readonly work: Work;
  readonly refusedBy: Set<Gateway>;
  readonly under: Map<Gateway, AbortController>;
  /** Times that something was got for it. */
  progress: number;
  result?: { readonly value: Result };
  last?: ZooError;
}

/**
 * Does one piece of work at one gateway. It calls `progressed` when it got something that a further attempt will not ask
 * for again, so that such failures do not count.
 */
type Attempt<Work, Result> = (
  gateway: Gateway,
  work: Work,
  signal: AbortSignal,
  progressed: () => void,
) => Promise<Result>;

/** Failures in a row after which a gateway gets no more work. */
const strikesAtMost = 3;

/**
 * Several gateways that take work from one list, each as fast as it can. Who sends something false is out at once, who
 * fails or is too slow three times in a row is out as well. When the list is empty, the idle ones try what the others
 * are still at: the first one to end it counts, so a slow gateway keeps nobody waiting.
 */
export class Swarm {
  readonly #standings: readonly Standing[];
  readonly #options: SwarmOptions;

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.#standings = options.gateways.map((gateway) => ({ gateway, strikes: 0, dropped: undefined }));
  }

  /** Gateways that are out, with the reason. */
  get dropped(): readonly { readonly gateway: string; readonly why: string }[] {
    return this.#standings.flatMap(({ gateway, dropped }) =>
      dropped === undefined ? [] : [{ gateway: gateway.name, why: dropped }],
    );
  }

  /**
   * Does every piece of work, in any order; results in the order of the work.
   *
   * @param attempt an error of exit code 5 means that the gateway lied
   * @throws ZooError `fetch-failed`, `fetch-unverified` (exit 5) for the first piece that nobody could do
   */
  async all<Work, Result>(work: readonly Work[], attempt: Attempt<Work, Result>): Promise<Result[]> {
    const pieces = work.map((one): Piece<Work, Result> => ({
      work: one,
      refusedBy: new Set(),
      under: new Map(),
      progress: 0,
    }));
    const failed = new AbortController();
    const waiting = new Set(pieces);
    const bell = new Bell();
    const { signal } = this.#options;
    const wake = (): void => bell.ring();
    signal.addEventListener('abort', wake);
    const workers = this.#standings.flatMap((standing) =>
      Array.from({ length: this.#options.atOnce }, () => this.#serve(standing, pieces, waiting, attempt, failed, bell)),
    );
    await Promise.all(workers).finally(() => signal.removeEventListener('abort', wake));
    signal.throwIfAborted();
    const undone = pieces.find(({ result }) => result === undefined);
    if (undone !== undefined) throw this.#cannot(undone.last);
    return pieces.map(({ result }) => (result as { readonly value: Result }).value);
  }

  async #serve<Work, Result>(
    standing: Standing,
    pieces: readonly Piece<Work, Result>[],
    waiting: Set<Piece<Work, Result>>,
    attempt: Attempt<Work, Result>,
    failed: AbortController,
    bell: Bell,
  ): Promise<void> {
    const { gateway } = standing;
    while (standing.dropped === undefined && !this.#options.signal.aborted && !failed.signal.aborted) {
      const piece = next(gateway, waiting, pieces);
      if (piece === undefined) {
        if (pieces.every(({ result }) => result !== undefined)) return;
        // Others are at the rest; what they leave undone may be for this one.
        await bell.next();
        continue;
      }
      waiting.delete(piece);
      await this.#try(standing, piece, attempt);
      if (piece.result === undefined && piece.under.size === 0) {
        if (this.#alive().every((one) => piece.refusedBy.has(one.gateway))) failed.abort();
        else waiting.add(piece);
      }
      bell.ring();
    }
    bell.ring();
  }

  async #try<Work, Result>(
    standing: Standing,
    piece: Piece<Work, Result>,
    attempt: Attempt<Work, Result>,
  ): Promise<void> {
    const { gateway } = standing;
    const over = new AbortController();
    const before = piece.progress;
    piece.under.set(gateway, over);
    const late = setTimeout(() => over.abort(tooSlow(gateway)), this.#options.patienceMs);
    const signal = AbortSignal.any([over.signal, this.#options.signal]);
    try {
      const value = await attempt(gateway, piece.work, signal, () => {
        standing.strikes = 0;
        piece.progress++;
        piece.refusedBy.clear();
      });
      piece.result ??= { value };
      standing.strikes = 0;
      for (const [other, controller] of piece.under) if (other !== gateway) controller.abort(outrun);
    } catch (thrown) {
      if (over.signal.reason === outrun || this.#options.signal.aborted) return;
      // A late answer surfaces as whatever the broken stream throws; the reason is that it was late.
      this.#blame(standing, piece, over.signal.aborted ? over.signal.reason : thrown, piece.progress > before);
    } finally {
      clearTimeout(late);
      piece.under.delete(gateway);
    }
  }

  #blame<Work, Result>(standing: Standing, piece: Piece<Work, Result>, thrown: unknown, progressed: boolean): void {
    if (!(thrown instanceof ZooError)) throw thrown;
    const { gateway } = standing;
    // Where something came meanwhile, from whomever, what is left is another thing, which this one may have.
    if (!progressed) piece.refusedBy.add(gateway);
    // A lie says more than a silence, whoever came last.
    if (piece.last?.exitCode !== exitCode.verification) piece.last = thrown;
    if (thrown.code === 'not-found') return;
    standing.strikes++;
    if (thrown.exitCode !== exitCode.verification && standing.strikes < strikesAtMost) {
      // A passing fault: the same gateway may try it again when it is not alone in failing.
      if (standing.strikes < strikesAtMost && this.#alive().length === 1) piece.refusedBy.delete(gateway);
      return;
    }
    standing.dropped = thrown.message;
    this.#options.onDropped?.(gateway.name, thrown.message);
  }

  #alive(): readonly Standing[] {
    return this.#standings.filter(({ dropped }) => dropped === undefined);
  }

  #cannot(last: ZooError | undefined): ZooError {
    // Too much is too much, whoever has it.
    if (last?.code === 'too-large') return last;
    const lied = last?.exitCode === exitCode.verification;
    const names = this.#standings.map(({ gateway }) => gateway.name).join(', ');
    return new ZooError(
      lied ? 'fetch-unverified' : 'fetch-failed',
      `no gateway gave what was asked for (${names}): ${last === undefined ? 'there is none' : messageOf(last)}`,
      {
        cause: last,
        ...(lied ? { exitCode: exitCode.verification } : {}),
        hint: last?.hint ?? 'Name gateways that have it with --gateway (ZOO_GATEWAY).',
        data: { dropped: this.dropped, ...(last === undefined ? {} : { code: last.code }) },
      },
    );
  }
}

/** What waits comes first; then what others are at and this gateway did not fail. */
function next<Work, Result>(
  gateway: Gateway,
  waiting: ReadonlySet<Piece<Work, Result>>,
  pieces: readonly Piece<Work, Result>[],
): Piece<Work, Result> | undefined {
  for (const piece of waiting) if (!piece.refusedBy.has(gateway)) return piece;
  return pieces.find(
    (piece) =>
      piece.result === undefined &&
      piece.under.size === 1 &&
      !piece.under.has(gateway) &&
      !piece.refusedBy.has(gateway),
  );
}

const outrun = Symbol('another gateway was faster');

function tooSlow(gateway: Gateway): ZooError {
  return new ZooError('gateway-failed', `${gateway.name} is too slow`);
}

/** Wakes everybody who waits. */
class Bell {
  #ring: () => void = () => undefined;
  #next = new Promise<void>((resolve) => (this.#ring = resolve));

  next(): Promise<void> {
    return this.#next;
  }

  ring(): void {
    this.#ring();
    this.#next = new Promise((resolve) => (this.#ring = resolve));
  }
}
