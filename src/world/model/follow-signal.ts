export interface FollowedSignal {
  readonly signal: AbortSignal;
  /** Follows no longer. */
  end(): void;
}

const followers = new WeakMap<AbortSignal, Set<AbortController>>();

/**
 * A signal of its own for one of many calls that end with another: adding a listener to that one would walk all that are
 * there, and one of `AbortSignal.any` costs the collector more than the call.
 */
export function followSignal(signal: AbortSignal | undefined): FollowedSignal {
  const own = new AbortController();
  if (signal === undefined) return { signal: own.signal, end: () => {} };
  if (signal.aborted) own.abort(signal.reason);
  const all = followersOf(signal);
  all.add(own);
  return { signal: own.signal, end: () => void all.delete(own) };
}

function followersOf(signal: AbortSignal): Set<AbortController> {
  const known = followers.get(signal);
  if (known !== undefined) return known;
  const all = new Set<AbortController>();
  followers.set(signal, all);
  const abortAll = () => {
    for (const follower of all) follower.abort(signal.reason);
  };
  signal.addEventListener('abort', abortAll, { once: true });
  return all;
}
