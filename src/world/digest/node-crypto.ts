import { hash } from 'node:crypto';
import type { Sha256 } from '../../core/digest.ts';

/** SHA-256 by the one-shot `crypto.hash`, seven times as fast on small inputs as `createHash`. */
export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');
