/** Retries at once, after a time without any. */
const burst = 64;
const refillPerSecond = 8;
/** What a call that went well adds: one in four may fail without a wait. */
const perSuccess = 0.25;
/** Calls in a row, each tried to the end without a connection, after which an endpoint counts as gone. */
const lostInARow = 16;

/**
 * One budget of retries for all calls to an endpoint (a token bucket), so that an endpoint that dies is not hammered by
 * everything in flight at once, while a healthy one that fails now and then is not noticed.
 */
export interface RetryAllowance {
  /** Takes a token. Returns how many milliseconds to wait for it, 0 when there is one. */
  take(now: number): number;
  succeed(): void;
  /** The endpoint has said something, be it a refusal: it lives. */
  answered(): void;
  /**
   * A call was given up because no connection held. Returns true when that means that the endpoint is gone: nothing has
   * ever come from it, or this was one of many such calls in a row.
   */
  lost(): boolean;
}

export function createRetryAllowance(): RetryAllowance {
  let tokens = burst;
  let refilledAt: number | undefined;
  let hasAnswered = false;
  let inARow = 0;
  const answered = () => {
    hasAnswered = true;
    inARow = 0;
  };
  return {
    take: (now) => {
      const passed = now - (refilledAt ?? now);
      refilledAt = now;
      tokens = Math.min(burst, tokens + (Math.max(0, passed) / 1000) * refillPerSecond) - 1;
      return tokens >= 0 ? 0 : (-tokens / refillPerSecond) * 1000;
    },
    answered,
    lost: () => {
      inARow++;
      return !hasAnswered || inARow >= lostInARow;
    },
    succeed: () => {
      answered();
      tokens = Math.min(burst, tokens + perSuccess);
    },
  };
}
