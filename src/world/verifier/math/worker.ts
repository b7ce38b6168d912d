import { monotonicMs } from '../worker/monotonic.ts';
import { serveJobs } from '../worker/serve.ts';
import { gradeMath } from './grade.ts';
import type { MathOptions } from './grade.ts';

export interface MathJob {
  readonly key: string;
  readonly response: string;
  readonly options: MathOptions;
}

// The parser builds its tables at its first use: not on the first answer's time.
gradeMath('1', String.raw`\boxed{\frac{1}{2}}`, { profile: 'math-verify', limitMs: 60_000 }, monotonicMs);

serveJobs(({ key, response, options }: MathJob) => gradeMath(key, response, options, monotonicMs));
