import type { ModelIdentity } from '../../world/model/model.ts';
import { type Price, priceOf } from '../../world/model/prices.ts';
import type { Config } from '../config.ts';

/** What a model costs, the user's own prices first; undefined where nobody knows. */
export function knownPrice(identity: ModelIdentity, { prices }: Config): Price | undefined {
  return priceOf(identity, prices);
}
