/** Retries at once, after a time without any. */
const burst = 64;
const refillPerSecond = 8;
/** What a call that went well adds: one in four may fail without a wait. */
const perSuccess = 0.25;

/**
 * One budget of retries for all calls to an endpoint (a token bucket), so that an endpoint that dies is not hammered by
 * everything in flight at once, while a healthy one that fails now and then is not noticed.
 */
export interface RetryAllowance {
  /** Takes a token. Returns how many milliseconds to wait for it, 0 when there is one. */
  take(now: number): number;
  succeed(): void;
}

export function createRetryAllowance(): RetryAllowance {
  let tokens = burst;
  let refilledAt: number | undefined;
  return {
    take: (now) => {
      const passed = now - (refilledAt ?? now);
      refilledAt = now;
      tokens = Math.min(burst, tokens + (Math.max(0, passed) / 1000) * refillPerSecond) - 1;
      return tokens >= 0 ? 0 : (-tokens / refillPerSecond) * 1000;
    },
    succeed: () => {
      tokens = Math.min(burst, tokens + perSuccess);
    },
  };
}
