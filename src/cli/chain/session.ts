import type { ConfiguredPlace } from '../../app/chain.ts';
import type { Config } from '../../app/config.ts';
import type { Signatory } from '../../world/chain/chain.ts';

/** What a command that writes to the chain builds its transaction from. */
export interface Session {
  readonly config: Config;
  readonly place: ConfiguredPlace;
  /** Whose transaction it is. */
  readonly from: string;
  /** Who signs; undefined where a multisig or somebody else will send it. */
  readonly account: Signatory | undefined;
  readonly signal: AbortSignal;
}
